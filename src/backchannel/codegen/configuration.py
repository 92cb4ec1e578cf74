"""The settings of a compilation: custom scalars, overrides of the schema, and the lint."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import msgspec
from graphql import GraphQLScalarType, GraphQLSchema, specified_scalar_types

from backchannel.codegen.diagnostics import CompileError, Diagnostic, suggestion
from backchannel.codegen.lint import Lint
from backchannel.codegen.overrides import Overrides
from backchannel.codegen.tomlfile import TomlFile, read_toml


class ScalarMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a custom scalar is seen from Python.

    Attributes:
        type: the Python type: a builtin, a dotted name, or built of these
            (`decimal.Decimal`, `dict[str, object]`).
        parse: dotted name of what turns the JSON value into it; None: msgspec reads the type.
        serialize: dotted name of what turns it into a JSON value; None together with `parse`.
    """

    type: str
    parse: str | None = None
    serialize: str | None = None


DEFAULT_SCALARS: Mapping[str, ScalarMapping] = {
    "DateTime": ScalarMapping(
        type="datetime.datetime",
        parse="backchannel.graphql.models.parse_utc",
        serialize="backchannel.graphql.models.serialize_utc",
    ),
    "NaiveDateTime": ScalarMapping(
        type="datetime.datetime",
        parse="backchannel.graphql.models.parse_utc",
        serialize="backchannel.graphql.models.serialize_naive_utc",
    ),
}


class Connections(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of the server's connections.

    Attributes:
        max_page_size: the most edges that it gives at once.
    """

    max_page_size: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a compilation.

    Attributes:
        scalars: custom scalars by their names in the schema; they win over the defaults.
        overrides: what is known of the schema beyond what it says.
        connections: what is known of connections.
        lint: which findings are mistakes, and which are only told.
        file: where these were read, if they were.
    """

    scalars: Mapping[str, ScalarMapping] = {}
    overrides: Overrides = Overrides()
    connections: Connections = Connections()
    lint: Lint = Lint()
    file: TomlFile | None = None

    def check(self, schema: GraphQLSchema) -> None:
        """Check what is said of the schema.

        Raises:
            CompileError: a scalar is mapped that the schema does not have.
        """
        known = sorted(
            name
            for name, each in schema.type_map.items()
            if isinstance(each, GraphQLScalarType) and name not in specified_scalar_types
        )
        problems = [
            self.file.at_key(
                ("scalars", name), f"the schema has no scalar {name}.{suggestion(name, known)}"
            )
            for name in self.scalars
            if self.file is not None and name not in known
        ]
        if problems:
            raise CompileError(problems)

    def scalar(self, name: str) -> ScalarMapping | None:
        """The mapping of a custom scalar, or None."""
        return self.scalars.get(name) or DEFAULT_SCALARS.get(name)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    scalars: dict[str, ScalarMapping] = {}
    connections: Connections = Connections()
    lint: Lint = Lint()


def read_configuration(path: Path) -> Configuration:
    """Read a configuration file: the tables `[scalars.NAME]`, `[connections]` and `[lint]`.

    Raises:
        CompileError: the file cannot be read, is not TOML, or does not hold what it should.
    """
    file = read_toml(path)
    kinds: dict[tuple[str, ...], type[msgspec.Struct]] = {
        ("scalars", "*"): ScalarMapping,
        ("connections",): Connections,
        ("lint",): Lint,
    }
    found = file.convert(_File, kinds)
    problems = [*_wrong_scalars(file, found.scalars), *found.lint.problems(file)]
    if problems:
        raise CompileError(problems)
    return Configuration(
        scalars=found.scalars, connections=found.connections, lint=found.lint, file=file
    )


def _wrong_scalars(file: TomlFile, scalars: Mapping[str, ScalarMapping]) -> Iterator[Diagnostic]:
    for name, mapping in scalars.items():
        where = ("scalars", name)
        if (mapping.parse is None) != (mapping.serialize is None):
            message = f"scalars.{name}: give both parse and serialize, or neither"
            yield file.at_key(where, message)
        for key, text in msgspec.structs.asdict(mapping).items():
            if text is not None and modules_of(text) is None:
                yield file.at_key(
                    (*where, key),
                    f"{text!r} names no Python type or function: give a builtin, or a dotted name"
                    " with its module",
                )


def modules_of(expression: str) -> set[str] | None:
    """The modules that a type expression of dotted names needs; None if it is anything else."""
    try:
        tree = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    modules: set[str] = set()
    return modules if _collect(tree, modules) else None


def _collect(node: ast.expr, modules: set[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return hasattr(builtins, name)
        case ast.Constant(value=None):
            return True
        case ast.Attribute(value=ast.Name() | ast.Attribute()):
            modules.add(_module_of(ast.unparse(node)))
            return True
        case ast.Subscript(value=value, slice=inner):
            return _collect(value, modules) and _collect(inner, modules)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _collect(left, modules) and _collect(right, modules)
        case ast.Tuple(elts=items):
            return all(_collect(item, modules) for item in items)
        case _:
            return False


def _module_of(dotted: str) -> str:
    """The module in a dotted name of a type or a function, which may be a class's method."""
    parts = dotted.split(".")
    if parts[0] in sys.stdlib_module_names:
        # Names of classes are in lower case there (datetime.date.fromisoformat), but can be asked.
        for count in range(len(parts) - 1, 1, -1):
            module = ".".join(parts[:count])
            with suppress(ModuleNotFoundError):
                if find_spec(module) is not None:
                    return module
        return parts[0]
    # Anybody else's modules are not imported here: a class is known by its capital.
    known = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    return ".".join(parts[: max(known, 1)])
