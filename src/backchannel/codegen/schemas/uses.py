"""What an operation uses of a schema: each coordinate with the place where it does."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from graphql import (
    ArgumentNode,
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLDirective,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLType,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    visit,
)

from backchannel.codegen.shapes import innermost


class Role(enum.Enum):
    """How a coordinate is used."""

    FIELD = "a field is selected"
    RESULT = "a field has the type"
    CONDITION = "a fragment is on the type"
    ARGUMENT = "an argument is given"
    LITERAL = "an enum value or input field is written down"
    OBJECT = "an input is written down"
    VARIABLE = "a variable can hold it, maybe inside of its value"
    DIRECTIVE = "a directive is applied"
    ROOT = "an operation is of the kind"


@dataclass(frozen=True)
class Use:
    """A use of a coordinate.

    Attributes:
        coordinate: of what.
        role: how.
        node: where.
    """

    coordinate: str
    role: Role
    node: Node


class Uses:
    """Finds the uses in the definitions of a document that is valid.

    Args:
        schema: the schema.
        document: operations and fragments.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._found: dict[str, _Finder] = {}

    def of(self, operation: OperationDefinitionNode) -> list[Use]:
        """The uses in an operation and its fragments."""
        own = _find(self._schema, operation)
        return own.uses + [use for name in self._reached(own) for use in self._of(name).uses]

    def fragments(self, operation: OperationDefinitionNode) -> list[FragmentDefinitionNode]:
        """The fragments that an operation uses, each once."""
        own = _find(self._schema, operation)
        return [self._fragments[name] for name in self._reached(own)]

    def _of(self, fragment: str) -> _Finder:
        if fragment not in self._found:
            self._found[fragment] = _find(self._schema, self._fragments[fragment])
        return self._found[fragment]

    def _reached(self, finder: _Finder) -> list[str]:
        reached: dict[str, None] = {}
        pending = list(finder.spreads)
        while pending:
            name = pending.pop(0)
            if name not in reached:
                reached[name] = None
                pending += self._of(name).spreads
        return list(reached)


def _find(schema: GraphQLSchema, definition: DefinitionNode) -> _Finder:
    info = TypeInfo(schema)
    finder = _Finder(schema, info)
    visit(definition, TypeInfoVisitor(info, finder))
    return finder


class _Info(Protocol):
    """What is asked of graphql-core's TypeInfo."""

    def get_parent_type(self) -> GraphQLCompositeType | None: ...
    def get_field_def(self) -> GraphQLField | None: ...
    def get_directive(self) -> GraphQLDirective | None: ...
    def get_input_type(self) -> object: ...
    def get_parent_input_type(self) -> object: ...


class _Finder(Visitor):
    def __init__(self, schema: GraphQLSchema, info: _Info) -> None:
        super().__init__()
        self._types: Mapping[str, GraphQLNamedType] = schema.type_map
        self._info = info
        self._field = ""
        self.uses: list[Use] = []
        self.spreads: list[str] = []

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        self._add(node.operation.value, Role.ROOT, node)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        held = _innermost(self._info.get_input_type())
        if held is not None:
            for coordinate in self._held(held.name):
                self._add(coordinate, Role.VARIABLE, node)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self._condition(node.type_condition)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        if cast("NamedTypeNode | None", node.type_condition) is not None:
            self._condition(node.type_condition)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spreads.append(node.name.value)

    def enter_field(self, node: FieldNode, *_: object) -> None:
        field, parent = self._info.get_field_def(), self._info.get_parent_type()
        if field is not None and parent is not None:
            # Its arguments are visited before any other field.
            self._field = f"{parent.name}.{node.name.value}"
            self._add(self._field, Role.FIELD, node)
            self._add(innermost(field).name, Role.RESULT, node)

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self._add(f"@{node.name.value}", Role.DIRECTIVE, node)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        directive = self._info.get_directive()
        owner = self._field if directive is None else f"@{directive.name}"
        self._add(f"{owner}({node.name.value}:)", Role.ARGUMENT, node)

    def enter_object_value(self, node: ObjectValueNode, *_: object) -> None:
        on = _innermost(self._info.get_input_type())
        if isinstance(on, GraphQLInputObjectType):
            self._add(on.name, Role.OBJECT, node)

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        on = _innermost(self._info.get_parent_input_type())
        if isinstance(on, GraphQLInputObjectType):
            self._add(f"{on.name}.{node.name.value}", Role.LITERAL, node)

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        on = _innermost(self._info.get_input_type())
        if on is not None:
            self._add(f"{on.name}.{node.value}", Role.LITERAL, node)

    def _condition(self, node: NamedTypeNode) -> None:
        self._add(node.name.value, Role.CONDITION, node)

    def _held(self, name: str) -> Iterator[str]:
        """The coordinates of what a value of an input type may hold."""
        seen: set[str] = set()
        pending = [name]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            yield current
            on = self._types[current]
            if isinstance(on, GraphQLInputObjectType):
                for key, field in on.fields.items():
                    yield f"{current}.{key}"
                    pending.append(innermost(field).name)

    def _add(self, coordinate: str, role: Role, node: Node) -> None:
        self.uses.append(Use(coordinate, role, node))


def _innermost(given: object) -> GraphQLNamedType | None:
    return get_named_type(cast("GraphQLType | None", given))
