"""Opening a websocket through gql: no redirect is followed, no URL logged, every refusal told."""

from __future__ import annotations

import logging
import re
from typing import Final

from gql.transport.common.adapters.websockets import WebSocketsAdapter
from gql.transport.exceptions import TransportConnectionFailed
from websockets.asyncio.client import ClientConnection
from websockets.datastructures import HeadersLike
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import USER_AGENT
from websockets.http11 import Response as HandshakeResponse

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConnectError,
    RefusedError,
    TransportTimeout,
)
from backchannel.graphql.socket import Socket
from backchannel.transport.masking import masked_logger
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect
from backchannel.wire.secrets import MASK

_QUERY = re.compile(r"\?\S*")
COURTESY: Final = 2.0  # seconds that a server may take to say goodbye


class Redirected(Exception):
    """The answer to the handshake was a redirect."""

    def __init__(self, response: HandshakeResponse) -> None:
        super().__init__(f"status {response.status_code}")
        self.response = response


class _Connection(ClientConnection):
    """Refuses redirects, which `websockets` follows to any host."""

    async def handshake(
        self,
        additional_headers: HeadersLike | None = None,
        user_agent_header: str | None = USER_AGENT,
    ) -> None:
        try:
            await super().handshake(additional_headers, user_agent_header)
        except InvalidStatus as error:
            if not 300 <= error.response.status_code < 400:
                raise
            redirected = Redirected(error.response)
        else:
            return
        raise redirected


class Adapter(WebSocketsAdapter):
    """gql's adapter to `websockets`, which can also hang up.

    Args:
        socket: how long to wait.
        address: the URL with its credential.
    """

    def __init__(self, socket: Socket, address: str) -> None:
        super().__init__(
            url=address,
            connect_args={
                "create_connection": _Connection,
                "logger": _socket_logger(),
                "open_timeout": socket.timing.timeout,
                "close_timeout": COURTESY,
                "proxy": None,
                # Our own heartbeats do that; while a slow consumer keeps us from reading, the
                # answer to a ping would go unread, and the connection would be given up.
                "ping_interval": None,
                # Nothing that the server sends can grow in memory.
                "compression": None,
            },
        )

    async def next_frame(self) -> bytes:
        """The next frame, as it comes; gql's own `receive` makes a text of it first.

        Raises:
            TransportConnectionFailed: there is none.
        """
        if self.websocket is None:
            raise TransportConnectionFailed("closed after a heartbeat that failed")
        try:
            return await self.websocket.recv(decode=False)
        except ConnectionClosed as error:
            raise TransportConnectionFailed(str(error)) from None

    def abort(self) -> None:
        """Hang up, without waiting for anybody."""
        if self.websocket is not None:
            self.websocket.transport.abort()


class _HideQuery(logging.Filter):
    """Hides the query of the request, whatever its parameters are called."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if message.startswith("> GET "):
            record.msg, record.args = _QUERY.sub(f"?{MASK}", message), ()
        return True


def _socket_logger() -> logging.Logger:
    logger = masked_logger("backchannel.socket")
    if not any(isinstance(known, _HideQuery) for known in logger.filters):
        logger.addFilter(_HideQuery())
    return logger


def opening_failed(socket: Socket, cause: BaseException | None) -> BackchannelError:
    """The error for a connection that was not made.

    Args:
        socket: where.
        cause: what `websockets` raised.
    """
    if isinstance(cause, InvalidStatus | Redirected):
        return _refusal(socket, cause.response)
    if isinstance(cause, TimeoutError):
        return timed_out(socket)
    return ConnectError(f"{socket.shown}: no connection")


def timed_out(socket: Socket) -> TransportTimeout:
    """The error for an answer that did not come in time."""
    return TransportTimeout(f"{socket.shown}: no answer within {socket.timing.timeout:g} seconds")


def _refusal(socket: Socket, answer: HandshakeResponse) -> BackchannelError:
    """The error for a handshake that was answered with anything but 101."""
    request = Request(method="GET", url=socket.url, headers={}, effect=False)
    response = Response(
        status=answer.status_code,
        headers={name.lower(): value for name, value in answer.headers.raw_items()},
        body=bytes(answer.body or b""),
    )
    try:
        refuse_redirect(request, response)
        refuse_failure(request, response)
    except BackchannelError as error:
        return error
    where, status = socket.shown, response.status
    if status in {401, 403}:
        return AuthenticationError(
            f"{where}: the socket refused the credential ({status})", response=response
        )
    return RefusedError(f"{where}: the socket was refused ({status})", response=response)
