"""Listening to channels: their subscriptions, as events of the common vocabulary."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from backchannel.event import Event, Interrupted, Missed, Posted, Resumed
from backchannel.glimesh.native import to_message
from backchannel.live.events import (
    ConnectionEvent,
    Disconnected,
    FillDelayed,
    Filled,
    Gap,
)
from backchannel.live.merging import Merged
from backchannel.message import Room
from glimesh_api.operations import CHAT_MESSAGE_SENT

if TYPE_CHECKING:
    from backchannel.backend import Runner
    from backchannel.graphql.connection import Connection
    from backchannel.graphql.live import Live
    from backchannel.graphql.subscription import Subscription
    from glimesh_api import ChatMessageFields

__all__ = ["listen"]


@asynccontextmanager
async def listen(
    live: Live, rooms: Sequence[Room], own_id: str | None, runner: Runner
) -> AsyncGenerator[AsyncIterator[Event]]:
    """Listen to channels over one socket.

    Args:
        live: how subscriptions are made.
        rooms: the channels.
        own_id: the user's id; None for a Client-ID, which is nobody.
        runner: reads what was missed.

    Source: `RootSubscriptionType.chatMessage`, `Channel.chatMessages`.
    """
    connection = live.connection(runner)

    def post(event: Event) -> None:
        merged.post(event)

    merged: Merged[Event] = Merged(
        _listen_to(live, connection, room, own_id, runner, post) for room in rooms
    )
    try:
        async with merged:
            yield merged
    finally:
        await connection.close()


@asynccontextmanager
async def _listen_to(
    live: Live,
    connection: Connection,
    room: Room,
    own_id: str | None,
    runner: Runner,
    post: Callable[[Event], None],
) -> AsyncGenerator[AsyncIterator[Event]]:
    subscription = live.subscription(
        CHAT_MESSAGE_SENT, {"channelId": room.id}, connection, runner
    ).configure(on_event=_Notices(room, post))
    async with subscription:
        yield _Messages(subscription, room, own_id)


class _Messages:
    """A subscription's results as events. What a step raises, the next goes on after."""

    def __init__(
        self, subscription: Subscription[ChatMessageFields], room: Room, own_id: str | None
    ) -> None:
        self._subscription = subscription
        self._room = room
        self._own_id = own_id

    def __aiter__(self) -> _Messages:
        return self

    async def __anext__(self) -> Event:
        native = await anext(self._subscription)
        message = to_message(self._room, native)
        return Posted(room=self._room, message=message, own=native.user.id == self._own_id)


class _Notices:
    """What happens to the connection, told once for each interruption."""

    def __init__(self, room: Room, post: Callable[[Event], None]) -> None:
        self._room = room
        self._post = post
        self._interrupted = False

    def __call__(self, event: ConnectionEvent) -> None:
        if isinstance(event, Disconnected | FillDelayed) and not self._interrupted:
            self._interrupted = True
            self._post(Interrupted(room=self._room, reason=event.reason))
        elif isinstance(event, Gap):
            self._post(Missed(room=self._room, seconds=event.until - event.since))
        elif isinstance(event, Filled) and self._interrupted:
            self._interrupted = False
            self._post(Resumed(room=self._room))
