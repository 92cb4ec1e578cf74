"""What is known of a package before types are decided: operations, fragments, names, scalars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLScalarType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
)

from backchannel.codegen import names
from backchannel.codegen.configuration import Configuration, ScalarMapping
from backchannel.codegen.diagnostics import (
    CompileError,
    Diagnostic,
    Problems,
    at_node,
    in_order,
    place,
)
from backchannel.codegen.document import Documents
from backchannel.codegen.inputs import reachable
from backchannel.codegen.names import TypeNames
from backchannel.codegen.operations import OperationPlan
from backchannel.codegen.overrides import secret_everywhere
from backchannel.codegen.owners import Fragment
from backchannel.codegen.results import BUILTIN_SCALARS
from backchannel.codegen.selection import Selection, Selector
from backchannel.codegen.shapes import innermost
from backchannel.codegen.uses import Uses, coordinates, named_type, of_variables


@dataclass(frozen=True)
class Plan:
    """Everything known of a package before types are decided.

    Attributes:
        schema: the schema, overrides applied.
        selector: resolves fragments.
        definitions: the fragments as they are written, by name.
        fragments: the fragments by their names in GraphQL.
        operations: the operations, in the order of the input.
        types: enums, inputs and scalars in use, sorted by name.
        scalars: mappings of the custom scalars in use.
        names: the names of the schema's types.
        secrets: coordinates of secret fields, of inputs too.
        uses: knows which fragments are in which.
        max_page_size: the most edges that the server gives at once, if it is known.
    """

    schema: GraphQLSchema
    selector: Selector
    definitions: Mapping[str, FragmentDefinitionNode]
    fragments: dict[str, Fragment]
    operations: Sequence[OperationPlan]
    types: Sequence[GraphQLNamedType]
    scalars: dict[str, ScalarMapping]
    names: TypeNames
    secrets: frozenset[str]
    uses: Uses
    max_page_size: int | None


def make_plan(schema: GraphQLSchema, document: DocumentNode, configuration: Configuration) -> Plan:
    """Plan a package.

    Raises:
        CompileError: a name is too long, two functions would have one name, a scalar is not
            mapped, or an operation selects what cannot be compiled.
    """
    definitions = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    secrets = secret_everywhere(schema, configuration.overrides.secret_coordinates)
    selector = Selector(schema, definitions, secrets)
    types = _type_names(schema)
    modules = names.private_modules(definitions)
    fragments = {
        name: Fragment(
            name=name,
            token=f"Fr{index}",
            class_name=names.class_name(name, types),
            module=modules[name],
            selection=selector.fragment(name),
        )
        for index, name in enumerate(definitions, start=1)
    }
    operations = [
        definition
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    uses = Uses(schema, definitions)
    plans = _plan_operations(operations, schema, selector, definitions, types, uses)
    selector.check()
    problems = Problems()
    problems.attempt(lambda: _check_lengths(document), None)
    problems.attempt(lambda: _check_functions(plans), None)
    used = [*_variable_types(plans), *_selected_types(plans, fragments.values())]
    reached = reachable(schema, (name for name, _ in used))
    unmapped: dict[str, ScalarMapping] = {}
    scalars = problems.attempt(lambda: _map_scalars(schema, reached, used, configuration), unmapped)
    problems.check()
    return Plan(
        schema,
        selector,
        definitions,
        fragments,
        plans,
        reached,
        scalars,
        types,
        secrets,
        uses,
        configuration.connections.max_page_size,
    )


def _type_names(schema: GraphQLSchema) -> TypeNames:
    """The names of what the schema has for all operations together."""
    found = [
        each
        for each in schema.type_map.values()
        if isinstance(each, GraphQLEnumType | GraphQLInputObjectType | GraphQLScalarType)
        and each.name not in BUILTIN_SCALARS
        and not each.name.startswith("__")
    ]
    scalars = [each.name for each in found if isinstance(each, GraphQLScalarType)]
    return names.type_names([each.name for each in found], scalars)


def _plan_operations(
    operations: Sequence[OperationDefinitionNode],
    schema: GraphQLSchema,
    selector: Selector,
    fragments: dict[str, FragmentDefinitionNode],
    types: TypeNames,
    uses: Uses,
) -> list[OperationPlan]:
    documents = Documents(schema, fragments)
    plans: list[OperationPlan] = []
    for index, definition in enumerate(operations, start=1):
        assert definition.name is not None, "operations without names were refused"
        name = definition.name.value
        count = len(definition.variable_definitions)
        selection = selector.operation(definition)
        # What else is made of the operation needs a selection without mistakes.
        selector.check()
        found, spread = uses.of(definition)
        plans.append(
            OperationPlan(
                definition=definition,
                name=name,
                token=f"Op{index}",
                variable_tokens=tuple(f"v{index}x{number}" for number in range(count)),
                function=names.function_name(name, types),
                root_name=names.class_name(f"{names.pascal_case(name)}Result", types),
                selection=selection,
                uses=of_variables(found),
                coordinates=coordinates(found),
                fragments=spread,
                document=documents.of(definition),
            )
        )
    return plans


def _check_lengths(document: DocumentNode) -> None:
    problems = [
        at_node(
            definition,
            f"a name of {len(definition.name.value)} characters: its module is a file, so"
            f" {names.MODULE_LENGTH} are the most",
        )
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
        if definition.name is not None and len(definition.name.value) > names.MODULE_LENGTH
    ]
    if problems:
        raise CompileError(in_order(problems))


def _check_functions(plans: Iterable[OperationPlan]) -> None:
    problems: list[Diagnostic] = []
    taken: dict[str, OperationPlan] = {}
    for plan in plans:
        other = taken.setdefault(plan.function, plan)
        if other is not plan:
            problems.append(
                at_node(
                    plan.definition,
                    f"{plan.name} and {other.name} ({place(other.definition)}) would both be the"
                    f" function {plan.function}: rename one of them",
                )
            )
    if problems:
        raise CompileError(in_order(problems))


def _variable_types(plans: Iterable[OperationPlan]) -> Iterator[tuple[str, Node]]:
    for plan in plans:
        for definition in plan.definition.variable_definitions:
            yield named_type(definition.type), definition


def _selected_types(
    plans: Iterable[OperationPlan], fragments: Iterable[Fragment]
) -> Iterator[tuple[str, Node]]:
    """The types of selected leaves."""
    for plan in plans:
        yield from _leaves(plan.selection)
    for fragment in fragments:
        yield from _leaves(fragment.selection)


def _leaves(selection: Selection) -> Iterator[tuple[str, Node]]:
    for member in selection.members.values():
        yield from _leaves(member)
    for field in selection.fields.values():
        if field.selection is None:
            yield innermost(field.definition).name, field.node
        else:
            yield from _leaves(field.selection)


def _map_scalars(
    schema: GraphQLSchema,
    types: Iterable[GraphQLNamedType],
    used: Iterable[tuple[str, Node]],
    configuration: Configuration,
) -> dict[str, ScalarMapping]:
    custom = [
        named.name
        for named in types
        if isinstance(named, GraphQLScalarType) and named.name not in BUILTIN_SCALARS
    ]
    mapped = {name: configuration.scalar(name) for name in custom}
    problems: list[Diagnostic] = []
    places = list(used)
    for name in (name for name in custom if mapped[name] is None):
        node = next(
            node
            for type_name, node in places
            if name in {each.name for each in reachable(schema, [type_name])}
        )
        problems.append(
            at_node(
                node,
                f"the scalar {name} has no Python type: give the option --config a TOML file with"
                f" [scalars.{name}] and in it type, and parse and serialize if JSON has no such"
                " value",
            )
        )
    if problems:
        raise CompileError(in_order(problems))
    return {name: mapping for name, mapping in mapped.items() if mapping is not None}
