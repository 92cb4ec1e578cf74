"""Glimesh behind the dispatcher: flows on the generated operations."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

from backchannel.action import Action, Ban, Delete, Moderation, TimeOut, needed
from backchannel.capability import Capabilities, Capability, Refusal, require, wanted
from backchannel.errors import AddressError, BackchannelError, LocalError, Outcome
from backchannel.flow import Flow, Item, Stream
from backchannel.glimesh import changing
from backchannel.glimesh.claims import START, Claims, position
from backchannel.glimesh.limits import MAX_MESSAGE_LENGTH
from backchannel.glimesh.looking import READING_BACK
from backchannel.glimesh.native import to_author, to_message
from backchannel.glimesh.sending import deliver
from backchannel.graphql.endpoint import Endpoint
from backchannel.message import Address, Author, Draft, Message, Receipt, Room
from backchannel.text.limits import TextLimit, Unit
from backchannel.text.markup import Markup
from backchannel.wire.checks import check_limit
from backchannel.wire.retry import RetryPolicy
from glimesh_api.operations import (
    CHANNELS,
    CHAT_MESSAGES,
    CREATE_CHAT_MESSAGE,
    DELETE_CHAT_MESSAGE,
    FIND_CHANNEL_ID,
    FIND_CHAT_ROOM,
    FIND_USER,
    MYSELF,
)

if TYPE_CHECKING:
    from backchannel.backend import Runner
    from backchannel.event import Event
    from backchannel.glimesh.changing import Minutes
    from backchannel.graphql.live import Live

NAME: Final = "Glimesh"

PAGE_SIZE = 100
"""Messages of a page of history; the server gives at most 1,000."""


class GlimeshBackend:
    """The flows of one Glimesh client.

    Args:
        endpoint: where operations are executed.
        claims: the client's sends that are under way.
        reading_back: when to look for something whose reply was lost.
        refusals: what cannot be done.
        live: how subscriptions are made; None for a client that only sends and reads.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        claims: Claims,
        reading_back: RetryPolicy = READING_BACK,
        *,
        refusals: Mapping[Capability, Refusal],
        live: Live | None,
    ) -> None:
        self._endpoint = endpoint
        self._claims = claims
        self._reading_back = reading_back
        self._refusals = refusals
        self._live = live

    def capabilities(self, address: Address) -> Flow[Capabilities]:
        """Tell what a channel allows, as far as the credential tells."""
        yield from self._find_room(address)
        return Capabilities(
            address=address,
            platform=NAME,
            refusals=self._refusals,
            text_limit=TextLimit(MAX_MESSAGE_LENGTH, Unit.CODE_POINTS),
            markup=Markup.PLAIN,
        )

    def send(self, address: Address, draft: Draft) -> Flow[Receipt]:
        """Send a text to a streamer's channel.

        Glimesh knows no idempotency key: after a failure that leaves the outcome open, nothing is
        sent again, and the channel is read for the message. See `backchannel.glimesh.sending`.

        Source: `RootMutationType.createChatMessage`.

        Raises:
            Unsupported: the draft holds more than a text, or the credential only reads.
            BackchannelError: before the message was sent: see `backchannel.chat.Chat.send`.
        """
        require(self._refusals, NAME, *wanted(draft))
        text = draft.text
        # What would be refused here costs no request, the one for the room included.
        self._endpoint.dialect.check(CREATE_CHAT_MESSAGE, {"message": {"message": text}})
        # The newest message comes with the room, so that knowing it costs no request of its own.
        channel = yield from self._endpoint.execute(FIND_CHAT_ROOM, {**_key(address), "last": 1})
        room = Room(address=address, id=channel.id, name=channel.streamer.username)
        newest = [position(edge.node.id) for edge in channel.chat_messages.edges]
        try:
            sent = yield from deliver(
                self._endpoint,
                self._claims,
                channel_id=channel.id,
                newest=max(newest, default=START),
                text=text,
                policy=self._reading_back,
            )
        except LocalError:
            raise
        except BackchannelError as error:
            return Receipt(address=address, text=text, outcome=error.outcome, error=error)
        return Receipt(
            address=address,
            text=text,
            outcome=Outcome.SENT,
            message=to_message(room, sent.message),
            read_back=sent.read_back,
        )

    def history(
        self, address: Address, *, limit: int | None, newest_first: bool
    ) -> Stream[Message]:
        """Iterate over a channel's messages, at most `limit`, the newest; deleted ones included.

        Oldest first, they are held in memory until the oldest of them is read.

        Source: `Channel.chatMessages`.
        """
        check_limit(limit)
        room = yield from self._find_room(address)
        kept: list[Message] = []
        variables: dict[str, object] = {"channelId": room.id}
        left = limit
        while left is None or left > 0:
            # The server counts positions from the oldest message and never removes one, so
            # messages that arrive meanwhile shift no page.
            variables["last"] = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            channel = yield from self._endpoint.execute(CHAT_MESSAGES, variables)
            connection = channel.chat_messages
            messages = [to_message(room, edge.node) for edge in reversed(connection.edges)]
            if newest_first:
                for message in messages:
                    yield Item(message)
            else:
                kept += messages
            info = connection.page_info
            # A page that leads nowhere new is the last, whatever the server says of it.
            if not info.has_previous_page or info.start_cursor in {None, variables.get("before")}:
                break
            variables["before"] = info.start_cursor
            left = None if left is None else left - len(messages)
        for message in reversed(kept):
            yield Item(message)

    def act(self, address: Address, action: Action) -> Flow[None]:
        """Delete a message, or moderate somebody; what was lost on the way is read from the state.

        Source: `RootMutationType.deleteChatMessage`; see `backchannel.glimesh.changes`.
        """
        require(self._refusals, NAME, needed(action))
        room = yield from self._find_room(address)
        if isinstance(action, Delete):
            yield from self._endpoint.execute(
                DELETE_CHAT_MESSAGE, {"channelId": room.id, "messageId": action.message_id}
            )
        else:
            yield from self._moderate(room.id, cast("Moderation", action))

    def rooms(self, backend: str) -> Stream[Room]:
        """Iterate over all channels that are in a category: chatting in one needs no joining.

        Source: `RootQueryType.channels`.
        """
        variables: dict[str, object] = {"first": PAGE_SIZE}
        while True:
            page = yield from self._endpoint.execute(CHANNELS, variables)
            for edge in page.edges:
                name = edge.node.streamer.username
                yield Item(Room(address=Address(backend, name), id=edge.node.id, name=name))
            info = page.page_info
            # A page that leads nowhere new is the last, whatever the server says of it.
            if not info.has_next_page or info.end_cursor in {None, variables.get("after")}:
                return
            variables["after"] = info.end_cursor

    def me(self) -> Flow[Author]:
        """Tell whose token it is.

        Source: `RootQueryType.myself`.
        """
        require(self._refusals, NAME, Capability.ME)
        return to_author((yield from self._endpoint.execute(MYSELF, {})))

    @asynccontextmanager
    async def listen(
        self, addresses: Sequence[Address], runner: Runner
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        """Listen to channels: what is written, own messages too. Deletions are told to nobody.

        Source: `RootSubscriptionType.chatMessage`.
        """
        require(self._refusals, NAME, Capability.LISTEN)
        assert self._live is not None, "a client that cannot listen refuses it"
        # Loaded here, because it loads gql.
        from backchannel.glimesh.listening import listen

        rooms = [await runner.run(self._find_room(address)) for address in addresses]
        own = None if Capability.ME in self._refusals else (await runner.run(self.me())).id
        async with listen(self._live, rooms, own, runner) as events:
            yield events

    def _moderate(self, channel_id: str, action: Moderation) -> Flow[None]:
        endpoint, policy = self._endpoint, self._reading_back
        if isinstance(action.user, Author):
            user_id = action.user.id
        else:
            name = action.user.removeprefix("@")
            user_id = (yield from endpoint.execute(FIND_USER, {"username": name})).id
        if isinstance(action, TimeOut):
            minutes = cast("Minutes", action.minutes)  # another number is refused there
            yield from changing.time_out(endpoint, channel_id, user_id, minutes, policy)
        elif isinstance(action, Ban):
            yield from changing.ban(endpoint, channel_id, user_id, policy)
        else:
            yield from changing.unban(endpoint, channel_id, user_id, policy)

    def _find_room(self, address: Address) -> Flow[Room]:
        channel = yield from self._endpoint.execute(FIND_CHANNEL_ID, _key(address))
        return Room(address=address, id=channel.id, name=channel.streamer.username)


def _key(address: Address) -> dict[str, object]:
    """By what to look a channel up."""
    if address.by_id and not (address.name.isascii() and address.name.isdigit()):
        raise AddressError(
            str(address), len(str(address)) - len(address.name), "a channel's id is a number"
        )
    return {"id" if address.by_id else "streamerUsername": address.name}
