"""The types of the schema, wrapped in lists and non-null or not.

graphql-core leaves open what a wrapper wraps; here it is an object, to be told apart by its class.
"""

from __future__ import annotations

from typing import Protocol

from graphql import GraphQLList, GraphQLNonNull, NamedTypeNode


class Typed(Protocol):
    """A field, an argument or an input field."""

    @property
    def type(self) -> object: ...  # noqa: D102  # graphql-core's own


def type_of(member: Typed) -> object:
    """The type as written in the schema."""
    return member.type


def is_non_null(kind: object) -> bool:
    """Whether the type is written with an exclamation mark."""
    return isinstance(kind, GraphQLNonNull)


def is_list(kind: object) -> bool:
    """Whether the type is a list, itself nullable."""
    return isinstance(kind, GraphQLList)


def inner_type(kind: object) -> object:
    """What a list or non-null type wraps; any other type itself."""
    inner: object = getattr(kind, "of_type", kind)
    return inner


def condition_name(condition: NamedTypeNode | None) -> str | None:
    """The type that a fragment is on; an inline one may have none, whatever its annotation says."""
    return None if condition is None else condition.name.value


def named_type(kind: object) -> object:
    """The type without its wrappers."""
    while is_non_null(kind) or is_list(kind):
        kind = inner_type(kind)
    return kind
