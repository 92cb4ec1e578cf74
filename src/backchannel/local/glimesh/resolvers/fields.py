"""What the resolver modules share: their shape, and references between rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Unpack

from graphql import GraphQLResolveInfo

from backchannel.local.glimesh.connections import Connection, Page, paginate
from backchannel.local.glimesh.context import Context
from backchannel.local.glimesh.world import Row, RowT, Table, World

# The parent, the request, and the arguments in the schema's spelling as keywords.
# Any: graphql-core knows neither the parent's type nor the arguments'.
Resolver = Callable[..., Any]
Fields = Mapping[str, Mapping[str, Resolver]]


def context_of(info: GraphQLResolveInfo) -> Context:
    """The request, which graphql-core hands on without a type."""
    context = info.context
    if not isinstance(context, Context):
        raise TypeError("executed without a Context")
    return context


def published(source: Row, *_: GraphQLResolveInfo, **__: object) -> Row:
    """The field of a subscription: the row that was published, which the arguments chose."""
    return source


def reference(table: Callable[[World], Table[RowT]], column: str) -> Resolver:
    """The row of another table whose id is in `column`; null when there is none."""

    def resolve(source: object, info: GraphQLResolveInfo) -> RowT | None:
        row_id: int | None = getattr(source, column)
        return table(context_of(info).world).get(row_id)

    return resolve


def user(column: str = "user_id") -> Resolver:
    """The user whose id is in `column`."""
    return reference(lambda world: world.users, column)


def channel(column: str = "channel_id") -> Resolver:
    """The channel whose id is in `column`."""
    return reference(lambda world: world.channels, column)


def category(column: str = "category_id") -> Resolver:
    """The category whose id is in `column`."""
    return reference(lambda world: world.categories, column)


def paged(table: Callable[[World], Table[RowT]], column: str) -> Resolver:
    """A connection over the rows of another table that have the parent's id in `column`."""

    def resolve(source: Row, info: GraphQLResolveInfo, **page: Unpack[Page]) -> Connection[RowT]:
        rows = table(context_of(info).world)
        return paginate([row for row in rows if getattr(row, column) == source.id], page)

    return resolve
