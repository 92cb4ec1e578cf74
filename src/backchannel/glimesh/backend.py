"""Glimesh behind the dispatcher: flows on the generated operations."""

from __future__ import annotations

from glimesh_api.operations import CHAT_MESSAGES, CREATE_CHAT_MESSAGE, FIND_CHANNEL_ID

from backchannel.drive import Flow, Item, Stream
from backchannel.errors import AddressError, BackchannelError, LocalError, Outcome
from backchannel.glimesh.limits import check_text
from backchannel.graphql.endpoint import Endpoint
from backchannel.message import Address, Author, Message, Receipt, Room
from glimesh_api import ChatMessageFields, ChatMessageInput

PAGE_SIZE = 100
"""Messages of a page of history; the server gives at most 1,000."""


class GlimeshBackend:
    """The flows of one Glimesh client. It holds no state.

    Args:
        endpoint: where operations are executed.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def send(self, address: Address, text: str) -> Flow[Receipt]:
        """Send a text to a streamer's channel.

        Glimesh knows no idempotency key: after a failure that leaves the outcome open, the
        receipt says UNKNOWN, and nothing is sent again.

        Source: `RootMutationType.createChatMessage`.

        Raises:
            BackchannelError: before the message was sent: see `backchannel.chat.Chat.send`.
        """
        check_text(text)
        room = yield from self._find_room(address)
        variables = {"channelId": room.id, "message": ChatMessageInput(message=text)}
        try:
            sent = yield from self._endpoint.execute(CREATE_CHAT_MESSAGE, variables)
        except LocalError:
            raise
        except BackchannelError as error:
            return Receipt(address=address, text=text, outcome=error.outcome, error=error)
        message = to_message(room, sent)
        return Receipt(address=address, text=text, outcome=Outcome.SENT, message=message)

    def history(
        self, address: Address, *, limit: int | None, newest_first: bool
    ) -> Stream[Message]:
        """Iterate over a channel's messages, page by page.

        The server counts positions from the oldest message and never removes one, so messages
        that arrive meanwhile shift no page. Deleted messages are among them.

        Source: `Channel.chatMessages`.
        """
        room = yield from self._find_room(address)
        left = limit
        cursor: str | None = None
        while left is None or left > 0:
            size = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            page = (
                {"last": size, "before": cursor}
                if newest_first
                else {"first": size, "after": cursor}
            )
            variables = {name: value for name, value in page.items() if value is not None}
            channel = yield from self._endpoint.execute(
                CHAT_MESSAGES, {"channelId": room.id, **variables}
            )
            connection = channel.chat_messages
            for edge in reversed(connection.edges) if newest_first else connection.edges:
                yield Item(to_message(room, edge.node))
            info = connection.page_info
            more = info.has_previous_page if newest_first else info.has_next_page
            if not more or not connection.edges:
                return
            cursor = info.start_cursor if newest_first else info.end_cursor
            left = None if left is None else left - len(connection.edges)

    def _find_room(self, address: Address) -> Flow[Room]:
        if address.by_id and not (address.name.isascii() and address.name.isdigit()):
            raise AddressError(
                str(address), len(str(address)) - len(address.name), "a channel's id is a number"
            )
        key = "id" if address.by_id else "streamerUsername"
        channel = yield from self._endpoint.execute(FIND_CHANNEL_ID, {key: address.name})
        return Room(address=address, id=channel.id, name=channel.streamer.username)


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
