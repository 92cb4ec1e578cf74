"""GraphQL over HTTP and Phoenix sockets, for generated operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names

if TYPE_CHECKING:
    from backchannel.graphql.blocking import BlockingSubscription
    from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
    from backchannel.graphql.operation import Operation
    from backchannel.graphql.socket import Socket, Timing
    from backchannel.graphql.subscription import Subscription
    from backchannel.live.buffer import Overflow

__all__ = [
    "AsyncGraphQLClient",
    "BlockingSubscription",
    "GraphQLClient",
    "Operation",
    "Overflow",
    "Socket",
    "Subscription",
    "Timing",
]

_HOMES = {
    "AsyncGraphQLClient": "client",
    "BlockingSubscription": "blocking",
    "GraphQLClient": "client",
    "Operation": "operation",
    "Overflow": "subscription",
    "Socket": "socket",
    "Subscription": "subscription",
    "Timing": "socket",
}


# Because every generated module imports from this package.
__getattr__ = lazy_names(__name__, _HOMES)
