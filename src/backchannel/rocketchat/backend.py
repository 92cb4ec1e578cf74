"""Rocket.Chat as the dispatcher sees it: addresses in, common messages and receipts out."""

from __future__ import annotations

import msgspec

from backchannel.drive import Flow, Stream
from backchannel.errors import BackchannelError, Outcome
from backchannel.message import Address, Author, Message, Receipt, Room
from backchannel.rocketchat.messages import OutgoingMessage, RocketChatMessage
from backchannel.rocketchat.reading import room_history
from backchannel.rocketchat.rooms import RocketChatRoom, find_room_by_id, find_room_by_name
from backchannel.rocketchat.sending import deliver, prepare
from backchannel.rocketchat.session import Session
from backchannel.wire.checks import check_limit

__all__ = ["RocketChatBackend", "to_message"]


class RocketChatBackend:
    """Sends to and reads from addresses. Without I/O: it makes flows for a driver.

    Args:
        session: who talks to which server.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def send(
        self, address: Address, text: str, *, idempotency_key: str | None = None
    ) -> Flow[Receipt]:
        """The flow that sends a text.

        Args:
            address: `general`, `#general`, `@bob`, or `id=` and a room's id. The direct room of
                `@bob` is opened, if there is none.
            text: the text, at most the session's limit in UTF-16 code units.
            idempotency_key: the message's id, where an earlier try is to be repeated.

        Returns:
            A receipt, once the message is under way; it holds the error, if there was one.

        Raises:
            BackchannelError: nothing was sent: the text is refused here, or the room not found.
        """
        draft = OutgoingMessage(id=idempotency_key, room_id=address.name, text=text)
        prepare(self._session, draft)  # a text that cannot be sent costs no request
        native = yield from self._find(address)
        prepared = prepare(self._session, msgspec.structs.replace(draft, room_id=native.id))
        try:
            sent = yield from deliver(self._session, prepared)
        except BackchannelError as error:
            return Receipt(
                address=address,
                text=text,
                outcome=error.outcome,
                idempotency_key=prepared.id,
                error=error,
            )
        return Receipt(
            address=address,
            text=text,
            outcome=Outcome.SENT,
            message=to_message(sent.message, to_room(native, address)),
            deduplicated=sent.deduplicated,
            idempotency_key=prepared.id,
        )

    def history(
        self, address: Address, *, limit: int | None = None, newest_first: bool = True
    ) -> Stream[Message]:
        """The stream of what people wrote in a room; notes of the server itself are left out.

        Args:
            address: `general`, `#general`, `@bob`, or `id=` and a room's id. The direct room of
                `@bob` is opened, if there is none: reading it does that, too.
            limit: how many messages at most, the newest; None for all.
            newest_first: False for the same messages in the order in which they were sent.

        Raises:
            BackchannelError: see `reading.history`.
        """
        check_limit(limit)
        native = yield from self._find(address)
        room = to_room(native, address)
        yield from room_history(
            self._session,
            native,
            lambda message: None if message.is_system else to_message(message, room),
            limit=limit,
            newest_first=newest_first,
        )

    def _find(self, address: Address) -> Flow[RocketChatRoom]:
        find = find_room_by_id if address.by_id else find_room_by_name
        return find(self._session, address.name)


def to_room(native: RocketChatRoom, address: Address) -> Room:
    """The common form of a room. A direct room has no name but that of its address."""
    return Room(address=address, id=native.id, name=native.name or address.name)


def to_message(native: RocketChatMessage, room: Room) -> Message:
    """The common form of a message."""
    author = native.author
    return Message(
        id=native.id,
        room=room,
        author=Author(
            id=author.id,
            username=author.username,
            display_name=native.alias or author.name or author.username,
            avatar_url=native.avatar,
        ),
        text=native.text,
        sent_at=native.ts,
        edited_at=native.edited_at,
        thread_id=native.thread_id,
        native=native,
    )
