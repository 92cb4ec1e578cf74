"""Filling the gaps of a channel's chat from its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeVar, cast

from backchannel.errors import MalformedReply
from backchannel.glimesh.gap import MARGIN, Sequencer
from backchannel.graphql.fill import Part
from glimesh_api import ChatMessageFields, ChatMessagesChatMessageConnection
from glimesh_api.operations import CHAT_MESSAGE_SENT, CHAT_MESSAGES

if TYPE_CHECKING:
    from backchannel.flow import Flow
    from backchannel.graphql.endpoint import Endpoint
    from backchannel.graphql.fill import Fill
    from backchannel.graphql.operation import Operation

T = TypeVar("T")

FIRST_PAGE: Final = 2 * MARGIN
"""Messages of the first page that is read: most gaps are short."""

PAGE: Final = 1_000
"""Messages of each further page: the most that the server gives."""


def fill_for(
    operation: Operation[T], variables: Mapping[str, object], endpoint: Endpoint
) -> Fill[T] | None:
    """What fills the gaps of a subscription: for `chat_message_sent` of one channel.

    No query spans channels, and none tells which followers or changes of a channel came when.
    """
    channel_id = variables.get("channelId")
    if operation is not CHAT_MESSAGE_SENT or channel_id is None:
        return None
    # The operation is known by now, and so is what its results are.
    return cast("Fill[T]", ChatFill(endpoint, str(channel_id)))


class ChatFill:
    """Reads what a subscription to a channel's chat missed.

    It looks back from the newest message until it comes to what is known, and from there reads
    forward to the end. The server counts positions from the oldest message and never removes one,
    so what is written meanwhile shifts no page.

    Args:
        endpoint: where the history is read.
        channel_id: the channel.

    Source: `Channel.chatMessages`.
    """

    def __init__(self, endpoint: Endpoint, channel_id: str) -> None:
        self._endpoint = endpoint
        self._channel_id = channel_id
        self._sequencer = Sequencer()
        self._known = 0
        self._before: str | None = None
        self._after: str | None = None

    def begin(self) -> Flow[None]:
        """The flow that notes which messages there are already."""
        page = yield from self._page({"last": MARGIN})
        ids = [int(edge.node.id) for edge in page.edges]
        self._sequencer.begin(ids, whole=not page.page_info.has_previous_page)

    def restart(self) -> None:
        """Look back from the newest message again."""
        self._known = self._sequencer.known
        self._before = self._after = None

    def read(self) -> Flow[Part[ChatMessageFields]]:
        """The flow that reads the next page."""
        if self._after is not None:
            page = yield from self._page({"first": PAGE, "after": self._after})
            if page.page_info.has_next_page:
                self._after = _moved(page.page_info.end_cursor, self._after)
            return Part(_nodes(page), last=not page.page_info.has_next_page)
        if self._before is not None:
            page = yield from self._page({"last": PAGE, "before": self._before})
        else:
            page = yield from self._page({"last": FIRST_PAGE})
        edges, info = page.edges, page.page_info
        if edges and info.has_previous_page and int(edges[0].node.id) > self._known:
            self._before = _moved(info.start_cursor, self._before)
            return Part([], last=False)
        if self._before is None:
            return Part(_nodes(page), last=True)
        self._after = info.end_cursor
        # There is a page behind it: the one where looking back came from.
        return Part(_nodes(page), last=self._after is None)

    def admit(self, result: ChatMessageFields) -> bool:
        """Whether a message was not handed over before."""
        return self._sequencer.admit(int(result.id))

    def _page(self, window: Mapping[str, object]) -> Flow[ChatMessagesChatMessageConnection]:
        variables = {"channelId": self._channel_id, **window}
        channel = yield from self._endpoint.execute(CHAT_MESSAGES, variables)
        return channel.chat_messages


def _nodes(page: ChatMessagesChatMessageConnection) -> list[ChatMessageFields]:
    return [edge.node for edge in page.edges]


def _moved(cursor: str | None, former: str | None) -> str:
    """The cursor, which leads on.

    Raises:
        MalformedReply: it does not: reading would never end.
    """
    if cursor is None or cursor == former:
        raise MalformedReply(
            f"the server says that another page follows, but gives {cursor!r} as its cursor, which"
            " leads nowhere new"
        )
    return cursor
