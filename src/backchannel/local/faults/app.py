"""An ASGI application that carries out orders for faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from backchannel.local.faults.orders import Faults, Kind, Order

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Operations = Callable[[bytes], Collection[str]]


def _none(_: bytes) -> Collection[str]:
    return ()


class FaultyApp:
    """An ASGI application that fails as `faults` says and is `app` otherwise.

    `operations` names what a request's body asks for, for orders by operation (default: nothing).
    """

    def __init__(self, app: ASGIApp, faults: Faults, operations: Operations = _none) -> None:
        self._app = app
        self._faults = faults
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not self._faults.pending:
            await self._app(scope, receive, send)
            return
        # Read first: the application is to get the request even when the client has given up,
        # and a socket closed with unread bytes would reset the connection.
        body = await _read(receive)
        request = _again(body, receive)
        order = self._faults.take(scope["path"], cache(lambda: self._operations(body)))
        if order is None:
            await self._app(scope, request, send)
        else:
            await self._fail(order, scope, request, receive, send)

    async def _fail(
        self, order: Order, scope: Scope, request: Receive, receive: Receive, send: Send
    ) -> None:
        """Carry out an order; `request` gives the body again, `receive` what comes after it."""
        match order.kind:
            case Kind.DELAY:
                await asyncio.sleep(order.seconds)
                await self._app(scope, request, send)
            case Kind.CUT_BEFORE_APPLY:
                await _close(receive, send)
            case Kind.CUT_AFTER_APPLY:
                await self._apply(scope, request)
                await _close(receive, send)
            case Kind.APPLY_LATE:
                await self._apply_late(order, scope, request, receive, send)
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

    async def _apply_late(
        self, order: Order, scope: Scope, request: Receive, receive: Receive, send: Send
    ) -> None:
        try:
            await (_gone(receive) if order.hang else _close(receive, send))
            await asyncio.sleep(order.seconds)
            await self._apply(scope, request)
        finally:
            self._faults.applied()

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
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Wait until the client is no longer there."""
    while (await receive())["type"] != "http.disconnect":
        pass
