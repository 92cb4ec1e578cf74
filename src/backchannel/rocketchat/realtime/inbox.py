"""Pushes between the socket and whoever looks at them: bounded, and not yet decoded."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from backchannel.errors import BackchannelError
from backchannel.rocketchat.realtime.frames import Said

MOST_WAITING: Final = 10_000
"""Pushes that wait to be looked at, before nothing more is read from the socket."""


class Push(Said, frozen=True):
    """What a stream said on this socket.

    Attributes:
        stream: the stream.
        number: the how manyth push of the socket it is, from 1.
    """

    stream: str = ""
    number: int = 0


class Inbox:
    """Holds pushes, and errors among them. For one event loop, one producer and one consumer.

    Attributes:
        count: how many pushes came.
    """

    def __init__(self) -> None:
        self.count = 0
        self._waiting: deque[Push | BackchannelError] = deque()
        self._changed = asyncio.Event()
        self._ended: Exception | None = None

    @property
    def full(self) -> bool:
        """Whether the producer is to wait for room."""
        return len(self._waiting) >= MOST_WAITING

    async def room(self) -> None:
        """Wait until it is not full."""
        while self.full:
            self._changed.clear()
            await self._changed.wait()

    def put(self, stream: str, said: Said) -> None:
        """Add a push."""
        self.count += 1
        self._waiting.append(Push(said.event, said.args, stream, self.count))
        self._changed.set()

    def fail(self, error: BackchannelError) -> None:
        """Add an error, after which others may come."""
        self._waiting.append(error)
        self._changed.set()

    def end(self, error: Exception) -> None:
        """Nothing follows but this."""
        self._ended = error
        self._changed.set()

    async def next(self) -> Push:
        """The next push. Raises the errors among them."""
        while not self._waiting:
            if self._ended is not None:
                raise self._ended
            self._changed.clear()
            await self._changed.wait()
        push = self._waiting.popleft()
        self._changed.set()
        if isinstance(push, BackchannelError):
            raise push
        return push
