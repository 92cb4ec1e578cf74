"""A websocket for gql: it follows no redirect, logs no query, and can hang up."""

from __future__ import annotations

import logging
import re

from gql.transport.common.adapters.websockets import WebSocketsAdapter
from gql.transport.exceptions import TransportConnectionFailed
from websockets.exceptions import ConnectionClosed

from backchannel.graphql.socket import Socket
from backchannel.live.handshake import COURTESY, Connection
from backchannel.transport.masking import masked_logger
from backchannel.wire.secrets import MASK

_QUERY = re.compile(r"\?\S*")


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
                "create_connection": Connection,
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
