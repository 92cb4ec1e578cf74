"""A valid document in the schema's own spelling, for graphql-core to execute.

A field that was written in snake case gets what was written as its alias, so that the reply has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    InlineFragmentNode,
    NameNode,
    ObjectValueNode,
)

from backchannel.local.glimesh.absinthe.inputs import rename_fields
from backchannel.local.glimesh.absinthe.names import (
    Composite,
    fields_of,
    find,
    schema_names,
    underscore,
)
from backchannel.local.glimesh.absinthe.types import condition_name, named_type, type_of
from backchannel.local.glimesh.absinthe.variables import innermost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import ArgumentNode, GraphQLArgument, GraphQLSchema, SelectionSetNode, ValueNode

    from backchannel.local.glimesh.absinthe.operations import Operations


def respell(
    schema: GraphQLSchema, operations: Operations, variables: Mapping[str, object]
) -> dict[str, object]:
    """Correct the names in the document in place; the variables with theirs corrected."""
    for fragment in operations.all_fragments:
        parent = schema.type_map[fragment.type_condition.name.value]
        _selections(schema, fragment.selection_set, parent)
    for operation in operations.all:
        _selections(schema, operation.selection_set, schema.get_root_type(operation.operation))
    found: dict[str, object] = {}
    for definition in operations.current.variable_definitions if operations.current else ():
        name = definition.variable.name.value
        if name in variables:
            kind = schema.type_map[innermost(definition.type).name.value]
            found[name] = rename_fields(variables[name], kind)
    return found


def _selections(schema: GraphQLSchema, node: SelectionSetNode | None, parent: object) -> None:
    for selection in node.selections if node else ():
        if isinstance(selection, InlineFragmentNode):
            condition = condition_name(selection.type_condition)
            inner = parent if condition is None else schema.type_map[condition]
            _selections(schema, selection.selection_set, inner)
        elif isinstance(selection, FieldNode) and isinstance(parent, Composite):
            _field(schema, selection, parent)
        if not isinstance(selection, FragmentSpreadNode | FieldNode | InlineFragmentNode):
            raise TypeError(f"not a selection: {selection.kind}")


def _field(schema: GraphQLSchema, node: FieldNode, parent: Composite) -> None:
    field = fields_of(schema, parent)[underscore(node.name.value)]
    known = schema_names(parent).get(underscore(node.name.value))
    if known is not None and known != node.name.value:
        node.alias = node.alias or node.name
        node.name = NameNode(value=known, loc=node.name.loc)
    for argument in node.arguments:
        _argument(argument, field.args)
    _selections(schema, node.selection_set, named_type(type_of(field)))


def _argument(node: ArgumentNode, taken: Mapping[str, GraphQLArgument]) -> None:
    known = find(taken, node.name.value)
    if known is not None:
        node.name = NameNode(value=known, loc=node.name.loc)
        _value(node.value, named_type(type_of(taken[known])))


def _value(node: ValueNode, kind: object) -> None:
    if isinstance(node, ObjectValueNode) and isinstance(kind, GraphQLInputObjectType):
        names = schema_names(kind)
        for field in node.fields:
            known = names[underscore(field.name.value)]
            field.name = NameNode(value=known, loc=field.name.loc)
            _value(field.value, named_type(type_of(kind.fields[known])))
