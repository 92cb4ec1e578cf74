"""Between what listens and its consumer: a bounded buffer, and who wants to know of connections."""

from __future__ import annotations

import asyncio

from backchannel.errors import BackchannelError, MalformedReply
from backchannel.live.buffer import Buffer, Note, Overflow
from backchannel.live.events import Dropped
from backchannel.rocketchat.realtime.events import ListeningEvent, OnEvent, RoomEvent

__all__ = ["Outlet"]


class Outlet:
    """Takes what there is to tell, and gives it to the consumer.

    Args:
        on_event: told what happens to the connection.
        capacity: how many events wait for a slow consumer.
        overflow: what happens when there are more.

    Attributes:
        begun: whether it is listened to.

    Raises:
        InvalidInput: a capacity below 1.
    """

    def __init__(self, on_event: OnEvent | None, capacity: int, overflow: Overflow) -> None:
        self.begun = False
        self._on_event = on_event
        self._buffer: Buffer[RoomEvent | MalformedReply] = Buffer(capacity, overflow)
        self._answered = asyncio.Event()
        self._ended: Exception | None = None
        self._over = False

    async def put(self, event: RoomEvent | MalformedReply) -> None:
        """Hand over an event. It waits while the buffer is full, if that is what is wanted."""
        await self._buffer.room()
        self._buffer.put(event)

    def fail(self, error: BackchannelError) -> None:
        """Hand over an error, after which others may come."""
        self._buffer.note(Note(error=error))

    def report(self, event: ListeningEvent) -> None:
        """Tell whoever wants to know. What he raises ends the listening."""
        if self._on_event is not None:
            self._on_event(event)

    def begin(self) -> None:
        """From here on nothing is missed."""
        self.begun = True
        self._answered.set()

    def end(self, error: Exception) -> None:
        """Hand over why nothing comes any more."""
        if self._ended is None:
            self._ended = error
            self._buffer.note(Note(error=error, last=True))
            self._answered.set()

    async def wait(self) -> None:
        """Wait until it is listened to. Raises why it will not be."""
        await self._answered.wait()
        if not self.begun and self._ended is not None:
            self._over = True
            raise self._ended

    async def next(self) -> RoomEvent:
        """The next event.

        Raises:
            StopAsyncIteration: nothing comes any more.
            BackchannelError: what was handed over as an error.
        """
        while not self._over:
            await self._buffer.entry()
            entry = self._buffer.take()
            if self._buffer.dropped:
                dropped, self._buffer.dropped = self._buffer.dropped, 0
                self.report(Dropped(dropped))
            if not isinstance(entry, Note):
                if isinstance(entry, MalformedReply):
                    raise entry
                return entry
            self._over = entry.last
            if entry.error is not None:
                raise entry.error
        raise StopAsyncIteration

    def close(self) -> None:
        """Hand over nothing more."""
        self._over = True
        self._buffer.clear()
        # For a step that waits in another task.
        self._buffer.note(Note(last=True))
        self._answered.set()
