"""What runs while somebody listens: one connection, made again when it is lost, or polling.

It loads websockets, so it is loaded on first use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import inf
from typing import Final, NoReturn, cast

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConnectionLost,
    MalformedReply,
    RateLimited,
    RedirectRefused,
    RefusedError,
)
from backchannel.live.events import (
    Connected,
    Disconnected,
    FillDelayed,
    Filled,
    Reconnecting,
    Subscribed,
)
from backchannel.live.loop import Runner
from backchannel.rocketchat.errors import LoginRefused
from backchannel.rocketchat.realtime.documents import read_document
from backchannel.rocketchat.realtime.events import Polling, RoomEvent
from backchannel.rocketchat.realtime.frames import MESSAGES, NOTES
from backchannel.rocketchat.realtime.inbox import Push
from backchannel.rocketchat.realtime.outlet import Outlet
from backchannel.rocketchat.realtime.reading import Reading, RoomReader
from backchannel.rocketchat.realtime.socket import Socket
from backchannel.rocketchat.realtime.timing import ListeningTiming
from backchannel.rocketchat.session import Session
from backchannel.wire.json import JSON

SETTLED: Final = 30.0
"""Seconds after which a connection counts as one that lasted: waits begin anew."""

DELETIONS: Final = "/deleteMessage"


class Keeper:
    """Keeps listening to rooms, for one consumer, whatever happens to the connection.

    The first connection is tried once. After that, whatever may pass is tried again without end.
    What does not pass by itself ends the listening: a refused credential, a reading that is too
    large. A room that may no longer be read is told as an error; the others go on.

    Args:
        session: who asks whom.
        runner: runs flows.
        readers: the rooms.
        outlet: where all goes.
        timing: how long to wait.
    """

    def __init__(
        self,
        session: Session,
        runner: Runner,
        readers: Sequence[RoomReader],
        outlet: Outlet,
        timing: ListeningTiming,
    ) -> None:
        self._session = session
        self._runner = runner
        self._readers = {reader.room.id: reader for reader in readers}
        self._outlet = outlet
        self._timing = timing
        self._chance = session.chance
        # Of each room: up to which push of the socket its last reading may be the younger one.
        self._marks: dict[str, int] = {}
        self._connected_at: float | None = None

    async def keep(self) -> None:
        """Listen until cancelled.

        Raises:
            BackchannelError: why nothing can come any more.
        """
        attempt = 0
        while True:
            self._connected_at = None
            failure = await self._connect()
            if failure is None:
                continue
            if not (failure.temporary and self._outlet.begun):
                raise failure
            if self._connected_at is not None:
                self._outlet.report(Disconnected(failure))
                if self._chance.monotonic() - self._connected_at >= SETTLED:
                    attempt = 0
            attempt += 1
            wait = self._wait(attempt, failure)
            self._outlet.report(Reconnecting(attempt, wait, failure))
            await asyncio.sleep(wait)

    async def _connect(self) -> BackchannelError | None:
        """One connection, until it ends. Returns why; None where it was refused, after polling."""
        socket = Socket(self._session.url, self._timing)
        try:
            await self._open(socket)
            await self._serve(socket)
        except _SocketRefused as refused:
            reason = refused.reason
        except BackchannelError as error:
            return error
        finally:
            await socket.close()
        await self.poll(self._timing.poll, reason, self._timing.again)
        return None

    async def poll(
        self, seconds: float, reason: BackchannelError | None = None, limit: float = inf
    ) -> None:
        """Read all rooms now and then, without any socket.

        Args:
            seconds: how long to wait between.
            reason: why there is no socket, or None: nobody wants one.
            limit: for how many seconds.

        Raises:
            BackchannelError: why nothing can come any more.
        """
        self._outlet.report(Polling(seconds, reason))
        end = self._chance.monotonic() + limit
        while True:
            for room_id in list(self._readers):
                reading = await self._read(room_id)
                if reading is not None:
                    await self._hand_over(room_id, reading)
            self._outlet.begin()
            if self._chance.monotonic() >= end:
                return
            await asyncio.sleep(seconds)

    async def _open(self, socket: Socket) -> None:
        try:
            await socket.open()
        except (RefusedError, RedirectRefused) as error:
            if error.temporary:
                raise
            # Nobody said yet who he is: it is sockets that are refused, not us.
            raise _SocketRefused(error) from None

    async def _log_in(self, socket: Socket) -> None:
        credentials = self._session.credentials
        for last in (False, True):
            deadline = self._chance.monotonic() + self._session.retry.deadline
            token = await self._runner.run(credentials.token(self._session, deadline))
            try:
                await socket.log_in(token)
            except LoginRefused:
                if last or not credentials.invalidate(token):
                    raise
            else:
                return

    async def _serve(self, socket: Socket) -> NoReturn:
        """Subscribe, read what was missed, and hand over what comes.

        Raises:
            BackchannelError: why the connection ended.
        """
        await socket.while_open(self._log_in(socket))
        self._connected_at = self._chance.monotonic()
        self._outlet.report(Connected())
        for room_id in list(self._readers):
            await self._subscribe(socket, room_id)
        self._outlet.report(Subscribed())
        self._marks.clear()
        count = 0
        for room_id in list(self._readers):
            count += await self._catch_up(socket, room_id)
        if self._outlet.begun:
            self._outlet.report(Filled(count))
        self._outlet.begin()
        while True:
            try:
                push = await socket.inbox.next()
            except RefusedError as error:
                # Of one of a room's two subscriptions; nobody could say what is missed now.
                raise ConnectionLost(f"{socket.url}: {error}") from None
            await self._take(push)
            await self._settle(socket, push.number)

    async def _subscribe(self, socket: Socket, room_id: str) -> None:
        for stream, event in ((MESSAGES, room_id), (NOTES, room_id + DELETIONS)):
            while True:
                try:
                    await socket.subscribe(stream, event)
                except RateLimited as error:
                    # Waited out here: after a new connection all would be asked again.
                    await socket.while_open(asyncio.sleep(self._wait(1, error)))
                except RefusedError as error:
                    self._lose(room_id, error)
                    return
                else:
                    break

    async def _catch_up(self, socket: Socket, room_id: str) -> int:
        """Read what was missed of a room and hand it over. Returns how much that was."""
        reading = await socket.while_open(self._read(room_id))
        if reading is None:
            return 0
        # What was pushed before the reading may come after it.
        await socket.fence()
        self._marks[room_id] = socket.inbox.count
        return await self._hand_over(room_id, reading)

    async def _hand_over(self, room_id: str, reading: Reading) -> int:
        events = self._readers[room_id].take(reading)
        for event in events:
            await self._outlet.put(event)
        return len(events)

    async def _settle(self, socket: Socket, number: int) -> None:
        """Read once more the rooms of which it is not sure what is the younger."""
        for room_id in [room_id for room_id, mark in self._marks.items() if number >= mark]:
            del self._marks[room_id]
            reader = self._readers.get(room_id)
            if reader is not None and reader.sequencer.unsure:
                await self._catch_up(socket, room_id)

    async def _read(self, room_id: str) -> Reading | None:
        """A reading of a room, however often it fails; None: the room is lost."""
        attempt = 0
        while True:
            try:
                return await self._runner.run(self._readers[room_id].read())
            except AuthenticationError:
                raise
            except RefusedError as error:
                if not error.temporary:
                    self._lose(room_id, error)
                    return None
                failure: BackchannelError = error
            except BackchannelError as error:
                failure = error
            if not (failure.temporary and self._outlet.begun):
                raise failure
            attempt += 1
            wait = self._wait(attempt, failure)
            self._outlet.report(FillDelayed(failure, attempt, wait))
            await asyncio.sleep(wait)

    async def _take(self, push: Push) -> None:
        room_id = push.event.removesuffix(DELETIONS)
        reader = self._readers.get(room_id)
        if reader is None or not push.args:
            return
        early = push.number <= self._marks.get(room_id, 0)
        # The other arguments of a message are of no use; a note has one.
        for argument in cast("Sequence[JSON]", push.args[:1]):
            event: RoomEvent | MalformedReply | None = None
            if push.stream == MESSAGES:
                try:
                    event = reader.sequencer.pushed(read_document(argument), early=early)
                except MalformedReply as error:
                    event = error
            elif isinstance(argument, dict) and isinstance(argument.get("_id"), str):
                event = reader.sequencer.pushed_deletion(str(argument["_id"]), early=early)
            if event is not None:
                await self._outlet.put(event)

    def _lose(self, room_id: str, error: RefusedError) -> None:
        """A room may not be read: the end before the beginning, and an error afterwards."""
        del self._readers[room_id]
        if not (self._outlet.begun and self._readers):
            raise error
        self._outlet.fail(error)

    def _wait(self, attempt: int, failure: BackchannelError) -> float:
        wait = self._timing.backoff.delay(attempt, self._chance.draw())
        if isinstance(failure, RateLimited) and failure.retry_after is not None:
            return max(wait, failure.retry_after)
        return wait


class _SocketRefused(Exception):
    """Whatever answered is no socket, and will not be one soon."""

    def __init__(self, reason: BackchannelError) -> None:
        super().__init__()
        self.reason = reason
