"""Glimesh behind the dispatcher: flows on the generated operations."""

from __future__ import annotations

from backchannel.errors import AddressError, BackchannelError, LocalError, Outcome, Unsupported
from backchannel.flow import Flow, Item, Stream
from backchannel.glimesh.claims import START, Claims, position
from backchannel.glimesh.looking import READING_BACK
from backchannel.glimesh.sending import deliver
from backchannel.graphql.endpoint import Endpoint
from backchannel.message import Address, Author, Message, Receipt, Room
from backchannel.wire.checks import check_limit
from backchannel.wire.retry import RetryPolicy
from glimesh_api import ChatMessageFields
from glimesh_api.operations import (
    CHAT_MESSAGES,
    CREATE_CHAT_MESSAGE,
    FIND_CHANNEL_ID,
    FIND_CHAT_ROOM,
)

PAGE_SIZE = 100
"""Messages of a page of history; the server gives at most 1,000."""


class GlimeshBackend:
    """The flows of one Glimesh client.

    Args:
        endpoint: where operations are executed.
        claims: the client's sends that are under way.
        reading_back: when to look for a message whose reply was lost.
    """

    def __init__(
        self, endpoint: Endpoint, claims: Claims, reading_back: RetryPolicy = READING_BACK
    ) -> None:
        self._endpoint = endpoint
        self._claims = claims
        self._reading_back = reading_back

    def send(
        self, address: Address, text: str, *, idempotency_key: str | None = None
    ) -> Flow[Receipt]:
        """Send a text to a streamer's channel.

        Glimesh knows no idempotency key: after a failure that leaves the outcome open, nothing is
        sent again, and the channel is read for the message. See `backchannel.glimesh.sending`.

        Source: `RootMutationType.createChatMessage`.

        Raises:
            Unsupported: an idempotency key was given.
            BackchannelError: before the message was sent: see `backchannel.chat.Chat.send`.
        """
        if idempotency_key is not None:
            raise Unsupported(
                "Glimesh knows no idempotency keys: send without one, and look at the receipt"
            )
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


def to_message(room: Room, message: ChatMessageFields) -> Message:
    """Glimesh's message in the common vocabulary."""
    user = message.user
    author = Author(
        id=user.id,
        username=user.username,
        display_name=user.displayname,
        avatar_url=user.avatar_url,
    )
    return Message(
        id=message.id,
        room=room,
        author=author,
        text=message.message,
        sent_at=message.inserted_at,
        native=message,
    )
