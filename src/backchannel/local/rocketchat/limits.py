"""The rate limit: so many calls a minute for each route, method and address."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backchannel.local.rocketchat.errors import TooManyRequests
from backchannel.local.rocketchat.world import Clock

CALLS = 10
WINDOW = 60.0  # seconds


@dataclass
class _Window:
    ends: float
    calls: int = 0


class RateLimit:
    """Counts calls in fixed windows, each begun by the first call in it.

    `calls` may be made in a window of `seconds`. `refused` counts those that were too many.
    """

    def __init__(self, clock: Clock, *, calls: int = CALLS, seconds: float = WINDOW) -> None:
        self._clock = clock
        self._calls = calls
        self._seconds = seconds
        self.refused = 0
        self._windows: dict[tuple[str, str, str], _Window] = {}

    def count(
        self, method: str, path: str, address: str
    ) -> tuple[dict[str, str], TooManyRequests | None]:
        """Count a call: the headers of its answer, and the refusal if it is one too many."""
        now = self._clock()
        key = (method, path, address)
        window = self._windows.get(key)
        if window is None or now >= window.ends:
            window = self._windows[key] = _Window(now + self._seconds)
        window.calls += 1
        headers = {
            "X-RateLimit-Limit": str(self._calls),
            "X-RateLimit-Remaining": str(max(0, self._calls - window.calls)),
            "X-RateLimit-Reset": str(round(window.ends * 1000)),  # milliseconds since 1970
        }
        if window.calls <= self._calls:
            return headers, None
        self.refused += 1
        return headers, TooManyRequests(math.ceil(window.ends - now))
