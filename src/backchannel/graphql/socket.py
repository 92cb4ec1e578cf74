"""Where a Phoenix socket is, as a value: nothing of gql or websockets is loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.wire.backoff import Backoff
from backchannel.wire.secrets import without_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backchannel.graphql.credentials import Credentials


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long a client waits for its socket.

    Attributes:
        heartbeat: seconds between heartbeats; the server closes after 60 without any frame.
        silence: seconds without any frame after which the server is taken for dead. Each
            heartbeat is answered, so it must be longer than the time between two.
        timeout: seconds to wait for the connection, and for the answers to joining and
            subscribing.
        backoff: the waits before a lost connection is made again.

    Raises:
        ConfigurationError: `silence` is not longer than `heartbeat`.
    """

    heartbeat: float = 30.0
    silence: float = 45.0
    timeout: float = 10.0
    backoff: Backoff = Backoff()

    def __post_init__(self) -> None:
        if self.silence <= self.heartbeat:
            raise ConfigurationError(
                f"silence ({self.silence:g} seconds) must be longer than heartbeat"
                f" ({self.heartbeat:g} seconds)"
            )


class Socket(msgspec.Struct, frozen=True, kw_only=True):
    """Where the Phoenix socket is.

    Attributes:
        url: the URL; if there is a credential in its query, it is shown without.
        credentials: what gives further parameters of the query before each connection.
        timing: how long to wait for it.
    """

    url: str
    credentials: Credentials | None = None
    timing: Timing = Timing()

    @property
    def shown(self) -> str:
        """The URL as it may stand in a message."""
        return without_query(self.url)

    def address(self, parameters: Mapping[str, str]) -> str:
        """The URL with further parameters in its query."""
        if not parameters:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(parameters)}"

    def __repr__(self) -> str:
        return f"Socket({self.shown})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return [("url", self.shown)]
