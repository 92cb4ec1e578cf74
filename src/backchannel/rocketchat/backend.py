"""Rocket.Chat as the dispatcher sees it: addresses in, common messages and receipts out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from backchannel.action import Action, Ban, Delete, Edit, React, Unban, needed
from backchannel.capability import Capabilities, Capability, require, wanted
from backchannel.errors import BackchannelError, InvalidInput, Outcome
from backchannel.flow import Flow, Stream, mapped
from backchannel.message import Address, Author, Draft, Message, Receipt, Room
from backchannel.rocketchat import changing
from backchannel.rocketchat.abilities import refusals
from backchannel.rocketchat.errors import MessageNotFound
from backchannel.rocketchat.listing import joined_rooms
from backchannel.rocketchat.messages import OutgoingMessage, RocketChatMessage
from backchannel.rocketchat.muting import mute
from backchannel.rocketchat.native import address_of, link_to, to_message, to_room
from backchannel.rocketchat.profile import who_am_i
from backchannel.rocketchat.reading import get_message, room_history
from backchannel.rocketchat.rooms import (
    RocketChatRoom,
    in_room,
    resolve_room_by_id,
    resolve_room_by_name,
)
from backchannel.rocketchat.sending import deliver, prepare
from backchannel.rocketchat.session import Session
from backchannel.rocketchat.version import NEWEST, server_version
from backchannel.text.limits import TextLimit, Unit
from backchannel.text.markup import Markup
from backchannel.wire.checks import check_limit

if TYPE_CHECKING:
    from backchannel.backend import Runner
    from backchannel.event import Event

__all__ = ["RocketChatBackend"]

NAME: Final = "Rocket.Chat"

_MODERATION = frozenset({Capability.TIME_OUT, Capability.BAN, Capability.UNBAN})


class RocketChatBackend:
    """Sends to and reads from addresses: `general`, `#general`, `@bob`, or `id=` and a room's id.

    The direct room of `@bob` is opened, if there is none: reading it does that, too. Without I/O:
    it makes flows for a driver.

    Args:
        session: who talks to which server.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def capabilities(self, address: Address) -> Flow[Capabilities]:
        """Tell what a room allows, by its kind and the server's age.

        Source: `GET rooms.info`, `GET /api/info`.
        """
        native = yield from self._find(address)
        return Capabilities(
            address=address,
            platform=NAME,
            refusals=refusals(native, (yield from server_version(self._session))),
            text_limit=TextLimit(self._session.max_message_units, Unit.UTF16),
            markup=Markup.MARKDOWN,
        )

    def send(self, address: Address, draft: Draft) -> Flow[Receipt]:
        """The flow that sends a message.

        Args:
            address: the room.
            draft: the message; its text at most the session's limit in UTF-16 code units.

        Returns:
            A receipt, once the message is under way; it holds the error, if there was one.

        Raises:
            Unsupported: the room does not allow it.
            BackchannelError: nothing was sent: the text is refused here, or the room not found.
        """
        outgoing = OutgoingMessage(
            id=draft.idempotency_key,
            room_id=address.name,
            text=draft.text,
            alias=draft.alias,
            attachments=draft.attachments,
            thread_id=draft.thread_id,
        )
        prepare(self._session, outgoing)  # what cannot be sent costs no request
        native = yield from self._find(address)
        yield from self._require(native, *wanted(draft))
        text = draft.text
        if draft.reply_to is not None:
            text = f"[ ]({link_to(self._session.url, native, draft.reply_to)}) {text}"
        prepared = prepare(
            self._session, msgspec.structs.replace(outgoing, room_id=native.id, text=text)
        )
        try:
            with in_room(self._session, native):
                sent = yield from deliver(self._session, prepared)
        except BackchannelError as error:
            return Receipt(
                address=address,
                text=draft.text,
                outcome=error.outcome,
                idempotency_key=prepared.id,
                error=error,
            )
        return Receipt(
            address=address,
            text=draft.text,
            outcome=Outcome.SENT,
            message=to_message(sent.message, to_room(native, address)),
            deduplicated=sent.deduplicated,
            idempotency_key=prepared.id,
        )

    def act(self, address: Address, action: Action) -> Flow[Message | None]:
        """The flow that edits, deletes, reacts, mutes or unmutes; see the modules that do it.

        Returns:
            The edited message, or None.

        Raises:
            Unsupported: the room does not allow it.
            InvalidInput: the message is in another room.
            BackchannelError: `outcome` tells whether it may have happened.
        """
        native = yield from self._find(address)
        yield from self._require(native, needed(action))
        session = self._session
        if isinstance(action, Edit):
            message = yield from self._message_in(native, action.message_id)
            edited = yield from changing.update(session, message, action.text)
            return to_message(edited, to_room(native, address))
        if isinstance(action, Delete):
            try:
                message = yield from self._message_in(native, action.message_id)
            except MessageNotFound:
                return None
            yield from changing.delete(session, message)
        elif isinstance(action, React):
            yield from changing.react(
                session, action.message_id, action.emoji, wanted=action.wanted
            )
        elif isinstance(action, Ban | Unban):
            yield from mute(session, native, action.user, wanted=isinstance(action, Ban))
        return None

    def history(
        self, address: Address, *, limit: int | None = None, newest_first: bool = True
    ) -> Stream[Message]:
        """The stream of what people wrote in a room; notes of the server itself are left out.

        Args:
            address: the room.
            limit: how many messages at most, the newest; None for all.
            newest_first: False for the same messages in the order in which they were sent.

        Raises:
            BackchannelError: see `reading.history`.
        """
        check_limit(limit)
        native = yield from self._find(address)
        yield from self._require(native, Capability.HISTORY)
        room = to_room(native, address)
        with in_room(self._session, native):
            yield from room_history(
                self._session,
                native,
                lambda message: None if message.is_system else to_message(message, room),
                limit=limit,
                newest_first=newest_first,
            )

    def rooms(self, backend: str) -> Stream[Room]:
        """The stream of the rooms that the user is in.

        Source: `GET rooms.get`.
        """
        return mapped(
            joined_rooms(self._session),
            lambda native: to_room(native, address_of(native, backend)),
        )

    def me(self) -> Flow[Author]:
        """The flow that tells who the user is (`GET me`)."""
        profile = yield from who_am_i(self._session)
        return Author(
            id=profile.id,
            username=profile.username,
            display_name=profile.name or profile.username,
        )

    @asynccontextmanager
    async def listen(
        self, addresses: Sequence[Address], runner: Runner
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        """Listen to rooms: what is written, edited, reacted to and deleted, own messages too.

        Source: the stream `stream-room-messages`, `GET chat.syncMessages`.
        """
        from backchannel.rocketchat.listening import listen

        found = [(address, await runner.run(self._find(address))) for address in addresses]
        rooms = {native.id: to_room(native, address) for address, native in reversed(found)}
        async with listen(self._session, rooms, [native for _, native in found], runner) as events:
            yield events

    def _find(self, address: Address) -> Flow[RocketChatRoom]:
        resolve = resolve_room_by_id if address.by_id else resolve_room_by_name
        native = yield from resolve(self._session, address.name)
        if not native.archived:
            return native
        # What is remembered may have changed.
        self._session.memory.rooms.forget(native.id)
        return (yield from resolve(self._session, address.name))

    def _require(self, native: RocketChatRoom, *operations: Capability) -> Flow[None]:
        """Refuse what the room does not allow; the server's age is asked only where it matters."""
        version = NEWEST
        if _MODERATION.intersection(operations):
            version = yield from server_version(self._session)
        require(refusals(native, version), NAME, *operations)

    def _message_in(self, native: RocketChatRoom, message_id: str) -> Flow[RocketChatMessage]:
        message = yield from get_message(self._session, message_id)
        if message.room_id != native.id:
            raise InvalidInput(
                "message", limit="must be in the room", given=f"{message_id!r}, in another room"
            )
        return message
