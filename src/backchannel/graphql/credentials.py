"""What says on whose behalf a call is made, where that changes with time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from backchannel.flow import Flow


class Credentials(Protocol):
    """Credentials that are asked before each request, and before each connection of a socket.

    A client does so, in a loop that ends, because `invalidate` comes once a call:

        given = yield from credentials.headers()
        # The server refuses it: 401, or 403 at the socket.
        if credentials.invalidate(given):
            given = yield from credentials.headers()
            # Once more; when it is refused again, that is an AuthenticationError.
    """

    def headers(self) -> Flow[Mapping[str, str]]:
        """The flow that gives the headers of a request over HTTP, renewed if they have to be.

        Raises:
            BackchannelError: they had to be renewed, and that failed; the call was not sent.
        """
        ...

    def query(self) -> Flow[Mapping[str, str]]:
        """The flow that gives the query parameters of a socket's URL, renewed if they have to be.

        Raises:
            BackchannelError: they had to be renewed, and that failed.
        """
        ...

    def invalidate(self, refused: Mapping[str, str]) -> bool:
        """Take in that the server refused what one of the flows gave. It does no I/O.

        What has been renewed since stays as it is, so that many calls refused at once lead to one
        renewal.

        Args:
            refused: the headers or the query parameters that were refused.

        Returns:
            Whether asking again gives others.
        """
        ...


class FixedCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """Credentials that never change.

    Attributes:
        fixed_headers: the headers of a request over HTTP.
        fixed_query: the query parameters of a socket's URL.
    """

    fixed_headers: Mapping[str, str]
    fixed_query: Mapping[str, str]

    def headers(self) -> Flow[Mapping[str, str]]:
        """The headers. The flow has no steps."""
        yield from ()
        return self.fixed_headers

    def query(self) -> Flow[Mapping[str, str]]:
        """The query parameters. The flow has no steps."""
        yield from ()
        return self.fixed_query

    def invalidate(self, refused: Mapping[str, str]) -> bool:
        """Nothing helps: there are no others."""
        return False

    def __repr__(self) -> str:
        return "FixedCredentials(***)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return []
