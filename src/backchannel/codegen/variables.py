"""What the variables of operations stand for: arguments and input fields, as coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from graphql import (
    ArgumentNode,
    DirectiveNode,
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
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from backchannel.codegen.shapes import composite, condition_of, field_of, innermost, root_of


@dataclass(frozen=True)
class Use:
    """A place that a variable stands for.

    Attributes:
        variable: its name.
        coordinate: `Type.field(argument:)`, `Input.field` or `@directive(argument:)`.
        definition: the argument or input field in the schema.
    """

    variable: str
    coordinate: str
    definition: GraphQLArgument | GraphQLInputField


class VariableUses:
    """Finds the uses of variables.

    Args:
        schema: the schema.
        fragments: the fragments by name.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._of_fragments: dict[str, list[Use]] = {}

    def of(self, operation: OperationDefinitionNode) -> list[Use]:
        """The uses in an operation and its fragments, each once, in their order."""
        uses = [*self._directives(operation.directives)]
        uses += self._selection_set(operation.selection_set, root_of(self._schema, operation))
        return list({(use.variable, use.coordinate): use for use in uses}.values())

    def _of_fragment(self, name: str) -> list[Use]:
        if name not in self._of_fragments:
            definition = self._fragments[name]
            on = condition_of(self._schema, definition)
            self._of_fragments[name] = list(self._selection_set(definition.selection_set, on))
        return self._of_fragments[name]

    def _selection_set(
        self, selection_set: SelectionSetNode, on: GraphQLCompositeType
    ) -> Iterator[Use]:
        for node in selection_set.selections:
            yield from self._directives(node.directives)
            if isinstance(node, FragmentSpreadNode):
                yield from self._of_fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                inner = condition_of(self._schema, node, on)
                yield from self._selection_set(node.selection_set, inner)
            else:
                yield from self._field(cast("FieldNode", node), on)

    def _field(self, node: FieldNode, on: GraphQLCompositeType) -> Iterator[Use]:
        definition = field_of(on, node.name.value)
        if definition is None:
            return
        yield from _arguments(node.arguments, definition.args, f"{on.name}.{node.name.value}")
        below = composite(definition)
        if node.selection_set is not None and below is not None:
            yield from self._selection_set(node.selection_set, below)

    def _directives(self, directives: Sequence[DirectiveNode]) -> Iterator[Use]:
        for node in directives:
            definition = self._schema.get_directive(node.name.value)
            if definition is not None:
                yield from _arguments(node.arguments, definition.args, f"@{node.name.value}")


def _arguments(
    arguments: Sequence[ArgumentNode], definitions: Mapping[str, GraphQLArgument], owner: str
) -> Iterator[Use]:
    for node in arguments:
        definition = definitions[node.name.value]
        yield from _value(node.value, definition, f"{owner}({node.name.value}:)")


def _value(
    node: ValueNode, definition: GraphQLArgument | GraphQLInputField, coordinate: str
) -> Iterator[Use]:
    if isinstance(node, VariableNode):
        yield Use(node.name.value, coordinate, definition)
    elif isinstance(node, ListValueNode):
        for item in node.values:
            yield from _value(item, definition, coordinate)
    elif isinstance(node, ObjectValueNode):
        named = innermost(definition)
        if isinstance(named, GraphQLInputObjectType):
            for field in node.fields:
                name = field.name.value
                yield from _value(field.value, named.fields[name], f"{named.name}.{name}")
