"""A server, and one exchange with it: requests without credentials, paced as it counts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar
from urllib.parse import urlencode

import msgspec

from backchannel.errors import ConnectError, RateLimited
from backchannel.flow import Chance, Flow, pause, send
from backchannel.rocketchat.pacing import Pacer, is_counted, route_of
from backchannel.rocketchat.second_factor import AsyncSecondFactor
from backchannel.version import USER_AGENT
from backchannel.wire.messages import Request, Response

__all__ = ["Read", "Site"]

T = TypeVar("T")

Read: TypeAlias = Callable[[Request, Response], T]
"""Makes a value of a reply, or raises what it says."""

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": USER_AGENT,
}
_JSON_HEADERS = {**_HEADERS, "Content-Type": "application/json"}


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A server as a client of it sees it.

    Attributes:
        url: the server's base URL, without a slash at its end.
        chance: clocks and dice.
        pacer: how fast each route may be called.
        second_factor: gives the code of a second factor, where the server asks for one.
    """

    url: str
    chance: Chance = Chance()
    pacer: Pacer = msgspec.field(default_factory=Pacer)
    second_factor: AsyncSecondFactor | None = None

    def get(self, endpoint: str, query: Mapping[str, str] | None = None) -> Request:
        """A request that only reads."""
        asked = f"?{urlencode(query)}" if query else ""
        return Request(
            method="GET",
            url=f"{self.url}/api/v1/{endpoint}{asked}",
            headers=_HEADERS,
            effect=False,
        )

    def post(self, endpoint: str, body: bytes, *, effect: bool = True) -> Request:
        """A request with a JSON body.

        Args:
            endpoint: the endpoint's name, `chat.sendMessage`.
            body: the JSON.
            effect: False if the request may be repeated without a second effect.
        """
        return Request(
            method="POST",
            url=f"{self.url}/api/v1/{endpoint}",
            headers=_JSON_HEADERS,
            body=body,
            effect=effect,
        )

    def exchange(self, request: Request, read: Read[T], *, deadline: float) -> Flow[T]:
        """The flow of one request as it is, and its reply, once the rate limit allows it.

        Args:
            request: the request, with the credentials it needs.
            read: reads the reply.
            deadline: when a wait must be over, by the monotonic clock.

        Raises:
            RateLimited: the limit does not allow it before the deadline; nothing was sent.
            BackchannelError: those of the transports and of `read`.
        """
        if not is_counted(request):
            return read(request, (yield from send(request)))
        route = route_of(request)
        if route is None:
            return read(request, (yield from send(request)))
        yield from self._wait_for(route, request, deadline)
        try:
            response = yield from send(request)
        except ConnectError:
            self.pacer.unsent(route)
            raise
        except BaseException:  # a flow that is given up, too
            self.pacer.lost(route)
            raise
        self.pacer.answered(route, response, self.chance.monotonic())
        return read(request, response)

    def _wait_for(self, route: str, request: Request, deadline: float) -> Flow[None]:
        while True:
            now = self.chance.monotonic()
            wait = self.pacer.reserve(route, now)
            if not wait:
                return
            if now + wait > deadline:
                raise RateLimited(
                    f"{request.label}: the server's rate limit allows the next call in {wait:.1f}"
                    f" seconds, after the deadline in {max(0.0, deadline - now):.1f};"
                    " nothing was sent",
                    retry_after=wait,
                )
            yield from pause(wait)
