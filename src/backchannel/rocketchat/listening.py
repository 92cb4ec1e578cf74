"""Listening to rooms, as events of the common vocabulary."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from backchannel.event import Deleted, Edited, Event, Interrupted, Missed, Posted, Resumed
from backchannel.live.events import Disconnected, FillDelayed, Filled, Gap, Subscribed
from backchannel.live.merging import Merged
from backchannel.rocketchat.native import to_message
from backchannel.rocketchat.realtime.events import (
    ListeningEvent,
    MessageDeleted,
    MessageNew,
    Polling,
    RoomEvent,
)
from backchannel.rocketchat.realtime.listening import Listening, Wish

if TYPE_CHECKING:
    from backchannel.backend import Runner
    from backchannel.message import Room
    from backchannel.rocketchat.rooms import RocketChatRoom
    from backchannel.rocketchat.session import Session

__all__ = ["listen"]


@asynccontextmanager
async def listen(
    session: Session, rooms: Mapping[str, Room], natives: Sequence[RocketChatRoom], runner: Runner
) -> AsyncGenerator[AsyncIterator[Event]]:
    """Listen to rooms over one socket, or by polling where there is none.

    Args:
        session: who listens.
        rooms: the rooms as they are to be told of, by id.
        natives: the rooms as the server has them.
        runner: reads what was missed.
    """
    notices = _Notices(list(rooms.values()))
    wish = Wish(rooms=tuple(natives), on_event=notices)
    listening = Listening(session, runner, wish)
    merged = notices.merged = Merged([_heard(listening, rooms, session)])
    async with merged:
        yield merged


@asynccontextmanager
async def _heard(
    listening: Listening, rooms: Mapping[str, Room], session: Session
) -> AsyncGenerator[AsyncIterator[Event]]:
    async with listening:
        yield _Messages(listening, rooms, session)


class _Messages:
    """What happens to messages, as events. What a step raises, the next goes on after."""

    def __init__(self, listening: Listening, rooms: Mapping[str, Room], session: Session) -> None:
        self._listening = listening
        self._rooms = rooms
        self._session = session

    def __aiter__(self) -> _Messages:
        return self

    async def __anext__(self) -> Event:
        while True:
            event = self._told(await anext(self._listening))
            if event is not None:
                return event

    def _told(self, event: RoomEvent) -> Event | None:
        """The event; None for a note of the server itself."""
        if isinstance(event, MessageDeleted):
            return Deleted(room=self._rooms[event.room_id], message_id=event.id)
        native = event.message
        if native.is_system:
            return None
        room = self._rooms[native.room_id]
        kind = Posted if isinstance(event, MessageNew) else Edited
        own = native.author.id == self._session.user_id
        return kind(room=room, message=to_message(native, room), own=own)


class _Notices:
    """What happens to the connection, told for each room, once for each interruption."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self.merged: Merged[Event]
        self._rooms = rooms
        self._interrupted = False

    def __call__(self, event: ListeningEvent) -> None:
        if isinstance(event, Disconnected | FillDelayed) and not self._interrupted:
            self._interrupted = True
            for room in self._rooms:
                self.merged.post(Interrupted(room=room, reason=event.reason))
        elif isinstance(event, Gap):
            for room in self._rooms:
                self.merged.post(Missed(room=room, seconds=event.until - event.since))
        elif isinstance(event, Subscribed | Filled | Polling) and self._interrupted:
            self._interrupted = False
            for room in self._rooms:
                self.merged.post(Resumed(room=room))
