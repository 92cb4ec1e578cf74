"""Whether a document may run: Absinthe's rules, texts, places and order of errors.

Errors come in the order of a walk that takes fragments before operations, and of a field its
selections before its arguments; of one node the later rule comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    is_composite_type,
    visit,
)
from graphql.pyutils import Undefined

from backchannel.local.glimesh.absinthe.inputs import (
    MISSING,
    Input,
    complaints,
    from_node,
    is_valid,
)
from backchannel.local.glimesh.absinthe.names import (
    Composite,
    alike,
    arguments_of,
    did_you_mean,
    fields_of,
    find,
    underscore,
)
from backchannel.local.glimesh.absinthe.operations import (
    Operations,
    operation_name,
    operation_problems,
)
from backchannel.local.glimesh.absinthe.problem import Problem, location
from backchannel.local.glimesh.absinthe.types import (
    condition_name,
    is_non_null,
    named_type,
    type_of,
)
from backchannel.local.glimesh.absinthe.variables import (
    definition_problems,
    mismatch,
    provided_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graphql import (
        ArgumentNode,
        DirectiveNode,
        GraphQLArgument,
        GraphQLSchema,
        Node,
        SelectionSetNode,
    )


def validate(
    schema: GraphQLSchema,
    operations: Operations,
    variables: Mapping[str, object],
    uploads: frozenset[str],
) -> list[Problem]:
    """Every problem of the document with these variables, in the server's order."""
    problems = operations.selection_problems()
    if not operations.all:
        return problems
    cycles = operations.cycles()
    if cycles:
        return problems + cycles
    walk = _Walk(schema, operations, variables, uploads)
    for fragment in operations.all_fragments:
        walk.fragment(fragment)
    for operation in operations.all:
        walk.operation(operation)
    return list(dict.fromkeys(problems + walk.problems))


class _Walk:
    def __init__(
        self,
        schema: GraphQLSchema,
        operations: Operations,
        variables: Mapping[str, object],
        uploads: frozenset[str],
    ) -> None:
        self.schema = schema
        self.operations = operations
        self.uploads = uploads
        self.variables = variables
        self.provided: dict[str, Input] = provided_values(operations.current, variables)
        self.uses = {id(operation): operations.uses(operation) for operation in operations.all}
        self.problems: list[Problem] = []
        self.owner: OperationDefinitionNode | FragmentDefinitionNode | None = None

    def fragment(self, node: FragmentDefinitionNode) -> None:
        self.owner = node
        name = node.name.value
        place = (location(node),)
        parent = self.schema.type_map.get(node.type_condition.name.value)
        if parent is None:
            self._add(f'Unknown type "{node.type_condition.name.value}".', node)
        if [other.name.value for other in self.operations.all_fragments].count(name) > 1:
            self._add(f'There can only be one fragment named "{name}".', node)
        if not any(name in uses.fragments for uses in self.uses.values()):
            self.problems.append(Problem(f'Fragment "{name}" is never used.', place))
        self.selections(node.selection_set, parent)
        self.directives(node.directives)

    def operation(self, node: OperationDefinitionNode) -> None:
        self.owner = node
        self.problems += operation_problems(self.operations, node)
        self.selections(node.selection_set, self.schema.get_root_type(node.operation))
        self.problems += definition_problems(
            self.schema,
            node,
            self.uses[id(node)].variables,
            self.variables,
            is_current=node is self.operations.current,
        )
        self.directives(node.directives)

    def selections(self, node: SelectionSetNode | None, parent: object) -> None:
        for selection in node.selections if node else ():
            if isinstance(selection, FieldNode):
                self.field(selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                self.spread(selection, parent)
            elif isinstance(selection, InlineFragmentNode):
                self.inline(selection, parent)

    def spread(self, node: FragmentSpreadNode, parent: object) -> None:
        fragment = self.operations.fragments.get(node.name.value)
        if fragment is None:
            self._add(f'Unknown fragment "{node.name.value}"', node)
        else:
            self._overlap(
                node, parent, self.schema.type_map.get(fragment.type_condition.name.value)
            )
        self.directives(node.directives)

    def inline(self, node: InlineFragmentNode, parent: object) -> None:
        inner = parent
        name = condition_name(node.type_condition)
        if name is not None:
            inner = self.schema.type_map.get(name)
            if inner is None:
                self._add(f'Unknown type "{name}".', node)
            self._overlap(node, parent, inner)
        self.selections(node.selection_set, inner)
        self.directives(node.directives)

    def field(self, node: FieldNode, parent: object) -> None:
        name = node.name.value
        if not isinstance(parent, Composite):
            # What is below an unknown field is not looked at, but for its variables.
            self._undefined_variables(node)
            return
        field = fields_of(self.schema, parent).get(underscore(name))
        if field is None:
            self._add(self._unknown_field(name, parent), node)
            self.selections(node.selection_set, None)
            self.arguments(node.arguments, {}, f'field "{name}" of type "{parent.name}"', node)
        else:
            kind = type_of(field)
            inner = named_type(kind)
            if is_composite_type(inner) and node.selection_set is None:
                self._add(
                    f'Field "{name}" of type "{kind}" must have a selection of subfields.'
                    f' Did you mean "{name} {{ ... }}"?',
                    node,
                )
            elif not is_composite_type(inner) and node.selection_set is not None:
                self._add(
                    f'Field "{name}" must not have a selection since type "{kind}"'
                    " has no subfields.",
                    node,
                )
            self.selections(node.selection_set, inner if is_composite_type(inner) else None)
            known = find(parent.fields, name) or name
            taken = {arg: field.args[arg] for arg in arguments_of(parent, known, field)}
            self.arguments(node.arguments, taken, f'field "{name}" of type "{parent.name}"', node)
        self.directives(node.directives)

    def arguments(
        self,
        given: Sequence[ArgumentNode],
        taken: Mapping[str, GraphQLArgument],
        where: str,
        host: Node,
    ) -> None:
        written = [node.name.value for node in given]
        for name in sorted(taken, key=underscore, reverse=True):
            argument = taken[name]
            if _is_required(argument) and find(written, name) is None:
                self._missing(name, argument, host)
        for node in given:
            name = node.name.value
            known = find(taken, name)
            if written.count(name) > 1:
                self._add("Duplicate argument name.", node)
            if known is None:
                self._add(f'Unknown argument "{name}" on {where}.', node)
            else:
                self._argument(node, taken[known])
            self._undefined_variables(node)

    def _argument(self, node: ArgumentNode, argument: GraphQLArgument) -> None:
        name = node.name.value
        value = from_node(node.value, self.provided)
        if value.value is MISSING:
            if _is_required(argument):
                self._missing(name, argument, node)
        elif not is_valid(value, type_of(argument), self.uploads):
            lines = [
                f'Argument "{name}" has invalid value {value.text}.',
                *complaints(value, type_of(argument), self.uploads),
            ]
            self._add("\n".join(lines), node)
        if isinstance(node.value, VariableNode):
            self.problems += mismatch(self._users(), node.value, argument)

    def _missing(self, name: str, argument: GraphQLArgument, node: Node) -> None:
        # Only the operation that runs is looked through for what is missing.
        if self.owner is self.operations.current:
            self._add(
                f'In argument "{name}": Expected type "{type_of(argument)}", found null.', node
            )

    def directives(self, nodes: Iterable[DirectiveNode]) -> None:
        for node in nodes:
            name = node.name.value
            directive = self.schema.get_directive(name)
            if directive is None:
                self._add(f"Unknown directive `{name}'.", node)
                continue
            if name not in {"skip", "include"}:
                self._add(f"Directive `{name}' may not be used on FIELD.", node)
            self.arguments(node.arguments, directive.args, f'directive "@{name}"', node)

    def _users(self) -> list[OperationDefinitionNode]:
        """The operations that what is being walked belongs to."""
        if isinstance(self.owner, FragmentDefinitionNode):
            name = self.owner.name.value
            return [node for node in self.operations.all if name in self.uses[id(node)].fragments]
        return [self.owner] if self.owner else []

    def _undefined_variables(self, node: Node) -> None:
        for variable in _variables_of(node):
            name = variable.name.value
            for operation in self._users():
                defined = {
                    definition.variable.name.value for definition in operation.variable_definitions
                }
                if name not in defined:
                    by = operation_name(operation)
                    by = f' by operation "{by}"' if by else ""
                    self.problems.append(
                        Problem(
                            f'Variable "{name}" is not defined{by}.',
                            (location(variable), location(operation)),
                        )
                    )

    def _unknown_field(self, name: str, parent: Composite) -> str:
        text = f'Cannot query field "{name}" on type "{parent.name}".'
        if isinstance(parent, GraphQLInterfaceType):
            types = sorted(
                kind.name
                for kind in self.schema.get_possible_types(parent)
                if find(kind.fields, name)
            )
            if types:
                return text + did_you_mean(types, what="to use an inline fragment on ")
        fields = fields_of(self.schema, parent)
        near = [find(parent.fields, each) or each for each in alike(fields, underscore(name))]
        return text + did_you_mean(sorted(near))

    def _overlap(self, node: Node, parent: object, child: object) -> None:
        here, there = self._possible(parent), self._possible(child)
        if here and there and not set(here) & set(there):
            self._add(
                "Fragment spread has no type overlap with parent.\n"
                f"Parent possible types: {_listed(here)}\n"
                f"Spread possible types: {_listed(there)}\n",
                node,
            )

    def _possible(self, kind: object) -> list[str]:
        if isinstance(kind, GraphQLObjectType):
            return [kind.name]
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return [each.name for each in self.schema.get_possible_types(kind)]
        return []

    def _add(self, message: str, node: Node) -> None:
        self.problems.append(Problem(message, (location(node),)))


def _is_required(argument: GraphQLArgument) -> bool:
    return is_non_null(type_of(argument)) and argument.default_value is Undefined


def _listed(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _variables_of(node: Node) -> list[VariableNode]:
    found: list[VariableNode] = []

    class Collect(Visitor):
        def enter_variable(self, variable: VariableNode, *_: object) -> None:
            found.append(variable)

    visit(node, Collect())
    return found
