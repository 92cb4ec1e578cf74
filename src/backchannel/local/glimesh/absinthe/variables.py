"""The variables of an operation: their definitions, their values, their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import (
    GraphQLNamedType,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    TypeNode,
    is_input_type,
    print_ast,
)
from graphql.pyutils import Undefined

from backchannel.local.glimesh.absinthe.inputs import Input, from_json, from_node
from backchannel.local.glimesh.absinthe.names import alike, did_you_mean
from backchannel.local.glimesh.absinthe.operations import operation_name
from backchannel.local.glimesh.absinthe.problem import Problem, location
from backchannel.local.glimesh.absinthe.types import inner_type, is_list, is_non_null, type_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from graphql import (
        GraphQLArgument,
        GraphQLSchema,
        OperationDefinitionNode,
        VariableDefinitionNode,
        VariableNode,
    )


def provided_values(
    operation: OperationDefinitionNode | None, variables: Mapping[str, object]
) -> dict[str, Input]:
    """The value of each variable that was given or has a default."""
    found: dict[str, Input] = {}
    for definition in operation.variable_definitions if operation else ():
        name = definition.variable.name.value
        if name in variables:
            found[name] = from_json(variables[name])
        elif definition.default_value is not None:
            found[name] = from_node(definition.default_value, {})
    return found


def definition_problems(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    used: Collection[str],
    variables: Mapping[str, object],
    *,
    is_current: bool,
) -> list[Problem]:
    """What is wrong with the variable definitions of an operation."""
    problems: list[Problem] = []
    names = [each.variable.name.value for each in operation.variable_definitions]
    by = operation_name(operation)
    by = f' in operation "{by}"' if by else ""
    for definition in operation.variable_definitions:
        name = definition.variable.name.value
        place = location(definition)
        type_name = innermost(definition.type).name.value
        kind = schema.type_map.get(type_name)
        if kind is None:
            suggestions = did_you_mean(alike(schema.type_map, type_name))
            problems.append(Problem(f'Unknown type "{type_name}".{suggestions}', (place,)))
        elif not is_input_type(kind):
            written = print_ast(definition.type)
            problems.append(
                Problem(f'Variable "{name}" cannot be non-input type "{written}".', (place,))
            )
        if is_current and _lacks_value(definition, variables):
            problems.append(Problem(f'Variable "{name}": Expected non-null, found null.', (place,)))
        if names.count(name) > 1:
            problems.append(Problem(f'There can only be one variable named "{name}".', (place,)))
        if name not in used:
            problems.append(
                Problem(f'Variable "{name}" is never used{by}.', (place, location(operation)))
            )
    return problems


def _lacks_value(definition: VariableDefinitionNode, variables: Mapping[str, object]) -> bool:
    if not isinstance(definition.type, NonNullTypeNode):
        return False
    name = definition.variable.name.value
    if name in variables:
        return variables[name] is None
    return definition.default_value is None


def innermost(node: TypeNode) -> NamedTypeNode:
    """The name in a type's lists and exclamation marks."""
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    if not isinstance(node, NamedTypeNode):
        raise TypeError(f"not a type: {node.kind}")
    return node


def mismatch(
    operations: Iterable[OperationDefinitionNode],
    variable: VariableNode,
    argument: GraphQLArgument,
) -> list[Problem]:
    """Where the variable's type may not be used for the argument's."""
    problems: list[Problem] = []
    name = variable.name.value
    for operation in operations:
        for definition in operation.variable_definitions:
            if definition.variable.name.value != name:
                continue
            defaulted = (
                definition.default_value is not None or argument.default_value is not Undefined
            )
            wanted = type_of(argument)
            if _fits(definition.type, wanted, defaulted=defaulted):
                continue
            by = operation_name(operation)
            start = f"In operation `{by}`, variable" if by else "Variable"
            problems.append(
                Problem(
                    f"{start} `${name}` of type `{print_ast(definition.type)}` found as input to"
                    f" argument of type `{wanted}`.",
                    (location(variable),),
                )
            )
    return problems


def _fits(given: TypeNode, wanted: object, *, defaulted: bool) -> bool:
    if is_non_null(wanted):
        if isinstance(given, NonNullTypeNode):
            return _fits(given.type, inner_type(wanted), defaulted=defaulted)
        return defaulted and _fits(given, inner_type(wanted), defaulted=defaulted)
    if isinstance(given, NonNullTypeNode):
        return _fits(given.type, wanted, defaulted=defaulted)
    if isinstance(given, ListTypeNode):
        return is_list(wanted) and _fits(given.type, inner_type(wanted), defaulted=defaulted)
    return isinstance(wanted, GraphQLNamedType) and wanted.name == innermost(given).name.value
