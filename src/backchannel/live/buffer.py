"""Between the socket and a consumer: a bounded buffer, and what happens when it is full."""

from __future__ import annotations

import asyncio
import enum
from collections import deque
from typing import Generic, TypeVar

import msgspec

from backchannel.errors import InvalidInput

T = TypeVar("T")


class Overflow(enum.Enum):
    """What happens when a consumer is so slow that its buffer is full.

    WAIT reads nothing more from the socket until there is room, for any subscription on it; the
    server, and TCP, hold what comes. Heartbeats go on. DROP_OLDEST drops what waited longest, and
    reports how many that were.
    """

    WAIT = "wait"
    DROP_OLDEST = "drop oldest"


class Note(msgspec.Struct, frozen=True):
    """An entry that is no result: it takes no room, and is never dropped.

    Attributes:
        error: what to raise when the consumer comes to it.
        last: whether nothing follows it.
    """

    error: Exception | None = None
    last: bool = False


REFILL = Note()
"""The server pushes again from here on: what was missed comes first."""


class Buffer(Generic[T]):
    """Holds a bounded number of results. For one event loop, one producer and one consumer.

    Args:
        capacity: how many results.
        overflow: what happens when it is full.

    Attributes:
        dropped: how many results were dropped since this was set to 0.

    Raises:
        InvalidInput: a capacity below 1.
    """

    def __init__(self, capacity: int, overflow: Overflow) -> None:
        if capacity < 1:
            raise InvalidInput("capacity", limit="must be at least 1", given=str(capacity))
        self.dropped = 0
        self._capacity = capacity
        self._overflow = overflow
        self._entries: deque[T | Note] = deque()
        self._results = 0
        self._filled = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def full(self) -> bool:
        """Whether the producer is to wait for room."""
        return self._results >= self._capacity and self._overflow is Overflow.WAIT

    async def room(self) -> None:
        """Wait until it is not full."""
        while self.full:
            self._room.clear()
            await self._room.wait()

    def put(self, result: T) -> T | None:
        """Add a result to one that is not full. Returns what was dropped for it, if anything."""
        dropped = self._drop_oldest() if self._results >= self._capacity else None
        self._entries.append(result)
        self._results += 1
        self._filled.set()
        return dropped

    def note(self, note: Note) -> None:
        """Add a note; one that stands at the end already is enough."""
        if not self._entries or self._entries[-1] is not note:
            self._entries.append(note)
            self._filled.set()

    @property
    def empty(self) -> bool:
        """Whether the consumer is to wait for an entry."""
        return not self._entries

    async def entry(self) -> None:
        """Wait until it is not empty."""
        while not self._entries:
            self._filled.clear()
            await self._filled.wait()

    def take(self) -> T | Note:
        """Take the oldest entry of one that is not empty."""
        entry = self._entries.popleft()
        if not isinstance(entry, Note):
            self._results -= 1
            self._room.set()
        return entry

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()
        self._results = 0
        self._room.set()

    def _drop_oldest(self) -> T:
        for place, entry in enumerate(self._entries):
            if not isinstance(entry, Note):
                del self._entries[place]
                if (
                    0 < place < len(self._entries)
                    and self._entries[place - 1] is self._entries[place]
                ):
                    # One of two notes that now stand side by side is enough.
                    del self._entries[place]
                self._results -= 1
                self.dropped += 1
                return entry
        raise AssertionError("a full buffer holds a result")
