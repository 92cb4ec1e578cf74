"""One WebSocket of a local server: RFC 6455 under whatever is spoken over it.

It is an asyncio protocol and no ASGI application because tests need what ASGI hides: pings, half
a frame, a TCP reset, a peer that is there and says nothing.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast

from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

if TYPE_CHECKING:
    from uvicorn.server import ServerState

CLOSE_SECONDS = 5.0  # how long a client may take to answer a close
RESTARTING = 1012
UNDECODABLE = 1011

# In no hierarchy and without a handler: the library would log requests, and with them tokens.
_SILENT = logging.Logger("local websocket", logging.CRITICAL)  # noqa: LOG001
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


class Handler(Protocol):
    """What is spoken over one socket; its methods run in the server's thread.

    `idle_seconds` is the time without any frame, pings included, after which the socket is closed
    with code 1000.
    """

    idle_seconds: float

    def opened(self, line: WebSocket) -> None:
        """The handshake is done: `line` can be written to."""

    def received(self, message: str | bytes) -> None:
        """A whole message came."""

    def closed(self) -> None:
        """The connection is gone or going, whoever ends it; nothing more is read or sent."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a handshake that is not accepted."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


# None leaves a handshake without any answer.
Accept = Callable[[Request], Handler | Refusal | None]


class WebSocket(asyncio.Protocol):
    """A connection from its handshake to its end.

    `silent` makes it a peer that has gone without saying so: what comes is not read, what is sent
    goes nowhere, and nothing ends it but the client. `latency` is the time in seconds that each
    message takes to leave. With `cut_next` the next message ends halfway, and the connection
    with it.
    """

    def __init__(self, accept: Accept, state: ServerState) -> None:
        self.silent = False
        self.latency = 0.0
        self.cut_next = False
        self._accept = accept
        # uvicorn closes what is in there, and knows only its own classes by type.
        self._connections = cast("set[object]", state.connections)
        self._protocol = ServerProtocol(max_size=None, logger=_SILENT)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._handler: Handler | None = None
        self._parts: list[bytes] = []
        self._opcode = Opcode.TEXT
        self._delayed: deque[bytes] = deque()
        self._last_frame = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, or by uvicorn with a connection that asks to be upgraded."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called once, at the end."""
        self._connections.discard(self)
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self._end()

    def data_received(self, data: bytes) -> None:
        """Bytes came: the handshake, or frames, or a part of one."""
        if self.silent:
            return
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._shake_hands(event)
            elif isinstance(event, Frame):
                self._last_frame = self._loop.time()
                self._frame_received(event)
        self._flush()

    def eof_received(self) -> None:
        """The client has ended its half; asyncio then closes the other."""

    def send(self, text: str | bytes) -> None:
        """Send one text message; nothing once the connection is closing."""
        if self.silent or not self._can_send():
            return
        self._protocol.send_text(text.encode() if isinstance(text, str) else text)
        data = b"".join(self._protocol.data_to_send())
        if self.cut_next:
            self._transport.write(data[: len(data) // 2])
            self._transport.close()
            self._end()
        elif self.latency or self._delayed:
            self._delayed.append(data)
            self._loop.call_later(self.latency, self._send_delayed)
        else:
            self._transport.write(data)

    def close(self, code: int = 1000) -> None:
        """Close as the protocol wants it: with a code, and an answer from the client."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code)
            self._flush()
            self._loop.call_later(CLOSE_SECONDS, self._transport.abort)
            self._end()

    def reset(self) -> None:
        """End the TCP connection with a reset: the client gets an error, not an end."""
        raw: socket.socket | None = self._transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()
        self._end()

    def shutdown(self) -> None:
        """Called by uvicorn when the server ends; it does not wait for the client's answer."""
        if self._protocol.state is State.OPEN and not self.silent:
            self._protocol.send_close(RESTARTING)
            self._flush()
        if self._transport.get_write_buffer_size():
            self._transport.abort()  # it would wait for a client that does not read
        else:
            self._transport.close()

    def _shake_hands(self, request: Request) -> None:
        response = self._protocol.accept(request)
        if response.status_code == 101:
            answer = self._accept(request)
            if answer is None:
                self.silent = True
                return
            if isinstance(answer, Refusal):
                response = _refused(answer)
            else:
                self._handler = answer
        self._protocol.send_response(response)
        self._flush()
        if self._handler is not None:
            self._last_frame = self._loop.time()
            self._watch(self._handler.idle_seconds)
            self._handler.opened(self)

    def _frame_received(self, frame: Frame) -> None:
        if frame.opcode in {Opcode.TEXT, Opcode.BINARY}:
            self._opcode = frame.opcode
        elif frame.opcode is not Opcode.CONT:
            return  # the protocol has answered pings and closes itself
        self._parts.append(bytes(frame.data))
        if frame.fin and self._handler is not None:
            data = b"".join(self._parts)
            self._parts.clear()
            try:
                self._handler.received(data.decode() if self._opcode is Opcode.TEXT else data)
            except UnicodeDecodeError:
                self.close(1007)

    def _can_send(self) -> bool:
        """Whether neither side has ended the conversation, or the connection under it."""
        return self._protocol.state is State.OPEN and not self._transport.is_closing()

    def _end(self) -> None:
        """Tell the handler, once."""
        handler, self._handler = self._handler, None
        if handler is not None:
            handler.closed()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()  # the protocol's word for the end

    def _send_delayed(self) -> None:
        if self._delayed and not self.silent and self._can_send():
            self._transport.write(self._delayed.popleft())

    def _watch(self, seconds: float) -> None:
        """Look again when, at the earliest, the socket may have been idle for long enough."""

        def look() -> None:
            left = self._last_frame + seconds - self._loop.time()
            if self.silent or left > 0:
                self._idle_timer = self._loop.call_later(max(left, seconds / 10), look)
            else:
                self.close(1000)

        self._idle_timer = self._loop.call_later(seconds, look)


def _refused(refusal: Refusal) -> Response:
    headers = Headers({"content-length": str(len(refusal.body)), **refusal.headers})
    phrase = HTTPStatus(refusal.status).phrase
    return Response(refusal.status, phrase, headers, refusal.body)
