"""Listening as its consumer sees it: an async iterator over what happens in rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from weakref import WeakSet

from backchannel.errors import ConnectionLost
from backchannel.flow import Flow
from backchannel.live.loop import Runner
from backchannel.rocketchat.realtime.events import RoomEvent
from backchannel.rocketchat.realtime.outlet import Outlet
from backchannel.rocketchat.realtime.reading import RoomReader
from backchannel.rocketchat.realtime.wish import Wish
from backchannel.rocketchat.rooms import RocketChatRoom, resolve_room
from backchannel.rocketchat.session import Session

__all__ = ["Listening", "Listenings", "Wish", "client_closed"]


class Listening:
    """What happens in rooms, across lost connections. An async iterator and context manager.

        async with chat.listen("#general") as events:
            async for event in events:
                ...

    It begins when it is entered, which waits until nothing more can be missed, or else with the
    first step; it ends when it is left, by `aclose`, or with its client. Without `async with`,
    close it: a step that is cancelled, or raises, leaves it open, and the next step goes on.

    A dropped connection is made again. What was missed is read from the rooms' histories and comes
    first. Each change comes once; of several changes of a message in a gap, the last one.

    A step raises:
        MalformedReply: the server told of what is no message.
        NotPermitted, RoomNotFound, ApiError: a room may no longer be read; the others go on.
        AuthenticationError, ReplyTooLarge, BackchannelError: what ends the listening.

    Made by a client's `listen`.
    """

    def __init__(self, session: Session, runner: Runner, wish: Wish) -> None:
        self._session = session
        self._runner = runner
        self._wish = wish
        self._outlet = Outlet(wish.on_event, wish.buffer, wish.overflow)
        self._task: asyncio.Task[None] | None = None
        self._over = False
        self._stepping = False

    async def __aenter__(self) -> Self:
        try:
            await self._begin()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RoomEvent:
        """The next event."""
        if self._stepping:
            raise RuntimeError("another task waits for the next event")
        self._stepping = True
        try:
            if not self._outlet.begun and not self._over:
                await self._begin()
            return await self._outlet.next()
        finally:
            self._stepping = False

    async def aclose(self) -> None:
        """Stop listening, and close the socket."""
        self._over = True
        self._outlet.close()
        await self._stop()

    async def end(self, error: Exception) -> None:
        """Stop listening; whoever waits for the next event gets the error, after what came."""
        self._outlet.end(error)
        await self._stop()

    async def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._keep())
        await self._outlet.wait()

    async def _keep(self) -> None:
        wish = self._wish
        try:
            # Loads websockets.
            from backchannel.rocketchat.realtime.keeper import Keeper

            rooms = await self._runner.run(_resolve(self._session, wish.rooms))
            overlap = wish.timing.overlap
            readers = [RoomReader(self._session, room, overlap) for room in rooms]
            keeper = Keeper(self._session, self._runner, readers, self._outlet, wish.timing)
            await (keeper.keep() if wish.poll is None else keeper.poll(wish.poll))
        except Exception as error:  # noqa: BLE001
            # A mistake of ours, or of a credential's, too: whoever listens has to see it.
            self._outlet.end(error)

    async def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


class Listenings:
    """All listenings of a client, which end with it.

    Args:
        session: who asks whom.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open: WeakSet[Listening] = WeakSet()

    def open(self, runner: Runner, wish: Wish) -> Listening:
        """A listening that has not begun."""
        listening = Listening(self._session, runner, wish)
        self._open.add(listening)
        return listening

    async def close(self) -> None:
        """End them with ConnectionLost."""
        for listening in list(self._open):
            await listening.end(client_closed(self._session))


def client_closed(session: Session) -> ConnectionLost:
    """Why a listening ended."""
    return ConnectionLost(f"{session.url}: the client was closed")


def _resolve(session: Session, rooms: Sequence[str | RocketChatRoom]) -> Flow[list[RocketChatRoom]]:
    """The flow that finds the rooms, each once: two subscriptions to one bring all twice."""
    found: dict[str, RocketChatRoom] = {}
    for room in rooms:
        resolved = yield from resolve_room(session, room)
        found.setdefault(resolved.id, resolved)
    return list(found.values())
