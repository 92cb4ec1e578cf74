"""GraphQL over HTTP and Phoenix sockets, for generated operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names

if TYPE_CHECKING:
    from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
    from backchannel.graphql.operation import Operation

__all__ = ["AsyncGraphQLClient", "GraphQLClient", "Operation"]

_HOMES = {"AsyncGraphQLClient": "client", "GraphQLClient": "client", "Operation": "operation"}


# Because every generated module imports from this package.
__getattr__ = lazy_names(__name__, _HOMES)
