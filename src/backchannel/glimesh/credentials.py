"""The two credentials of Glimesh's API: an access token, or a Client-ID, which only reads.

An access token is fixed, or had by OAuth and renewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from backchannel.drive import Chance
from backchannel.errors import ConfigurationError
from backchannel.graphql.credentials import Credentials, FixedCredentials
from backchannel.graphql.socket import Socket, Timing
from backchannel.wire.secrets import Headers, Secret, secret_header
from backchannel.wire.urls import check_base_url

if TYPE_CHECKING:
    from backchannel.glimesh.renewal import OAuthCredentials

GRAPH_PATH = "/api/graph"
SOCKET_PATH = "/api/graph/websocket"


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two credentials.

    Attributes:
        scheme: how the server wants it called in the header; it knows few spellings.
        parameter: its name in the socket's query.
        secret: the token or the id.
        read_only: whether it can only read (`watchChannel` excepted).
    """

    scheme: str
    parameter: str
    secret: Secret
    read_only: bool

    def headers(self) -> Headers:
        """The header of requests over HTTP."""
        return Headers(Authorization=f"{self.scheme} {self.secret.reveal()}")

    def query(self) -> Headers:
        """The query parameter of the socket's URL."""
        return Headers({self.parameter: self.secret.reveal()})


def choose_credential(token: str | None, client_id: str | None) -> Credential:
    """The credential of exactly one of the two.

    Args:
        token: an access token.
        client_id: the id of an application.

    Raises:
        ConfigurationError: both, none, or one that cannot stand in a header.
    """
    if (token is None) == (client_id is None):
        raise ConfigurationError("give a token, a client_id, or credentials: one of the three")
    if token is not None:
        secret = secret_header("token", token)
        return Credential(scheme="Bearer", parameter="token", secret=secret, read_only=False)
    secret = secret_header("client_id", client_id or "")
    return Credential(scheme="Client-ID", parameter="client_id", secret=secret, read_only=True)


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """On whose behalf a client calls.

    Attributes:
        headers: the headers of requests over HTTP that do not change.
        credentials: what is asked before each connection of a socket, and, where it renews itself,
            before each request over HTTP too.
        read_only: whether it can only read.
        scopes: what the token may do, or None where that is not known beforehand.
    """

    headers: Mapping[str, str]
    credentials: Credentials
    read_only: bool
    scopes: tuple[str, ...] | None = None

    @property
    def renewing(self) -> Credentials | None:
        """The credentials if they change."""
        return None if isinstance(self.credentials, FixedCredentials) else self.credentials

    def socket(self, base_url: str, timing: Timing | None) -> Socket:
        """The socket below a server's base URL. The server looks for credentials in its query."""
        url = socket_url(base_url)
        return Socket(url=url, credentials=self.credentials, timing=timing or Timing())


def choose_access(
    token: str | None,
    client_id: str | None,
    credentials: OAuthCredentials | None,
    url: str,
    chance: Chance | None,
) -> Access:
    """The access of exactly one of the three.

    Args:
        token: an access token.
        client_id: the id of an application.
        credentials: what gets access tokens, and renews them.
        url: the server's base URL.
        chance: clocks and dice.

    Raises:
        ConfigurationError: none or several of them, or one that cannot work.
    """
    if credentials is None:
        credential = choose_credential(token, client_id)
        fixed = FixedCredentials(fixed_headers=credential.headers(), fixed_query=credential.query())
        return Access(
            headers=fixed.fixed_headers,
            credentials=fixed,
            read_only=credential.read_only,
        )
    if token is not None or client_id is not None:
        raise ConfigurationError("give a token, a client_id, or credentials: one of the three")
    check_base_url(url)
    credentials.bind(url, chance or Chance())
    return Access(headers={}, credentials=credentials, read_only=False, scopes=credentials.scopes)


def socket_url(base_url: str) -> str:
    """The URL of the socket below a server's base URL, without a credential."""
    scheme, _, rest = base_url.partition("://")
    socket_scheme = "wss" if scheme.lower() == "https" else "ws"
    return f"{socket_scheme}://{rest.rstrip('/')}{SOCKET_PATH}"


def graph_url(base_url: str) -> str:
    """The URL of the API below a server's base URL.

    Raises:
        ConfigurationError: it is no base URL.
    """
    check_base_url(base_url)
    if base_url.rstrip("/").endswith(GRAPH_PATH):
        raise ConfigurationError(f"give the server's base URL, without {GRAPH_PATH}")
    return base_url.rstrip("/") + GRAPH_PATH
