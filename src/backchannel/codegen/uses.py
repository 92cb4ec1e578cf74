"""What operations and fragments use of a schema: one walk for all who ask."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from graphql import (
    ArgumentNode,
    DirectiveNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    TypeNode,
    ValueNode,
    VariableNode,
)

from backchannel.codegen.shapes import composite, condition_of, field_of, innermost, root_of


class Role(enum.Enum):
    """How a coordinate is used."""

    ROOT = "an operation is of the kind"
    FIELD = "a field is selected"
    RESULT = "a field has the type"
    CONDITION = "a fragment is on the type"
    DIRECTIVE = "a directive is applied"
    ARGUMENT = "an argument is given"
    OBJECT = "an input is written down"
    LITERAL = "an enum value or input field is written down"
    GIVEN = "a variable stands for it"
    VARIABLE = "a variable can hold it, maybe inside of its value"


Given = GraphQLArgument | GraphQLInputField


@dataclass(frozen=True)
class Use:
    """A use of a coordinate.

    Attributes:
        coordinate: `Type.field`, `Type.field(argument:)`, `@directive`, `@directive(argument:)`,
            `Input.field`, `Enum.VALUE`, or the name of a type.
        role: how.
        node: where.
        definition: the field, argument or input field in the schema.
    """

    coordinate: str
    role: Role
    node: Node
    definition: GraphQLField | Given | None = None

    @property
    def variable(self) -> str | None:
        """The name of the variable that stands for it, if one does."""
        return self.node.name.value if isinstance(self.node, VariableNode) else None


_COORDINATES = frozenset(
    {Role.FIELD, Role.CONDITION, Role.DIRECTIVE, Role.ARGUMENT, Role.LITERAL, Role.VARIABLE}
)


def coordinates(uses: Iterable[Use]) -> tuple[str, ...]:
    """The coordinates in uses, sorted; of variables the types."""
    return tuple(sorted({use.coordinate for use in uses if use.role in _COORDINATES}))


def of_variables(uses: Iterable[Use]) -> list[Use]:
    """What variables stand for: each coordinate of each variable once, in their order."""
    given = {(use.variable, use.coordinate): use for use in uses if use.role is Role.GIVEN}
    return list(given.values())


class Uses:
    """Finds what valid operations and fragments use.

    Args:
        schema: the schema.
        fragments: the fragments by name.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._of_fragments: dict[str, _Walk] = {}

    def of(self, operation: OperationDefinitionNode) -> tuple[list[Use], tuple[str, ...]]:
        """The uses in an operation and its fragments, and the names of these, in their order."""
        walk = _Walk(self._schema)
        walk.operation(operation)
        reached = self._reached(walk)
        return walk.uses + [use for name in reached for use in self._of(name).uses], reached

    def fragments_in(self, fragment: str) -> tuple[str, ...]:
        """The fragments that a fragment spreads, directly or through others."""
        return self._reached(self._of(fragment))

    def _of(self, fragment: str) -> _Walk:
        if fragment not in self._of_fragments:
            self._of_fragments[fragment] = walk = _Walk(self._schema)
            walk.fragment(self._fragments[fragment])
        return self._of_fragments[fragment]

    def _reached(self, walk: _Walk) -> tuple[str, ...]:
        reached: dict[str, None] = {}
        pending = list(walk.spreads)
        while pending:
            name = pending.pop(0)
            if name not in reached:
                reached[name] = None
                pending += self._of(name).spreads
        return tuple(reached)


_META = {"__typename": TypeNameMetaFieldDef, "__schema": SchemaMetaFieldDef} | {
    "__type": TypeMetaFieldDef
}


@dataclass
class _Walk:
    """Walks one definition, without the fragments that it spreads."""

    schema: GraphQLSchema
    uses: list[Use] = field(default_factory=list[Use])
    spreads: dict[str, None] = field(default_factory=dict[str, None])

    def operation(self, node: OperationDefinitionNode) -> None:
        self._add(node.operation.value, Role.ROOT, node)
        self._directives(node.directives)
        for variable in node.variable_definitions:
            named = self.schema.type_map[named_type(variable.type)]
            self._add(named.name, Role.VARIABLE, variable)
            self._directives(variable.directives)
            if variable.default_value is not None:
                self._value(variable.default_value, named, None, "")
        self._selection_set(node.selection_set, root_of(self.schema, node))

    def fragment(self, node: FragmentDefinitionNode) -> None:
        self._add(node.type_condition.name.value, Role.CONDITION, node.type_condition)
        self._directives(node.directives)
        self._selection_set(node.selection_set, condition_of(self.schema, node))

    def _selection_set(self, selection_set: SelectionSetNode, on: GraphQLCompositeType) -> None:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                self._field(node, on)
            elif isinstance(node, InlineFragmentNode):
                condition = cast("NamedTypeNode | None", node.type_condition)
                if condition is not None:
                    self._add(condition.name.value, Role.CONDITION, condition)
                self._directives(node.directives)
                self._selection_set(node.selection_set, condition_of(self.schema, node, on))
            elif isinstance(node, FragmentSpreadNode):
                self.spreads[node.name.value] = None
                self._directives(node.directives)

    def _field(self, node: FieldNode, on: GraphQLCompositeType) -> None:
        name = node.name.value
        coordinate = f"{on.name}.{name}"
        definition = _META.get(name) or field_of(on, name)
        assert definition is not None, "validation refuses unknown fields"
        self._add(coordinate, Role.FIELD, node, definition)
        self._arguments(node.arguments, definition.args, coordinate)
        self._directives(node.directives)
        below = composite(definition)
        if node.selection_set is not None and below is not None:
            self._selection_set(node.selection_set, below)

    def _directives(self, directives: Sequence[DirectiveNode]) -> None:
        for node in directives:
            coordinate = f"@{node.name.value}"
            self._add(coordinate, Role.DIRECTIVE, node)
            definition = self.schema.get_directive(node.name.value)
            if definition is not None:
                self._arguments(node.arguments, definition.args, coordinate)

    def _arguments(
        self,
        arguments: Sequence[ArgumentNode],
        definitions: Mapping[str, GraphQLArgument],
        owner: str,
    ) -> None:
        for node in arguments:
            definition = definitions[node.name.value]
            coordinate = f"{owner}({node.name.value}:)"
            self._add(coordinate, Role.ARGUMENT, node, definition)
            self._value(node.value, innermost(definition), definition, coordinate)

    def _value(
        self, node: ValueNode, named: GraphQLNamedType, given: Given | None, coordinate: str
    ) -> None:
        """Walk a value of a type; given to what, if variables can be inside."""
        if isinstance(node, VariableNode):
            self._add(coordinate, Role.GIVEN, node, given)
        elif isinstance(node, ListValueNode):
            for item in node.values:
                self._value(item, named, given, coordinate)
        elif isinstance(node, EnumValueNode) and isinstance(named, GraphQLEnumType):
            self._add(f"{named.name}.{node.value}", Role.LITERAL, node)
        elif isinstance(node, ObjectValueNode) and isinstance(named, GraphQLInputObjectType):
            self._add(named.name, Role.OBJECT, node)
            for inner in node.fields:
                definition = named.fields[inner.name.value]
                below = f"{named.name}.{inner.name.value}"
                self._add(below, Role.LITERAL, inner, definition)
                self._value(inner.value, innermost(definition), definition, below)

    def _add(
        self,
        coordinate: str,
        role: Role,
        node: Node,
        definition: GraphQLField | Given | None = None,
    ) -> None:
        self.uses.append(Use(coordinate, role, node, definition))


def named_type(node: TypeNode) -> str:
    """The name of the innermost type."""
    if isinstance(node, ListTypeNode | NonNullTypeNode):
        return named_type(node.type)
    assert isinstance(node, NamedTypeNode)
    return node.name.value
