"""Where a Phoenix socket is, as a value: nothing of gql or websockets is loaded for it."""

from __future__ import annotations

from typing import Protocol

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.wire.secrets import without_query


class Socket(msgspec.Struct, frozen=True, kw_only=True):
    """Where the Phoenix socket is.

    Attributes:
        url: the URL with its credential in the query; it is shown without.
        heartbeat: seconds between heartbeats; the server closes after 60 without any frame.
        timeout: seconds to wait for the connection and for the answer to joining.
    """

    url: str
    heartbeat: float = 30.0
    timeout: float = 10.0

    def __repr__(self) -> str:
        return f"Socket({without_query(self.url)})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return [("url", without_query(self.url))]


class Closes(Protocol):
    """An open socket, as far as it matters here."""

    async def close(self) -> None:
        """Close it."""


class Sockets:
    """The open sockets of a client, which closes them with itself.

    Attributes:
        closed: whether it has.
    """

    def __init__(self) -> None:
        self._open: set[Closes] = set()
        self.closed = False

    def add(self, socket: Closes) -> None:
        """Note a socket that is to be opened.

        Raises:
            ConfigurationError: the client is closed.
        """
        if self.closed:
            raise ConfigurationError("the subscription's client is closed")
        self._open.add(socket)

    def discard(self, socket: Closes) -> None:
        """Forget a socket that is closed."""
        self._open.discard(socket)

    async def close(self) -> None:
        """Close all of them; none can be added afterwards."""
        self.closed = True
        for socket in list(self._open):
            await socket.close()
