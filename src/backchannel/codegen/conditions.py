"""Type conditions: which objects of an abstract type a fragment is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)

from backchannel.codegen.shapes import condition_of, field_of

TYPENAME = "__typename"


class Conditions:
    """Decides the type conditions of inline fragments and of fragments that are spread.

    Args:
        schema: the schema.
        fragments: the fragments by name.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments

    def inner(
        self, node: SelectionNode, on: GraphQLCompositeType
    ) -> tuple[GraphQLCompositeType, SelectionSetNode]:
        """The type condition and the selection set of a fragment, inline or by name."""
        if isinstance(node, FragmentSpreadNode):
            definition = self._fragments[node.name.value]
            return condition_of(self._schema, definition), definition.selection_set
        assert isinstance(node, InlineFragmentNode)
        return condition_of(self._schema, node, on), node.selection_set

    def covers(self, condition: GraphQLCompositeType, on: GraphQLCompositeType) -> bool:
        """Whether every object of the type `on` meets the condition, in any newer schema too."""
        if condition.name == on.name:
            return True
        if isinstance(condition, GraphQLUnionType | GraphQLInterfaceType):
            return self._schema.is_sub_type(condition, on)
        return False

    def divide(self, selection_sets: Iterable[SelectionSetNode], on: GraphQLCompositeType) -> bool:
        """Whether the types of an abstract type have to be told apart."""
        if isinstance(on, GraphQLUnionType):
            return True
        return any(self._divides(each, on) for each in selection_sets)

    def mentioned(
        self, selection_sets: Iterable[SelectionSetNode], on: GraphQLCompositeType
    ) -> set[str]:
        """The names of the object types that meet a condition which not every object meets."""
        return {name for each in selection_sets for name in self._mentions(each, on)}

    def _divides(self, selection_set: SelectionSetNode, on: GraphQLCompositeType) -> bool:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                if field_of(on, node.name.value) is None and node.name.value != TYPENAME:
                    return True
            else:
                condition, inner = self.inner(node, on)
                if not self.covers(condition, on) or self._divides(inner, on):
                    return True
        return False

    def _mentions(self, selection_set: SelectionSetNode, on: GraphQLCompositeType) -> Iterator[str]:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                continue
            condition, inner = self.inner(node, on)
            if self.covers(condition, on):
                yield from self._mentions(inner, on)
            elif isinstance(condition, GraphQLObjectType):
                yield condition.name
            else:
                # What is selected inside of the condition is about no other types.
                yield from (each.name for each in self._schema.get_possible_types(condition))


def is_conditional(node: SelectionNode) -> bool:
    """Whether `@include` or `@skip` may leave a part of a selection out."""
    for directive in node.directives:
        if directive.name.value in ("include", "skip"):
            value = directive.arguments[0].value
            always = directive.name.value == "include"
            if not (isinstance(value, BooleanValueNode) and value.value is always):
                return True
    return False
