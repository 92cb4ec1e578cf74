"""Subscriptions over Phoenix channels, on gql's transport. Loaded on first use.

One socket a subscription. A dropped socket ends the iteration with ConnectionLost: nothing is
skipped in silence.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TypeVar

import msgspec
from gql import Client, GraphQLRequest
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
    TransportServerError,
)
from gql.transport.phoenix_channel_websockets import PhoenixChannelWebsocketsTransport
from websockets.exceptions import InvalidStatus

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConnectError,
    ConnectionLost,
    MalformedReply,
    RefusedError,
)
from backchannel.graphql.operation import Operation
from backchannel.graphql.reply import GraphQLErrorEntry, graphql_error
from backchannel.graphql.socket import Socket
from backchannel.wire.secrets import redact, without_query

T = TypeVar("T")


class _MaskSecrets(logging.Filter):
    """Keeps the token in the URL's query out of what `websockets` logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True


def _masked_logger() -> logging.Logger:
    logger = logging.getLogger("backchannel.socket")
    if not any(isinstance(known, _MaskSecrets) for known in logger.filters):
        logger.addFilter(_MaskSecrets())
    return logger


async def subscribe(
    socket: Socket, operation: Operation[T], variables: Mapping[str, object]
) -> AsyncGenerator[T]:
    """Open a socket, join, subscribe, and iterate over what is pushed.

    Args:
        socket: where.
        operation: a subscription.
        variables: plain JSON values by the variables' names.

    Raises:
        ConnectError: no connection. AuthenticationError: the credential was refused (403).
        GraphQLError: the document was refused, or a push holds errors.
        ConnectionLost: the socket ended, or the channel died.
        MalformedReply: a push does not fit the operation's type.
    """
    transport = PhoenixChannelWebsocketsTransport(
        url=socket.url,
        heartbeat_interval=socket.heartbeat,
        ack_timeout=socket.timeout,
        connect_args={
            "logger": _masked_logger(),
            "open_timeout": socket.timeout,
            "proxy": None,
        },
    )
    request = GraphQLRequest(operation.document, variable_values=dict(variables))
    opened = False
    try:
        async with Client(transport=transport) as session:
            opened = True
            async with aclosing(session.subscribe(request)) as pushes:
                async for data in pushes:
                    yield _convert(operation, data)
    except TransportError as error:
        translated = _translate(socket, error, opened=opened)
    else:
        return
    # Raised out of the handler, so that no context keeps an error that knows the URL.
    raise translated


def _convert(operation: Operation[T], data: object) -> T:
    try:
        return operation.convert(data)
    except (msgspec.ValidationError, ValueError) as error:
        raise MalformedReply(f"the push does not fit its type: {error}") from None


def _translate(socket: Socket, error: TransportError, *, opened: bool) -> BackchannelError:
    where = without_query(socket.url)
    cause = error.__cause__
    if isinstance(cause, InvalidStatus):
        status = cause.response.status_code
        if status in {401, 403}:
            return AuthenticationError(f"{where}: the socket refused the credential ({status})")
        return RefusedError(f"{where}: the socket was refused ({status})")
    if isinstance(error, TransportQueryError):
        entries = _entries(error)
        return graphql_error(entries, error.data, "subscription")
    if isinstance(error, TransportServerError):
        return ConnectionLost(f"{where}: the channel died (phx_error)")
    if isinstance(error, TransportConnectionFailed) and not opened:
        return ConnectError(f"{where}: no connection")
    return ConnectionLost(f"{where}: the socket ended ({type(error).__name__})")


def _entries(error: TransportQueryError) -> tuple[GraphQLErrorEntry, ...]:
    try:
        return msgspec.convert(error.errors, tuple[GraphQLErrorEntry, ...])
    except msgspec.ValidationError:
        return (GraphQLErrorEntry(message=str(error)),)
