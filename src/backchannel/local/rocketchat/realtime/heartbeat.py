"""Pings to a client that is quiet, and the end of a connection whose client stays so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Heartbeat:
    """Looks every `interval` seconds whether a frame came; if not, pings and waits `deadline`.

    So the first ping comes one to two intervals after the last frame. Runs in the loop that
    starts it.
    """

    def __init__(
        self,
        interval: float,
        deadline: float,
        *,
        ping: Callable[[], None],
        give_up: Callable[[], None],
    ) -> None:
        self._interval = interval
        self._deadline = deadline
        self._ping = ping
        self._give_up = give_up
        self._heard = False
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to look."""
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._look)

    def heard(self) -> None:
        """A frame came."""
        self._heard = True
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def stop(self) -> None:
        """Look no more."""
        for timer in (self._timer, self._waiting):
            if timer is not None:
                timer.cancel()

    def _look(self) -> None:
        if not self._heard and self._waiting is None:
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_later(self._deadline, self._give_up)
            self._ping()
        self._heard = False
        self.start()
