"""The parts of a schema that an operation uses, as schema coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    DirectiveNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

from backchannel.codegen.operations import named_type
from backchannel.codegen.shapes import composite, condition_of, field_of, innermost, root_of


@dataclass(frozen=True)
class Use:
    """What a definition uses.

    Attributes:
        coordinates: `Type.field`, `Type.field(argument:)`, `@directive`, `Input.field`,
            `Enum.VALUE`, and the names of types in conditions and of variables; sorted.
        fragments: the names of the fragments it spreads, directly or through others; sorted.
    """

    coordinates: tuple[str, ...]
    fragments: tuple[str, ...]


class Coordinates:
    """Finds what operations and fragments use.

    Args:
        schema: the schema.
        fragments: the fragments by name.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._of_fragments: dict[str, Use] = {}

    def of(self, operation: OperationDefinitionNode) -> Use:
        """What an operation uses, its fragments included."""
        found = set(self._directives(operation.directives))
        for variable in operation.variable_definitions:
            found.add(named_type(variable.type))
            found.update(self._directives(variable.directives))
        return self._use(operation.selection_set, root_of(self._schema, operation), found)

    def of_fragment(self, name: str) -> Use:
        """What a fragment uses, those that it spreads included."""
        if name not in self._of_fragments:
            definition = self._fragments[name]
            on = condition_of(self._schema, definition)
            found = {on.name, *self._directives(definition.directives)}
            self._of_fragments[name] = self._use(definition.selection_set, on, found)
        return self._of_fragments[name]

    def _use(
        self, selection_set: SelectionSetNode, on: GraphQLCompositeType, found: set[str]
    ) -> Use:
        spreads: set[str] = set()
        found.update(self._selection_set(selection_set, on, spreads))
        for name in tuple(spreads):
            inner = self.of_fragment(name)
            found.update(inner.coordinates)
            spreads.update(inner.fragments)
        return Use(tuple(sorted(found)), tuple(sorted(spreads)))

    def _selection_set(
        self, selection_set: SelectionSetNode, on: GraphQLCompositeType, spreads: set[str]
    ) -> Iterator[str]:
        for node in selection_set.selections:
            yield from self._directives(node.directives)
            yield from self._selection(node, on, spreads)

    def _selection(
        self, node: SelectionNode, on: GraphQLCompositeType, spreads: set[str]
    ) -> Iterator[str]:
        if isinstance(node, FragmentSpreadNode):
            spreads.add(node.name.value)
        elif isinstance(node, InlineFragmentNode):
            condition = condition_of(self._schema, node, on)
            yield condition.name
            yield from self._selection_set(node.selection_set, condition, spreads)
        elif isinstance(node, FieldNode):
            coordinate = f"{on.name}.{node.name.value}"
            yield coordinate
            definition = field_of(on, node.name.value)
            if definition is None:
                return
            yield from _arguments(node.arguments, definition.args, coordinate)
            below = composite(definition)
            if node.selection_set is not None and below is not None:
                yield from self._selection_set(node.selection_set, below, spreads)

    def _directives(self, directives: Sequence[DirectiveNode]) -> Iterator[str]:
        for node in directives or ():
            coordinate = f"@{node.name.value}"
            yield coordinate
            definition = self._schema.get_directive(node.name.value)
            if definition is not None:
                yield from _arguments(node.arguments, definition.args, coordinate)


def _arguments(
    arguments: Sequence[ArgumentNode], definitions: Mapping[str, GraphQLArgument], owner: str
) -> Iterator[str]:
    for node in arguments:
        name = node.name.value
        yield f"{owner}({name}:)"
        yield from _value(node.value, definitions[name])


def _value(node: ValueNode, definition: GraphQLArgument | GraphQLInputField) -> Iterator[str]:
    named = innermost(definition)
    if isinstance(node, EnumValueNode):
        yield f"{named.name}.{node.value}"
    elif isinstance(node, ListValueNode):
        for item in node.values:
            yield from _value(item, definition)
    elif isinstance(node, ObjectValueNode) and isinstance(named, GraphQLInputObjectType):
        for field in node.fields:
            yield f"{named.name}.{field.name.value}"
            yield from _value(field.value, named.fields[field.name.value])
