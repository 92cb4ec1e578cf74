"""Where a Phoenix socket is, as a value: nothing of gql or websockets is loaded for it."""

from __future__ import annotations

import msgspec

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
