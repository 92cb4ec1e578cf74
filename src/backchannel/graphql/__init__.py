"""GraphQL over HTTP and Phoenix sockets, for generated operations."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
    from backchannel.graphql.operation import Operation

__all__ = ["AsyncGraphQLClient", "GraphQLClient", "Operation"]

_HOMES = {"AsyncGraphQLClient": "client", "GraphQLClient": "client", "Operation": "operation"}


def __getattr__(name: str) -> object:
    # Lazy, because every generated module imports from this package.
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
