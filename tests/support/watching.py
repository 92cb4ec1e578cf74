"""What each send asked the server, and when: for judging its receipt afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from backchannel.message import Receipt
from backchannel.transport.aiohttp import AiohttpTransport
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.messages import Request, Response


@dataclass
class Asked:
    """A request, from before it was written until its reply was there, or failed."""

    began: float
    ended: float
    well: bool


@dataclass
class Watched:
    """One send. A look counts from its first page, the one of the newest messages."""

    text: str
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    creates: list[Asked] = field(default_factory=list)
    looks: list[Asked] = field(default_factory=list)
    receipt: Receipt | None = None

    def end(self, receipt: Receipt) -> None:
        self.ended = time.monotonic()
        self.receipt = receipt

    @property
    def in_flight(self) -> tuple[float, float]:
        """When it surely no longer, and not yet, awaited its reply."""
        return self.began, self.looks[0].began if self.looks else self.ended


CURRENT: ContextVar[Watched] = ContextVar("CURRENT")


@contextmanager
def _watching(request: Request) -> Iterator[list[Response]]:
    body, watched = request.body or b"", CURRENT.get()
    replies: list[Response] = []
    began = time.monotonic()
    try:
        yield replies
    finally:
        well = any(reply.status == 200 for reply in replies)
        asked = Asked(began, time.monotonic(), well)
        if b'"operationName":"CreateChatMessage"' in body:
            watched.creates.append(asked)
        elif b'"operationName":"ReadBack"' in body and b'"before":' not in body:
            watched.looks.append(asked)


class WatchingRequests(RequestsTransport):
    """The blocking transport."""

    def send(self, request: Request) -> Response:
        with _watching(request) as replies:
            replies.append(super().send(request))
            return replies[0]


class WatchingAiohttp(AiohttpTransport):
    """The asynchronous transport."""

    async def send(self, request: Request) -> Response:
        with _watching(request) as replies:
            replies.append(await super().send(request))
            return replies[0]
