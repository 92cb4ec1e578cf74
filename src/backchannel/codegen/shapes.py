"""Questions about parts of a schema, with answers of precise types."""

from __future__ import annotations

from typing import Any, Protocol, cast

from graphql import (
    FragmentDefinitionNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)


class Typed(Protocol):
    """A field, an argument or an input field."""

    @property
    def type(self) -> object:
        """Its type."""
        ...


def innermost(typed: Typed) -> GraphQLNamedType:
    """The type of a field or argument without lists and non-null."""
    return get_named_type(cast("GraphQLType", typed.type))


def composite(typed: Typed) -> GraphQLCompositeType | None:
    """The innermost type of a field, if it has fields or members itself."""
    named = innermost(typed)
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        return named
    return None


def is_list(typed: Typed) -> bool:
    """Whether the type is a list, nullable or not."""
    kind = type_of(typed)
    return is_list_type(kind) or (is_non_null_type(kind) and is_list_type(kind.of_type))


def field_of(on: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    """A field of an object or interface type; None where there is none."""
    if isinstance(on, GraphQLObjectType | GraphQLInterfaceType):
        fields: dict[str, GraphQLField] = on.fields
        return fields.get(name)
    return None


def root_of(schema: GraphQLSchema, operation: OperationDefinitionNode) -> GraphQLObjectType:
    """The type that an operation selects from."""
    root = schema.get_root_type(operation.operation)
    assert root is not None, "validation refuses operations without a root type"
    return root


def condition_of(
    schema: GraphQLSchema,
    node: InlineFragmentNode | FragmentDefinitionNode,
    on: GraphQLCompositeType | None = None,
) -> GraphQLCompositeType:
    """The type that a fragment selects from: its condition, or what it stands in without one."""
    condition = cast("NamedTypeNode | None", node.type_condition)
    if condition is None:
        assert on is not None, "a fragment definition has a condition"
        return on
    return cast("GraphQLCompositeType", schema.type_map[condition.name.value])


def type_of(typed: Typed) -> Any:
    """The type of a field as it is, lists and non-null included."""
    return typed.type
