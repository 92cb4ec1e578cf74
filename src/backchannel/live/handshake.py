"""Opening a websocket: no redirect is followed, and every other answer becomes an error."""

from __future__ import annotations

from typing import Final

from websockets.asyncio.client import ClientConnection
from websockets.datastructures import HeadersLike
from websockets.exceptions import InvalidStatus
from websockets.http11 import USER_AGENT
from websockets.http11 import Response as HandshakeResponse

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConnectError,
    RefusedError,
    TransportTimeout,
)
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect
from backchannel.wire.secrets import without_query

COURTESY: Final = 2.0  # seconds that a server may take to say goodbye


class Redirected(Exception):
    """The answer to the handshake was a redirect."""

    def __init__(self, response: HandshakeResponse) -> None:
        super().__init__(f"status {response.status_code}")
        self.response = response


class Connection(ClientConnection):
    """Refuses redirects, which `websockets` follows to any host."""

    async def handshake(
        self,
        additional_headers: HeadersLike | None = None,
        user_agent_header: str | None = USER_AGENT,
    ) -> None:
        """Ask for a socket. Raises Redirected; see `ClientConnection` for the others."""
        try:
            await super().handshake(additional_headers, user_agent_header)
        except InvalidStatus as error:
            if not 300 <= error.response.status_code < 400:
                raise
            redirected = Redirected(error.response)
        else:
            return
        raise redirected


def opening_failed(url: str, timeout: float, cause: BaseException | None) -> BackchannelError:
    """The error for a connection that was not made.

    Args:
        url: where; its query is not shown.
        timeout: how many seconds the server had.
        cause: what `websockets` raised.
    """
    if isinstance(cause, InvalidStatus | Redirected):
        return _refusal(url, _response(cause.response))
    if isinstance(cause, TimeoutError):
        return timed_out(url, timeout)
    return ConnectError(f"{without_query(url)}: no connection")


def timed_out(url: str, timeout: float) -> TransportTimeout:
    """The error for an answer that did not come in time."""
    return TransportTimeout(f"{without_query(url)}: no answer within {timeout:g} seconds")


def _response(answer: HandshakeResponse) -> Response:
    return Response(
        status=answer.status_code,
        headers={name.lower(): value for name, value in answer.headers.raw_items()},
        body=bytes(answer.body or b""),
    )


def _refusal(url: str, response: Response) -> BackchannelError:
    """The error for a handshake that was answered with anything but 101."""
    request = Request(method="GET", url=url, headers={}, effect=False)
    try:
        refuse_redirect(request, response)
        refuse_failure(request, response)
    except BackchannelError as error:
        return error
    where, status = without_query(url), response.status
    if status in {401, 403}:
        return AuthenticationError(
            f"{where}: the socket refused the credential ({status})", response=response
        )
    return RefusedError(f"{where}: the socket was refused ({status})", response=response)
