"""Our plugin of ariadne-codegen: it notes down what ariadne's generators decide."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property

from ariadne_codegen.plugins.base import Plugin
from graphql import (
    ExecutableDefinitionNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    SelectionSetNode,
    VariableDefinitionNode,
)


@dataclass
class Decisions:
    """What ariadne's generators decided.

    Attributes:
        classes: the classes of results and fragments, by their names in the normalized documents.
        arguments: annotations of variables, by their names in the normalized documents.
        inputs: annotations of the fields of input types, both by their names in the schema.
        enums: the values of enums, by the names of their types.
    """

    classes: dict[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    arguments: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])
    inputs: dict[str, dict[str, ast.expr]] = field(default_factory=dict[str, dict[str, ast.expr]])
    enums: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


class CollectingPlugin(Plugin):
    """Collects the syntax trees that pass through the hooks and hands them on unchanged."""

    @cached_property
    def decisions(self) -> Decisions:
        """What is noted down; may be replaced by another list to note into."""
        return Decisions()

    @cached_property
    def _fields(self) -> dict[str, ast.expr]:
        return {}

    def generate_result_class(
        self,
        class_def: ast.ClassDef,
        operation_definition: ExecutableDefinitionNode,
        selection_set: SelectionSetNode,
    ) -> ast.ClassDef:
        """Note down a result class."""
        self.decisions.classes[class_def.name] = class_def
        return class_def

    def generate_arguments(
        self, arguments: ast.arguments, variable_definitions: tuple[VariableDefinitionNode, ...]
    ) -> ast.arguments:
        """Note down the types of an operation's variables."""
        for argument in arguments.args:
            if argument.annotation is not None:
                self.decisions.arguments[argument.arg] = argument.annotation
        return arguments

    def generate_input_field(
        self, field_implementation: ast.AnnAssign, input_field: GraphQLInputField, field_name: str
    ) -> ast.AnnAssign:
        """Note down the type of an input field, until its class comes."""
        self._fields[field_name] = field_implementation.annotation
        return field_implementation

    def generate_input_class(
        self, class_def: ast.ClassDef, input_type: GraphQLInputObjectType
    ) -> ast.ClassDef:
        """Note down the input class of the fields before."""
        self.decisions.inputs[input_type.name] = dict(self._fields)
        self._fields.clear()
        return class_def

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        """Note down the values of an enum."""
        self.decisions.enums[enum_type.name] = [
            statement.value.value
            for statement in class_def.body
            if isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        ]
        return class_def
