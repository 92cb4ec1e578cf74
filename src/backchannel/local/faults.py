"""Faults of a network and of a proxy, made to order on a real socket.

`Faults` is a list of orders, each used up by the next requests whose path contains the given
text. `FaultyApp` wraps any ASGI application and carries the orders out; it knows HTTP, not what
is spoken over it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


class Kind(Enum):
    """What goes wrong."""

    CUT_BEFORE_APPLY = auto()
    CUT_AFTER_APPLY = auto()
    CLOSE_MID_BODY = auto()
    DELAY = auto()
    ANSWER = auto()


@dataclass
class Order:
    """One fault to happen to the next `times` requests whose path contains `path`."""

    kind: Kind
    path: str
    times: int
    seconds: float = 0.0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    apply: bool = False


class Faults:
    """Orders for faults; safe to use from any thread while the server runs.

    Every method takes `path`, a part of the path of the requests meant ("" for all of them),
    and `times`, how many of those requests are hit; afterwards the server is well again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Order] = []

    def cut_before_apply(self, path: str = "", *, times: int = 1) -> None:
        """Read the request, do nothing, and close the connection without a reply."""
        self._add(Order(Kind.CUT_BEFORE_APPLY, path, times))

    def cut_after_apply(self, path: str = "", *, times: int = 1) -> None:
        """Do what was asked, and close the connection without a reply."""
        self._add(Order(Kind.CUT_AFTER_APPLY, path, times))

    def close_mid_body(self, path: str = "", *, times: int = 1) -> None:
        """Do what was asked, reply with half of the body, and close the connection."""
        self._add(Order(Kind.CLOSE_MID_BODY, path, times))

    def delay(self, path: str = "", *, seconds: float, times: int = 1) -> None:
        """Wait that many seconds, then do what was asked."""
        self._add(Order(Kind.DELAY, path, times, seconds=seconds))

    def answer(
        self,
        path: str = "",
        *,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        apply: bool = False,
        times: int = 1,
    ) -> None:
        """Give this reply instead of the application's own.

        With `apply` the application does what was asked first, as when a proxy gives up waiting.
        """
        order = Order(Kind.ANSWER, path, times, status=status, body=body, apply=apply)
        order.headers = dict(headers or {})
        self._add(order)

    def html(
        self, path: str = "", *, status: int = 502, apply: bool = False, times: int = 1
    ) -> None:
        """Answer with a page of HTML, as a proxy does."""
        headers = {"content-type": "text/html"}
        self.answer(path, status=status, body=_HTML, headers=headers, apply=apply, times=times)

    def clear(self) -> None:
        """Forget every order not yet used up."""
        with self._lock:
            self._orders.clear()

    @property
    def pending(self) -> int:
        """How many faults are still to happen."""
        with self._lock:
            return sum(order.times for order in self._orders)

    def _add(self, order: Order) -> None:
        if order.times < 1:
            raise ValueError(f"times must be at least 1, not {order.times}")
        with self._lock:
            self._orders.append(order)

    def take(self, path: str) -> Order | None:
        """The first order for a request of this path, counted as used once."""
        with self._lock:
            for order in self._orders:
                if order.path in path:
                    order.times -= 1
                    if order.times == 0:
                        self._orders.remove(order)
                    return order
        return None


class FaultyApp:
    """An ASGI application that fails as `faults` says and is `app` otherwise."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        order = self._faults.take(scope["path"]) if scope["type"] == "http" else None
        if order is None:
            await self._app(scope, receive, send)
            return
        # Read first: the application is to get the request even when the client has given up,
        # and a socket closed with unread bytes would reset the connection.
        request = _again(await _read(receive), receive)
        match order.kind:
            case Kind.DELAY:
                await asyncio.sleep(order.seconds)
                await self._app(scope, request, send)
            case Kind.CUT_BEFORE_APPLY:
                await _close(receive, send)
            case Kind.CUT_AFTER_APPLY:
                await self._apply(scope, request)
                await _close(receive, send)
            case Kind.CLOSE_MID_BODY:
                start, body = await self._apply(scope, request)
                await send(start)
                half = body[: len(body) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
                await _close(receive, send)
            case Kind.ANSWER:
                if order.apply:
                    await self._apply(scope, request)
                headers = {"content-length": str(len(order.body)), **order.headers}
                pairs = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
                start = {"type": "http.response.start", "status": order.status, "headers": pairs}
                await send(start)
                await send({"type": "http.response.body", "body": order.body})

    async def _apply(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """Run the application, keeping its reply back: the message that starts it, and the body."""
        kept: list[Message] = []

        async def keep(message: Message) -> None:
            kept.append(message)

        await self._app(scope, receive, keep)
        return kept[0], b"".join(message.get("body", b"") for message in kept[1:])


async def _read(receive: Receive) -> bytes:
    """The body of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body already read, then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


class _Transport(Protocol):
    def close(self) -> None: ...


async def _close(receive: Receive, send: Send) -> None:
    """Close the connection under the request; what was sent before still arrives.

    ASGI has no word for this, so uvicorn's transport is reached through its `send`.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("connections can only be cut when uvicorn calls FaultyApp directly")
    cast("_Transport", transport).close()
    # uvicorn answers 500 for an application that returns early while it is still connected.
    while (await receive())["type"] != "http.disconnect":
        pass
