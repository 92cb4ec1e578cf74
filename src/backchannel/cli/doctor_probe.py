"""One request without credentials: whether somebody answers, what they say, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backchannel.version import USER_AGENT
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect
from backchannel.wire.secrets import without_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from backchannel.drive import Transport

__all__ = ["Heard", "Probe", "probe"]


class Probe(msgspec.Struct, frozen=True):
    """A request and its reply, and seconds since 1970 by this machine's clock.

    Attributes:
        url: what was asked, without its query.
        response: the reply.
        sent: when the request was sent.
        received: when the reply was there.
    """

    url: str
    response: Response
    sent: float
    received: float


def probe(transport: Transport, url: str, now: Callable[[], float]) -> Probe:
    """Ask for a URL, once.

    Raises:
        TransportError: nobody answers.
        RedirectRefused, ServerFailure, RateLimited: somebody does, and that is no good.
    """
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
    request = Request(method="GET", url=url, headers=headers, effect=False)
    sent = now()
    response = transport.send(request)
    received = now()
    refuse_redirect(request, response)
    refuse_failure(request, response)
    return Probe(without_query(url), response, sent, received)


class Heard:
    """A transport that keeps the last reply of another.

    Args:
        transport: the other.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.last: Response | None = None

    def send(self, request: Request) -> Response:
        """Send the request, and keep the reply."""
        self.last = self._transport.send(request)
        return self.last

    def close(self) -> None:
        """Close the other transport."""
        self._transport.close()
