"""Keeping below the server's rate limit: waiting before a call, rather than being refused.

`reserve` and `counted` are the policy, pure functions of what is known of a route and of the time.
A `Pacer` holds that for the routes of one client, whose threads and tasks share it.

Until a route has answered, the server's default is assumed, 10 calls a minute: so many may go at
once. An answer that tells no quota was not counted: the user may bypass the limit, or the server
has none. Then nothing is assumed any more, and only routes that do tell a quota are paced.
"""

from __future__ import annotations

import threading
from typing import Final
from urllib.parse import urlsplit

import msgspec

from backchannel.rocketchat.quota import Quota, read_quota, retry_after
from backchannel.wire.messages import Request, Response

__all__ = ["Pace", "Pacer", "counted", "is_counted", "reserve", "route_of"]

CALLS: Final = 10
WINDOW: Final = 60.0
"""The server's defaults: so many calls, in so many seconds."""
MARGIN: Final = 0.05
"""Seconds by which clocks may disagree within a window."""
LOOK: Final = 0.05
"""Seconds to wait for an answer to one of the calls that hold all that is left."""

_API = "/api/v1/"


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a route.

    Attributes:
        limit: calls in a window; None if they are not counted.
        left: calls that this window allows, those under way included.
        under_way: calls that were begun and have not ended.
        ends: when the window ends, by the monotonic clock; None if it has not begun.
        reset: the same as the server tells it, in milliseconds since 1970; 0 if it has not.
        over: the `reset` of the window before.
    """

    limit: int | None = CALLS
    left: int = CALLS
    under_way: int = 0
    ends: float | None = None
    reset: int = 0
    over: int = 0


def reserve(pace: Pace, now: float) -> tuple[Pace, float]:
    """Begin a call, if the window has one left.

    Args:
        pace: what is known.
        now: seconds of the monotonic clock.

    Returns:
        What is known then, and seconds to wait before asking again: 0 if the call may begin.
    """
    replace = msgspec.structs.replace
    if pace.limit is None:
        return replace(pace, under_way=pace.under_way + 1), 0.0
    if pace.ends is not None and now >= pace.ends:
        pace = replace(pace, left=pace.limit, ends=None, over=pace.reset or pace.over, reset=0)
    # The window begins with its first call, and how long it is will be told by the answer.
    ends = now + WINDOW if pace.ends is None else pace.ends
    if pace.under_way < pace.left:
        return replace(pace, under_way=pace.under_way + 1, ends=ends), 0.0
    wait = ends - now
    # An answer may tell that more are left, or that nothing is counted.
    return pace, wait if pace.left <= 0 else min(wait, LOOK)


def counted(pace: Pace, quota: Quota, now: float) -> Pace:
    """Take in what an answer tells. Answers may come in any order.

    Args:
        pace: what is known; the call has ended.
        quota: what the answer tells.
        now: seconds of the monotonic clock, when the answer had come.
    """
    if quota.reset <= pace.over or quota.reset < pace.reset:
        return pace  # of a window before
    ends = now + MARGIN + (WINDOW if quota.seconds is None else quota.seconds)
    left = quota.remaining
    if quota.reset == pace.reset and pace.ends is not None:
        # Each answer tells the end up to a second too late, so the soonest is the best.
        ends, left = min(ends, pace.ends), min(left, pace.left)
    return msgspec.structs.replace(pace, limit=quota.limit, left=left, ends=ends, reset=quota.reset)


class Pacer:
    """The paces of all routes that a client calls. Threads and tasks may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}
        self._unknown = Pace()

    def reserve(self, route: str, now: float) -> float:
        """Begin a call, which must then be told as answered, lost or unsent.

        Args:
            route: see `route_of`.
            now: seconds of the monotonic clock.

        Returns:
            Seconds to wait before asking again; 0 if the call has begun.
        """
        with self._lock:
            pace, wait = reserve(self._paces.get(route, self._unknown), now)
            self._paces[route] = pace
        return wait

    def answered(self, route: str, response: Response, now: float) -> None:
        """A call was answered.

        Args:
            route: the route.
            response: the answer.
            now: seconds of the monotonic clock.
        """
        quota = read_quota(response)
        if quota is None and not response.body.startswith(b"{"):
            # No JSON object, so of something before the server, which may have counted the call.
            self.lost(route)
            return
        if quota is not None and response.status == 429:
            # The server's words are measured by no clock but its own.
            quota = msgspec.structs.replace(quota, seconds=retry_after(response, now))
        with self._lock:
            pace = self._ended(route)
            if quota is not None:
                limit = quota.limit if pace.limit is None else pace.limit
                known = msgspec.structs.replace(pace, limit=limit)
                self._paces[route] = counted(known, quota, now)
            elif response.status < 300:
                # A refusal may come before the count; what was done was not counted.
                self._paces[route] = msgspec.structs.replace(pace, limit=None)
                self._free_the_unknown()

    def lost(self, route: str) -> None:
        """A call was not answered: the server may have counted it."""
        with self._lock:
            pace = self._ended(route)
            self._paces[route] = msgspec.structs.replace(pace, left=pace.left - 1)

    def unsent(self, route: str) -> None:
        """A call did not reach the server."""
        with self._lock:
            self._ended(route)

    def _ended(self, route: str) -> Pace:
        pace = self._paces[route]
        pace = msgspec.structs.replace(pace, under_way=pace.under_way - 1)
        self._paces[route] = pace
        return pace

    def _free_the_unknown(self) -> None:
        if self._unknown.limit is None:
            return
        self._unknown = msgspec.structs.replace(self._unknown, limit=None)
        for route, pace in self._paces.items():
            if not pace.reset and not pace.over:
                self._paces[route] = msgspec.structs.replace(pace, limit=None)


def is_counted(request: Request) -> bool:
    """Whether the server may count it: files and the server's version are outside of the API."""
    return _API in urlsplit(request.url).path


def route_of(request: Request) -> str | None:
    """What the server counts a request as: its method and endpoint, without ids in the path.

    None for what is not of the API, such as files: that is not counted.
    """
    _, api, endpoint = urlsplit(request.url).path.rpartition(_API)
    return f"{request.method} {endpoint.partition('/')[0]}" if api else None
