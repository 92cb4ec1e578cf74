"""The settings of a compilation: custom scalars, and overrides of the schema."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from backchannel.codegen.diagnostics import CompileError, Diagnostic
from backchannel.codegen.overrides import Overrides


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
    """

    scalars: Mapping[str, ScalarMapping] = {}
    overrides: Overrides = Overrides()
    connections: Connections = Connections()

    def scalar(self, name: str) -> ScalarMapping | None:
        """The mapping of a custom scalar, or None."""
        return self.scalars.get(name) or DEFAULT_SCALARS.get(name)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    scalars: dict[str, ScalarMapping] = {}
    connections: Connections = Connections()


def read_scalars(path: Path) -> dict[str, ScalarMapping]:
    """Read the `[scalars.NAME]` tables of a configuration file.

    Raises:
        CompileError: the file cannot be read, is not TOML, or does not hold what it should.
    """
    scalars = _read(path).scalars
    for name, mapping in scalars.items():
        if (mapping.parse is None) != (mapping.serialize is None):
            raise _problem(path, f"scalars.{name}: give both parse and serialize, or neither")
        for text in (mapping.type, mapping.parse, mapping.serialize):
            if text is not None and modules_of(text) is None:
                raise _problem(path, f"scalars.{name}: {text!r} names no Python type or function")
    return scalars


def read_connections(path: Path) -> Connections:
    """Read the `[connections]` table of a configuration file.

    Raises:
        CompileError: the file cannot be read, is not TOML, or does not hold what it should.
    """
    return _read(path).connections


def _read(path: Path) -> _File:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except OSError as error:
        raise _problem(path, error.strerror or str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise _problem(path, str(error)) from None


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


def _problem(path: Path, message: str) -> CompileError:
    return CompileError([Diagnostic(path=str(path), message=message)])
