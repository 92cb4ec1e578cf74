"""Subscriptions over Phoenix channels, on gql's transport. Loaded on first use.

One socket a subscription. A dropped socket ends the iteration with ConnectionLost: nothing is
skipped in silence.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import TypeVar

import msgspec
from gql import Client, GraphQLRequest
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)
from gql.transport.phoenix_channel_websockets import PhoenixChannelWebsocketsTransport
from graphql import ExecutionResult
from websockets.asyncio.client import ClientConnection
from websockets.datastructures import HeadersLike
from websockets.exceptions import InvalidStatus
from websockets.http11 import USER_AGENT
from websockets.http11 import Response as HandshakeResponse

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConnectError,
    ConnectionLost,
    MalformedReply,
    RefusedError,
    TransportTimeout,
)
from backchannel.graphql.operation import Operation
from backchannel.graphql.reply import GraphQLErrorEntry, graphql_error
from backchannel.graphql.socket import Socket, Sockets
from backchannel.transport.masking import masked_logger
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect
from backchannel.wire.secrets import without_query

T = TypeVar("T")


class _Redirected(Exception):
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
            redirected = _Redirected(error.response)
        else:
            return
        raise redirected


class _Transport(PhoenixChannelWebsocketsTransport):
    """gql's transport, with what it drops or leaves unanswered."""

    def _parse_answer(self, answer: str) -> tuple[str, int | None, ExecutionResult | None]:
        try:
            parsed = super()._parse_answer(answer)
        except TransportQueryError as error:
            # It keeps the entries of a refused document only as a text.
            with suppress(KeyError, TypeError):
                error.errors = json.loads(answer)["payload"]["response"]["errors"]
            raise
        except RecursionError:
            raise TransportProtocolError("the frame is nested too deeply") from None
        if parsed[0] == "close":
            # It goes on waiting for a channel that the server has closed.
            raise TransportServerError("the channel was closed")
        return parsed

    async def _stop_listener(self, query_id: int) -> None:
        # Leaving must not fail, or the error would take the place of a cancellation: there may be
        # no subscription yet, or no socket any more.
        with suppress(TransportError):
            await super()._stop_listener(query_id)


async def subscribe(
    socket: Socket, operation: Operation[T], variables: Mapping[str, object], sockets: Sockets
) -> AsyncGenerator[T]:
    """Open a socket, join, subscribe, and iterate over what is pushed.

    Args:
        socket: where.
        operation: a subscription.
        variables: plain JSON values by the variables' names.
        sockets: those of the client, among which this one will be while it is open.

    Raises:
        ConnectError: no connection. TransportTimeout: no answer in time.
        AuthenticationError: the credential was refused (403).
        RedirectRefused, RateLimited, ServerFailure, RefusedError: other answers than a socket.
        GraphQLError: the document was refused, or a push holds errors.
        ConnectionLost: the socket ended, or the channel died.
        MalformedReply: a push does not fit the operation's type.
    """
    transport = _Transport(
        url=socket.url,
        heartbeat_interval=socket.heartbeat,
        ack_timeout=socket.timeout,
        connect_timeout=None,
        close_timeout=socket.timeout,
        connect_args={
            "create_connection": _Connection,
            "logger": masked_logger("backchannel.socket"),
            "open_timeout": socket.timeout,
            "close_timeout": socket.timeout,
            "proxy": None,
        },
    )
    request = GraphQLRequest(operation.document, variable_values=dict(variables))
    opened = False
    sockets.add(transport)
    try:
        async with Client(transport=transport) as session:
            opened = True
            async with aclosing(session.subscribe(request)) as pushes:
                async for data in pushes:
                    yield _convert(operation, data)
    except (TransportError, TimeoutError) as error:
        failure = error
    else:
        if sockets.closed:
            raise ConnectionLost(f"{without_query(socket.url)}: the client was closed")
        return
    finally:
        # For a join that failed or was cancelled; else it is closed by now.
        await transport.close()
        sockets.discard(transport)
    # Out of the handler, so that no context keeps an error that knows the URL.
    raise _translate(socket, failure, opened=opened)


def _convert(operation: Operation[T], data: object) -> T:
    try:
        return operation.convert(data)
    except (msgspec.ValidationError, ValueError) as error:
        raise MalformedReply(f"the push does not fit its type: {error}") from None


def _translate(
    socket: Socket, error: TransportError | TimeoutError, *, opened: bool
) -> BackchannelError:
    where = without_query(socket.url)
    cause = error.__cause__
    if isinstance(cause, InvalidStatus | _Redirected):
        return _refusal(socket, cause.response)
    if isinstance(error, TimeoutError):
        return TransportTimeout(f"{where}: no answer within {socket.timeout:g} seconds")
    if isinstance(error, TransportQueryError):
        if not opened:
            return RefusedError(f"{where}: joining the channel was refused: {error}")
        return graphql_error(_entries(error), error.data, "subscription")
    if isinstance(error, TransportServerError):
        return ConnectionLost(f"{where}: the channel died ({error})")
    if isinstance(error, TransportConnectionFailed) and not opened:
        return ConnectError(f"{where}: no connection")
    return ConnectionLost(f"{where}: the socket ended ({type(error).__name__})")


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
    where = without_query(socket.url)
    if response.status in {401, 403}:
        return AuthenticationError(
            f"{where}: the socket refused the credential ({response.status})", response=response
        )
    return RefusedError(f"{where}: the socket was refused ({response.status})", response=response)


def _entries(error: TransportQueryError) -> tuple[GraphQLErrorEntry, ...]:
    try:
        return msgspec.convert(error.errors, tuple[GraphQLErrorEntry, ...])
    except msgspec.ValidationError:
        return (GraphQLErrorEntry(message=str(error)),)
