"""The two credentials of Glimesh's API: an access token, or a Client-ID, which only reads."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.wire.secrets import Secret, secret_header
from backchannel.wire.urls import check_base_url

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

    def headers(self) -> dict[str, str]:
        """The header of requests over HTTP."""
        return {"Authorization": f"{self.scheme} {self.secret.reveal()}"}

    def socket_url(self, base_url: str) -> str:
        """The URL of the socket, the credential in its query: the server looks nowhere else."""
        scheme, _, rest = base_url.partition("://")
        socket_scheme = "wss" if scheme.lower() == "https" else "ws"
        query = urlencode({self.parameter: self.secret.reveal()})
        return f"{socket_scheme}://{rest.rstrip('/')}{SOCKET_PATH}?{query}"


def choose_credential(token: str | None, client_id: str | None) -> Credential:
    """The credential of exactly one of the two.

    Args:
        token: an access token.
        client_id: the id of an application.

    Raises:
        ConfigurationError: both, none, or one that cannot stand in a header.
    """
    if (token is None) == (client_id is None):
        raise ConfigurationError("give a token or a client_id, one of the two")
    if token is not None:
        secret = secret_header("token", token)
        return Credential(scheme="Bearer", parameter="token", secret=secret, read_only=False)
    secret = secret_header("client_id", client_id or "")
    return Credential(scheme="Client-ID", parameter="client_id", secret=secret, read_only=True)


def graph_url(base_url: str) -> str:
    """The URL of the API below a server's base URL.

    Raises:
        ConfigurationError: it is no base URL.
    """
    check_base_url(base_url)
    if base_url.rstrip("/").endswith(GRAPH_PATH):
        raise ConfigurationError(f"give the server's base URL, without {GRAPH_PATH}")
    return base_url.rstrip("/") + GRAPH_PATH
