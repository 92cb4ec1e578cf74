"""What a client needs to subscribe: where, with what rules, and what fills the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

import msgspec

from backchannel.errors import InvalidInput, Unsupported
from backchannel.wire.secrets import redact, require_private

if TYPE_CHECKING:
    from backchannel.graphql.connection import Connection
    from backchannel.graphql.endpoint import Endpoint
    from backchannel.graphql.fill import Fills
    from backchannel.graphql.operation import Operation
    from backchannel.graphql.socket import Socket
    from backchannel.graphql.subscription import Subscription
    from backchannel.live.loop import Runner

T = TypeVar("T")


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """How subscriptions of a client are made.

    Attributes:
        socket: where the Phoenix socket is.
        endpoint: where histories are read; its dialect and its chance hold here too.
        fills: makes what fills gaps, if the server has any history.
    """

    socket: Socket
    endpoint: Endpoint
    fills: Fills | None = None

    def connection(self, runner: Runner) -> Connection:
        """A connection for all subscriptions of a client. gql is loaded for it."""
        from backchannel.graphql.connection import Connection

        return Connection(self.socket, runner, self.endpoint.chance)

    def subscription(
        self,
        operation: Operation[T],
        variables: Mapping[str, object],
        connection: Connection,
        runner: Runner,
    ) -> Subscription[T]:
        """A subscription that has not begun.

        Raises:
            InvalidInput: the operation has no such variable, a value cannot be written, or the
                document is no GraphQL.
            LocalError: what the dialect refuses.
        """
        from graphql import GraphQLSyntaxError

        from backchannel.graphql.feed import Feed
        from backchannel.graphql.subscription import Subscription

        values = operation.wire_variables(variables)
        self.endpoint.dialect.check(operation, values)
        # Refuses texts that no encoding carries: the server would close the socket over them.
        operation.encode_wire(values)
        try:
            request = operation.to_gql(variables)
        except GraphQLSyntaxError as error:
            # Sent, it would break the channel for the documents after it, whoever's they are.
            raise InvalidInput(
                operation.name, limit="the document must be GraphQL", given=error.message
            ) from None
        fill = self.fills(operation, values, self.endpoint) if self.fills is not None else None
        return Subscription(
            Feed(operation, request, fill, self.endpoint.dialect),
            connection,
            runner,
            fill=fill,
            backoff=self.socket.timing.backoff,
            chance=self.endpoint.chance,
        )


def make_live(
    socket: Socket | None, endpoint: Endpoint, fills: Fills | None, *, allow_plain_http: bool
) -> Live | None:
    """How a client's subscriptions are made, if it has a socket.

    Raises:
        ConfigurationError: a credential would go in clear text over a network.
    """
    if socket is None:
        return None
    if socket.credentials is not None or redact(socket.url) != socket.url:
        require_private(socket.url, allow_plain_http=allow_plain_http)
    return Live(socket=socket, endpoint=endpoint, fills=fills)


def require_live(live: Live | None, operation: Operation[object], client: object) -> Live:
    """What makes the client's subscriptions.

    Raises:
        Unsupported: it has no socket, or the operation is no subscription.
    """
    if operation.kind != "subscription":
        raise Unsupported(f"{operation.name} is a {operation.kind}, not a subscription")
    if live is None:
        raise Unsupported(
            f"{client!r} has no socket for subscriptions; give it one: socket=Socket(url=…)"
        )
    return live
