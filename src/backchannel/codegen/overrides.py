"""What is known of a schema beyond what it says: a file of data, each entry with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec
from graphql import (
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    is_list_type,
    is_non_null_type,
)

from backchannel.codegen.diagnostics import CompileError, Diagnostic, Problems, suggestion
from backchannel.codegen.shapes import field_of, type_of
from backchannel.codegen.tomlfile import TomlFile, read_toml


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Places of the schema about which one thing is known.

    Attributes:
        coordinates: `Type.field`, and `Type.field[]` for the items of its list.
        reason: why it is so.
        source: where that can be seen.
    """

    coordinates: tuple[str, ...]
    reason: str
    source: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    nonnull: tuple[Entry, ...] = ()
    secret: tuple[Entry, ...] = ()


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of an overrides file.

    Attributes:
        nonnull: places declared nullable at which the server never answers null.
        secret: fields, of inputs too, whose values must not be shown.
        file: the file, for messages.
    """

    nonnull: tuple[Entry, ...] = ()
    secret: tuple[Entry, ...] = ()
    file: TomlFile = TomlFile("overrides", "", {})

    @property
    def secret_coordinates(self) -> frozenset[str]:
        """The coordinates of all secret fields."""
        return frozenset(_coordinates(self.secret))


def read_overrides(path: Path) -> Overrides:
    """Read an overrides file.

    Raises:
        CompileError: it cannot be read, is not TOML, or does not hold what it should.
    """
    file = read_toml(path)
    found = file.convert(_File, {("nonnull",): Entry, ("secret",): Entry})
    return Overrides(nonnull=found.nonnull, secret=found.secret, file=file)


def apply_overrides(schema: GraphQLSchema, overrides: Overrides) -> None:
    """Make the fields of the schema non-null in place; those of interfaces on all their types.

    To be called after operations were validated against the schema as it is: the rules of
    GraphQL hold for what the server declares.

    Raises:
        CompileError: an entry names nothing in the schema, or changes nothing.
    """
    problems: list[Diagnostic] = []
    for coordinate in _coordinates(overrides.nonnull):
        field = _field(schema, coordinate.removesuffix("[]"))
        if _input_field(schema, coordinate) is not None:
            said = f"{coordinate} is given to the server; non-null can be what it answers"
        elif field is None:
            said = _no_field(schema, coordinate)
        else:
            said = _require(field, coordinate)
        if said:
            problems.append(overrides.file.at_text(coordinate, f"nonnull: {said}"))
    for coordinate in _coordinates(overrides.nonnull):
        for field in _implementations(schema, coordinate.removesuffix("[]")):
            # Declared so or named too, maybe.
            _require(field, coordinate)
    problems += [
        overrides.file.at_text(coordinate, f"secret: {_no_field(schema, coordinate)}")
        for coordinate in _coordinates(overrides.secret)
        if _field(schema, coordinate) is None and _input_field(schema, coordinate) is None
    ]
    if problems:
        raise CompileError(problems)


def apply_to_versions(schemas: Sequence[GraphQLSchema], overrides: Overrides) -> None:
    """Apply overrides to versions of a schema, in place; each entry concerns one at least.

    Raises:
        CompileError: an entry names or changes nothing in any of them.
    """
    refused: list[dict[tuple[int, int], Diagnostic]] = []
    for schema in schemas:
        problems = Problems()
        problems.attempt(partial(apply_overrides, schema, overrides), None)
        refused.append({(each.line, each.column): each for each in problems.found})
    *others, last = refused
    everywhere = [each for place, each in last.items() if all(place in found for found in others)]
    if everywhere:
        raise CompileError(everywhere)


def secret_everywhere(schema: GraphQLSchema, coordinates: Iterable[str]) -> frozenset[str]:
    """The coordinates, and those of the same fields on types that implement each other.

    A field that is secret on a type is selected on its interfaces too, and the other way round.
    """
    found: set[str] = set()
    for coordinate in coordinates:
        type_name, _, field_name = coordinate.partition(".")
        named = schema.get_type(type_name)
        kin = {type_name}
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            kin |= {each.name for each in named.interfaces}
        if isinstance(named, GraphQLInterfaceType):
            below = schema.get_implementations(named)
            kin |= {each.name for each in (*below.interfaces, *below.objects)}
        found |= {f"{each}.{field_name}" for each in kin}
    return frozenset(found)


def _no_field(schema: GraphQLSchema, coordinate: str) -> str:
    """What is wrong with a coordinate of no field, with what may be meant."""
    type_name, _, field_name = coordinate.removesuffix("[]").partition(".")
    named = schema.get_type(type_name)
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        fields = [f"{type_name}.{name}" for name in named.fields]
        return f"the schema has no field {coordinate}.{suggestion(coordinate, fields)}"
    types = [
        f"{each.name}.{field_name}"
        for each in schema.type_map.values()
        if field_of(each, field_name) is not None
    ]
    return f"the schema has no field {coordinate}.{suggestion(coordinate, types)}"


def _coordinates(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        yield from entry.coordinates


def _field(schema: GraphQLSchema, coordinate: str) -> GraphQLField | None:
    type_name, _, field_name = coordinate.partition(".")
    return field_of(schema.get_type(type_name), field_name)


def _input_field(schema: GraphQLSchema, coordinate: str) -> GraphQLInputField | None:
    type_name, _, field_name = coordinate.partition(".")
    named = schema.get_type(type_name)
    return named.fields.get(field_name) if isinstance(named, GraphQLInputObjectType) else None


def _implementations(schema: GraphQLSchema, coordinate: str) -> Iterator[GraphQLField]:
    """The fields that implement one of an interface."""
    type_name, _, field_name = coordinate.partition(".")
    named = schema.get_type(type_name)
    if isinstance(named, GraphQLInterfaceType):
        found = schema.get_implementations(named)
        for each in (*found.interfaces, *found.objects):
            field = field_of(each, field_name)
            assert field is not None, "a valid schema implements its interfaces"
            yield field


def _require(field: GraphQLField, coordinate: str) -> str:
    """Make a field, or the items of its list, non-null; returns what is wrong with that."""
    if coordinate.endswith("[]"):
        return _require_items(field, coordinate)
    declared = type_of(field)
    if is_non_null_type(declared):
        return f"{coordinate} is non-null already"
    field.type = cast("Any", GraphQLNonNull(declared))
    return ""


def _require_items(field: GraphQLField, coordinate: str) -> str:
    declared = type_of(field)
    required = is_non_null_type(declared)
    of_list = declared.of_type if required else declared
    if not is_list_type(of_list):
        return f"{coordinate}: the field is no list"
    if is_non_null_type(of_list.of_type):
        return f"{coordinate}: the items are non-null already"
    items: Any = GraphQLList(GraphQLNonNull(of_list.of_type))
    field.type = GraphQLNonNull(items) if required else items
    return ""
