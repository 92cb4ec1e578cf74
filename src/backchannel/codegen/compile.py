"""The compiler: schema and operations in, the files of a package out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import DocumentNode, GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, Node

from backchannel.codegen.builders import Builders
from backchannel.codegen.configuration import Configuration
from backchannel.codegen.diagnostics import (
    CompileError,
    Diagnostic,
    Problems,
    at_node,
    in_order,
    place,
)
from backchannel.codegen.engine import Engine
from backchannel.codegen.inputs import enum_module, input_module, scalars_module
from backchannel.codegen.layout import formatted
from backchannel.codegen.lint import lint
from backchannel.codegen.made import Made
from backchannel.codegen.mistakes import elsewhere
from backchannel.codegen.module import Module
from backchannel.codegen.normalized import Normalizer
from backchannel.codegen.operations import OperationModule, OperationPlan
from backchannel.codegen.overrides import apply_overrides
from backchannel.codegen.owners import Fragment
from backchannel.codegen.package import builder_files, package_files
from backchannel.codegen.plan import Plan, make_plan
from backchannel.codegen.plugin import Decisions
from backchannel.codegen.results import ResultClasses
from backchannel.codegen.selection import is_object
from backchannel.codegen.sources import SourceFile, parse_input, validate_operations


def compile_package(
    schema: Sequence[SourceFile],
    operations: Sequence[SourceFile],
    configuration: Configuration | None = None,
) -> dict[str, str]:
    """Compile operations into a package of typed functions.

    It writes no files but in a temporary directory, which ariadne-codegen wants to see.

    Args:
        schema: the schema, in SDL.
        operations: operations, and the fragments they share.
        configuration: custom scalars and overrides.

    Returns:
        The package's files: their texts by their paths relative to it, with slashes.

    Raises:
        CompileError: the input has mistakes; it lists all that were found.
    """
    return compile_operations(schema, operations, configuration).files


TESTING = "testing"
"""The package of builders; it holds a module for each of operations and fragments."""


@dataclass(frozen=True)
class CompiledOperation:
    """An operation of a compiled package.

    Attributes:
        name: its name in GraphQL.
        kind: `query`, `mutation` or `subscription`.
        path: the file it is defined in, as it was named.
        line: its line there, from 1.
        column: the column in characters, from 1.
        module: the file of its function in the package.
        document: what is sent.
        coordinates: the parts of the schema it uses, sorted.
    """

    name: str
    kind: str
    path: str
    line: int
    column: int
    module: str
    document: str
    coordinates: tuple[str, ...]


@dataclass(frozen=True)
class Compiled:
    """A compiled package, and what is known of it.

    Attributes:
        files: texts by paths relative to the package.
        operations: the operations, in the order of the input.
        origins: the files of the input that a file is made of, where these are not all.
        warnings: what the lint found that is no mistake.
    """

    files: dict[str, str]
    operations: Sequence[CompiledOperation]
    origins: Mapping[str, Sequence[str]]
    warnings: Sequence[Diagnostic]


def compile_operations(
    schema: Sequence[SourceFile],
    operations: Sequence[SourceFile],
    configuration: Configuration | None = None,
) -> Compiled:
    """The same as `compile_package`, with what is known of the package."""
    configuration = configuration or Configuration()
    checked = check_input(schema, operations, configuration)
    return compile_document(checked, configuration)


@dataclass(frozen=True)
class Checked:
    """Valid input.

    Attributes:
        schema: the schema, overrides applied.
        document: all operations and fragments.
        warnings: what the lint found that is no mistake.
    """

    schema: GraphQLSchema
    document: DocumentNode
    warnings: Sequence[Diagnostic]


def check_input(
    schema: Sequence[SourceFile], operations: Sequence[SourceFile], configuration: Configuration
) -> Checked:
    """Parse and check everything.

    Raises:
        CompileError: the input has mistakes; it lists all that were found.
    """
    try:
        parsed, document = parse_input(schema, operations)
    except CompileError as error:
        found = elsewhere(schema, operations, configuration)
        raise CompileError(in_order([*error.diagnostics, *found])) from None
    return check_document(parsed, document, configuration)


def check_document(
    schema: GraphQLSchema, document: DocumentNode, configuration: Configuration
) -> Checked:
    """Check operations, and apply the overrides to the schema, in place.

    Raises:
        CompileError: there are mistakes; it lists all of them.
    """
    problems = Problems()
    problems.attempt(lambda: validate_operations(schema, document), None)
    nothing: list[Diagnostic] = []
    warnings = problems.attempt(lambda: lint(schema, document, configuration.lint), nothing)
    # Only now: the rules of GraphQL hold for the schema as the server declares it.
    problems.attempt(lambda: apply_overrides(schema, configuration.overrides), None)
    problems.attempt(lambda: configuration.check(schema), None)
    problems.check()
    return Checked(schema, document, warnings)


def compile_document(checked: Checked, configuration: Configuration) -> Compiled:
    """Compile what was checked.

    Raises:
        CompileError: two things would have one name, or something cannot be compiled.
    """
    plan = make_plan(checked.schema, checked.document, configuration)
    files = formatted(_render(plan))
    described = [_describe(each) for each in plan.operations]
    return Compiled(files, described, _origins(plan), checked.warnings)


def _describe(operation: OperationPlan) -> CompiledOperation:
    where = at_node(operation.definition, "")
    return CompiledOperation(
        name=operation.name,
        kind=operation.kind,
        path=where.path,
        line=where.line,
        column=where.column,
        module=_operation_file(operation),
        document=operation.document,
        coordinates=operation.coordinates,
    )


def _origins(plan: Plan) -> dict[str, list[str]]:
    definitions = plan.definitions
    found: dict[str, list[str]] = {}
    for each in plan.operations:
        spread = (definitions[name] for name in each.fragments)
        found[_operation_file(each)] = _paths(each.definition, *spread)
    for fragment in plan.fragments.values():
        names_of = (fragment.name, *plan.uses.fragments_in(fragment.name))
        found[_fragment_file(fragment)] = _paths(*(definitions[name] for name in names_of))
    return found


def _paths(*nodes: Node) -> list[str]:
    """The files of definitions."""
    return list(dict.fromkeys(node.loc.source.name for node in nodes if node.loc is not None))


def _operation_file(operation: OperationPlan) -> str:
    return f"_operations/{operation.function}.py"


def _file(home: str) -> str:
    """The file of a module."""
    return f"{home.replace('.', '/')}.py"


def _fragment_file(fragment: Fragment) -> str:
    return f"_fragments/{fragment.module}.py"


@dataclass
class _Exports:
    """The names that the package exports, and where from; finds names given twice."""

    homes: dict[str, str] = field(default_factory=dict[str, str])
    types: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[Diagnostic] = field(default_factory=list[Diagnostic])
    _first: dict[str, Node] = field(default_factory=dict[str, Node])

    def add(self, exported: Iterable[str], home: str, node: Node) -> None:
        """Export names of a module, on behalf of a definition of the input or the schema."""
        for name in exported:
            self.reserve(name, node)
            self.homes[name] = home

    def add_type(self, name: str, home: str, node: Node) -> None:
        """Export an input or enum."""
        self.reserve(name, node)
        self.types[name] = home

    def reserve(self, name: str, node: Node) -> None:
        """Take a name that only modules inside of the package use."""
        other = self._first.setdefault(name, node)
        if other is not node:
            message = f"the name {name} is taken already, by {place(other)}: rename one of them"
            self.problems.append(at_node(node, message))


def _render(plan: Plan) -> Iterator[tuple[str, str]]:
    """The files of the package, each as soon as it is made."""
    normalizer = Normalizer({name: each.token for name, each in plan.fragments.items()})
    fragments = {
        name: normalizer.fragment(each.token, each.selection)
        for name, each in plan.fragments.items()
    }
    held = [
        (each.token, each.selection.type)
        for each in plan.fragments.values()
        if not is_object(each.selection)
    ]
    yield "py.typed", ""
    exports = _Exports()
    constants: dict[str, str] = {}
    made: list[Made] = []
    with Engine(plan.schema, list(fragments.values()), held, plan.scalars) as engine:
        for fragment in plan.fragments.values():
            home = f"_fragments.{fragment.module}"
            decisions = engine.decide(fragments[fragment.name])
            text, exported, of_module = _fragment_module(fragment, plan, decisions)
            yield _fragment_file(fragment), text
            made.append(of_module)
            exports.add(exported, f".{home}", fragment.selection.node)
        # One after the other, so that what is decided on an operation is not kept.
        for operation in plan.operations:
            home = f"_operations.{operation.function}"
            decisions = engine.decide(
                normalizer.operation(
                    operation.token,
                    operation.definition,
                    operation.variable_tokens,
                    operation.selection,
                )
            )
            text, exported, of_module = _operation_module(operation, plan, decisions)
            yield _operation_file(operation), text
            made.append(of_module)
            exports.add([operation.function, *exported], f".{home}", operation.definition)
            constants[operation.constant] = f".{home}"
        decisions = engine.shared
    enums = [each for each in plan.types if isinstance(each, GraphQLEnumType)]
    inputs = [each for each in plan.types if isinstance(each, GraphQLInputObjectType)]
    for each in (*enums, *inputs):
        assert each.ast_node is not None, "the schema was parsed"
        is_enum = isinstance(each, GraphQLEnumType)
        home = plan.names.enum_home(each.name) if is_enum else plan.names.input_home(each.name)
        exports.add_type(plan.names.classes[each.name], f".{home}", each.ast_node)
    for operation in plan.operations:
        exports.reserve(operation.constant, operation.definition)
    for named in plan.types:
        if named.name in plan.scalars and named.ast_node is not None:
            exports.reserve(plan.names.classes[named.name], named.ast_node)
    if exports.problems:
        raise CompileError(in_order(exports.problems))
    for enum in enums:
        text = enum_module(enum, decisions, plan.names)
        yield _file(plan.names.enum_home(enum.name)), text
    for each in inputs:
        text = input_module(each, decisions, plan.scalars, plan.names, plan.secrets)
        yield _file(plan.names.input_home(each.name)), text
    yield "scalars.py", scalars_module(plan.scalars, plan.names)
    yield from package_files(exports.homes, exports.types, constants, ("operations", TESTING))
    yield from _builder_modules(made, plan, {**exports.homes, **exports.types})


def _builder_modules(
    made: Sequence[Made], plan: Plan, homes: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The files of the package `testing`."""
    scalars = {plan.names.classes[name]: ".scalars" for name in plan.scalars}
    listed: dict[str, str] = {}
    builders = Builders(made, plan.scalars, plan.names, {**homes, **scalars})
    for home, text, exported in builders.files():
        listed |= dict.fromkeys(exported, f".{home}")
        yield f"{TESTING}/{_file(home)}", text
    for name, text in builder_files(listed):
        yield f"{TESTING}/{name}", text


def _fragment_module(
    fragment: Fragment, plan: Plan, decisions: Decisions
) -> tuple[str, list[str], Made]:
    """The module of a fragment, what it exports, and what that is made of."""
    on = fragment.selection.type.name
    module = Module(f"The fragment {fragment.name} on {on}.")
    results = ResultClasses(
        module, fragment.owner, plan.selector, plan.fragments, decisions, plan.names, "."
    )
    if is_object(fragment.selection):
        results.write(fragment.selection)
    else:
        results.write_held(fragment.selection)
    made = Made(f"_fragments.{fragment.module}", results.made, results.aliases)
    return module.render(), results.exported, made


def _operation_module(
    operation: OperationPlan, plan: Plan, decisions: Decisions
) -> tuple[str, list[str], Made]:
    """The module of an operation, what it exports beside the function, and that is made of."""
    writer = OperationModule(
        operation,
        plan.schema,
        plan.selector,
        decisions,
        plan.names,
        plan.scalars,
        plan.max_page_size,
    )
    results = ResultClasses(
        writer.module,
        operation.owner,
        plan.selector,
        plan.fragments,
        decisions,
        plan.names,
        ".._fragments.",
    )
    text = writer.render(results)
    made = Made(
        f"_operations.{operation.function}",
        results.made,
        results.aliases,
        operation.function,
        writer.result(results),
        operation.owner.root_name,
    )
    return text, results.exported, made
