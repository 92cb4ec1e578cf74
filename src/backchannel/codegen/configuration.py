"""The settings of a compilation: custom scalars, overrides of the schema, and the lint."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from backchannel.codegen.diagnostics import CompileError, Diagnostic
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
    """

    scalars: Mapping[str, ScalarMapping] = {}
    overrides: Overrides = Overrides()
    connections: Connections = Connections()
    lint: Lint = Lint()

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
    return Configuration(scalars=found.scalars, connections=found.connections, lint=found.lint)


def _wrong_scalars(file: TomlFile, scalars: Mapping[str, ScalarMapping]) -> Iterator[Diagnostic]:
    for name, mapping in scalars.items():
        where = ("scalars", name)
        if (mapping.parse is None) != (mapping.serialize is None):
            message = f"scalars.{name}: give both parse and serialize, or neither"
            yield file.at_key(where, message)
        for key, text in msgspec.structs.asdict(mapping).items():
            if text is not None and modules_of(text) is None:
                yield file.at_key((*where, key), f"{text!r} names no Python type or function")


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
        case ast.Name():
            return True
        case ast.Constant(value=None):
            return True
        case ast.Attribute(value=ast.Name() | ast.Attribute() as owner):
            modules.add(ast.unparse(owner))
            return _collect(owner, set())
        case ast.Subscript(value=value, slice=inner):
            return _collect(value, modules) and _collect(inner, modules)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _collect(left, modules) and _collect(right, modules)
        case ast.Tuple(elts=items):
            return all(_collect(item, modules) for item in items)
        case _:
            return False
