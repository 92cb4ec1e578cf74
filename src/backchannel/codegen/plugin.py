"""Our plugin of ariadne-codegen: it notes down what ariadne's generators decide."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from ariadne_codegen.plugins.base import Plugin

from graphql import (
    ExecutableDefinitionNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
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

    def __init__(self, schema: GraphQLSchema, config_dict: dict[str, Any]) -> None:
        super().__init__(schema, config_dict)
        self.decisions = Decisions()
        self._fields: dict[str, ast.expr] = {}

    def generate_result_class(
        self,
        class_def: ast.ClassDef,
        operation_definition: ExecutableDefinitionNode,
        selection_set: SelectionSetNode,
    ) -> ast.ClassDef:
        self.decisions.classes[class_def.name] = class_def
        return class_def

    def generate_arguments(
        self, arguments: ast.arguments, variable_definitions: tuple[VariableDefinitionNode, ...]
    ) -> ast.arguments:
        for argument in arguments.args:
            if argument.annotation is not None:
                self.decisions.arguments[argument.arg] = argument.annotation
        return arguments

    def generate_input_field(
        self, field_implementation: ast.AnnAssign, input_field: GraphQLInputField, field_name: str
    ) -> ast.AnnAssign:
        self._fields[field_name] = field_implementation.annotation
        return field_implementation

    def generate_input_class(
        self, class_def: ast.ClassDef, input_type: GraphQLInputObjectType
    ) -> ast.ClassDef:
        self.decisions.inputs[input_type.name] = self._fields
        self._fields = {}
        return class_def

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        self.decisions.enums[enum_type.name] = [
            statement.value.value
            for statement in class_def.body
            if isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        ]
        return class_def
