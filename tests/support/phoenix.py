"""A Phoenix server with Absinthe's channel, which does as its script says.

It speaks the frames of protocol version 1: objects with topic, event, payload and ref.
"""

from __future__ import annotations

import asyncio
import http
import json
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Literal, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from backchannel.live.events import ConnectionEvent, Disconnected

_SILENT = logging.getLogger("phoenix")
_SILENT.setLevel(logging.CRITICAL)

CONTROL = "__absinthe__:control"
SUBSCRIPTION = "__absinthe__:doc:-576460752303415566:7F6554B978F1"

Event = Literal["phx_error", "phx_close", "drop", "nonsense", "abyss"]
Frame = dict[str, object]


def give_up(event: ConnectionEvent) -> None:
    """For `configure(on_event=...)`: end the subscription with what the connection was lost for."""
    if isinstance(event, Disconnected):
        raise event.reason


class Phoenix:
    """Listens on a free port of 127.0.0.1 while it is entered.

    Args:
        pushes: what follows the reply to a subscription: results, or what goes wrong.
        status: the status that answers the handshake; 101 accepts it.
        headers: headers of a handshake that is not accepted.
        join: the status of the reply to joining, or None to leave it without any.
        refusal: the response with which documents are refused, or None to accept them; "" to
            leave them without any reply.

    Attributes:
        frames: the frames that came, in order.
        paths: the targets of the handshakes.
    """

    def __init__(
        self,
        *pushes: Mapping[str, object] | Event,
        status: int = 101,
        headers: Mapping[str, str] | None = None,
        join: str | None = "ok",
        refusal: object = None,
    ) -> None:
        self._pushes = pushes
        self._status = status
        self._headers = headers or {}
        self._join = join
        self._refusal = refusal
        self._server: Server
        self._came = asyncio.Condition()
        self.frames: list[Frame] = []
        self.paths: list[str] = []

    @property
    def port(self) -> int:
        port: int = next(iter(self._server.sockets)).getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/socket/websocket"

    @property
    def open_connections(self) -> int:
        return len(self._server.connections)

    async def emptied(self) -> None:
        """Wait until the last connection is gone, which takes a moment on this side too."""
        while self.open_connections:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    def events(self) -> list[object]:
        """The events that came, in order."""
        return [frame["event"] for frame in self.frames]

    async def saw(self, event: str, times: int = 1) -> None:
        """Wait until the event has come so many times."""
        async with self._came:
            await self._came.wait_for(lambda: self.events().count(event) >= times)

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._handshake,
            close_timeout=0.2,
            # It logs the requests, tokens included, and tests search the log.
            logger=_SILENT,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _handshake(self, _: ServerConnection, request: Request) -> Response | None:
        self.paths.append(request.path)
        if self._status == 101:
            return None
        reason = http.HTTPStatus(self._status).phrase
        headers = Headers({"Content-Length": "0", **self._headers})
        return Response(self._status, reason, headers, b"")

    async def _serve(self, connection: ServerConnection) -> None:
        async for text in connection:
            frame = json.loads(text)
            self.frames.append(frame)
            async with self._came:
                self._came.notify_all()
            match frame["event"]:
                case "phx_join" if self._join is not None:
                    response = {} if self._join == "ok" else {"reason": "not today"}
                    await _reply(connection, frame, self._join, response)
                case "doc" if self._refusal is None:
                    await _reply(connection, frame, "ok", {"subscriptionId": SUBSCRIPTION})
                    for push in self._pushes:
                        await _push(connection, push)
                case "doc" if self._refusal:
                    await _reply(connection, frame, "error", self._refusal)
                case "unsubscribe" | "heartbeat":
                    await _reply(connection, frame, "ok", frame["payload"])
                case "phx_leave":
                    await _reply(connection, frame, "ok", {})
                    await _push(connection, "phx_close")


async def _reply(connection: ServerConnection, frame: Frame, status: str, response: object) -> None:
    payload = {"status": status, "response": response}
    await _send(connection, str(frame["topic"]), "phx_reply", payload, frame["ref"])


async def _push(connection: ServerConnection, push: Mapping[str, object] | Event) -> None:
    if push == "drop":
        connection.transport.abort()
    elif push == "nonsense":
        await connection.send("<html>")
    elif push == "abyss":
        await connection.send("[" * 100_000)
    elif isinstance(push, str):
        await _send(connection, CONTROL, push, {})
    else:
        payload = {"result": push, "subscriptionId": SUBSCRIPTION}
        await _send(connection, SUBSCRIPTION, "subscription:data", payload)


async def _send(
    connection: ServerConnection, topic: str, event: str, payload: object, ref: object = None
) -> None:
    frame = {"topic": topic, "event": event, "payload": payload, "ref": ref}
    await connection.send(json.dumps(frame))
