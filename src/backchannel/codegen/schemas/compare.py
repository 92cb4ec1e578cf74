"""Finds what changed between two schemas.

graphql-core finds changes too, and says them in sentences, without the coordinate that is needed
to look up who uses it; the tests hold this module against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

from graphql import (
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from backchannel.codegen.schemas.changes import Change, ChangeKind, Severity
from backchannel.codegen.schemas.nullability import compare_outputs
from backchannel.codegen.schemas.values import (
    argument_changes,
    deprecation_changes,
    input_changes,
    sets,
    type_change,
)
from backchannel.codegen.shapes import type_of

T = TypeVar("T")

_KINDS: Mapping[type[GraphQLNamedType], str] = {
    GraphQLScalarType: "a scalar",
    GraphQLObjectType: "an object",
    GraphQLInterfaceType: "an interface",
    GraphQLUnionType: "a union",
    GraphQLEnumType: "an enum",
    GraphQLInputObjectType: "an input",
}


def find_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """The changes from one schema to another, sorted by coordinate."""
    changes = [*_roots(old, new), *_types(old, new), *_directives(old, new)]
    return sorted(changes, key=lambda change: (change.coordinate, change.kind, change.related))


def renamed_roots(old: GraphQLSchema, new: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    """The root types with another name, by the old one: what counts is that they are the root."""
    renamed: dict[str, GraphQLNamedType] = {}
    for operation in OperationType:
        before, after = old.get_root_type(operation), new.get_root_type(operation)
        if before and after and before.name != after.name and before.name not in new.type_map:
            renamed[before.name] = after
    return renamed


def _roots(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for operation in OperationType:
        before, after = old.get_root_type(operation), new.get_root_type(operation)
        kind = operation.value
        if before and not after:
            message = f"the schema has no {kind} type anymore"
            yield _change(ChangeKind.ROOT_REMOVED, kind, message, Severity.BREAKING)
        elif after and not before:
            yield _change(ChangeKind.ROOT_ADDED, kind, f"the schema has a {kind} type now")


def _types(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    renamed = renamed_roots(old, new)
    before, after = _own_types(old), _own_types(new)
    for name, each in before.items():
        if name in renamed:
            other = renamed[name]
            message = f"the root type is called {other.name} now"
            yield _change(ChangeKind.TYPE_RENAMED, name, message, Severity.BREAKING)
            yield from _type(each, other)
        elif name not in after:
            yield _change(ChangeKind.TYPE_REMOVED, name, "removed", Severity.BREAKING)
        else:
            yield from _type(each, after[name])
    known = {each.name for each in renamed.values()}
    for name, each in after.items():
        if name not in before and name not in known:
            yield _change(ChangeKind.TYPE_ADDED, name, f"added, {_KINDS[type(each)]}")
            if isinstance(each, GraphQLObjectType):
                for interface in _by_name(each.interfaces):
                    yield _interface_added(name, interface)


def _type(old: GraphQLNamedType, new: GraphQLNamedType) -> Iterator[Change]:
    name = old.name
    if type(old) is not type(new):
        message = f"was {_KINDS[type(old)]}, is {_KINDS[type(new)]}"
        yield _change(ChangeKind.TYPE_KIND_CHANGED, name, message, Severity.BREAKING)
    elif isinstance(old, GraphQLScalarType) and isinstance(new, GraphQLScalarType):
        if old.specified_by_url != new.specified_by_url:
            message = f"is specified by {new.specified_by_url or 'nothing'} now"
            yield _change(ChangeKind.SCALAR_URL, name, message)
    elif isinstance(old, GraphQLEnumType) and isinstance(new, GraphQLEnumType):
        yield from _enum(old, new)
    elif isinstance(old, GraphQLUnionType) and isinstance(new, GraphQLUnionType):
        yield from _union(old, new)
    elif isinstance(old, GraphQLInputObjectType) and isinstance(new, GraphQLInputObjectType):
        yield from input_changes(old, new)
    elif isinstance(old, GraphQLObjectType | GraphQLInterfaceType):
        assert isinstance(new, GraphQLObjectType | GraphQLInterfaceType)
        yield from _object(old, new)


def _enum(old: GraphQLEnumType, new: GraphQLEnumType) -> Iterator[Change]:
    removed, added, both = sets(old.values, new.values)
    for value in removed:
        coordinate = f"{old.name}.{value}"
        yield _change(ChangeKind.VALUE_REMOVED, coordinate, "removed", Severity.BREAKING)
    for value in added:
        coordinate = f"{old.name}.{value}"
        yield _change(ChangeKind.VALUE_ADDED, coordinate, "added", Severity.DANGEROUS)
    for value in both:
        coordinate = f"{old.name}.{value}"
        yield from deprecation_changes(
            ChangeKind.VALUE_DEPRECATION, coordinate, old.values[value], new.values[value]
        )


def _union(old: GraphQLUnionType, new: GraphQLUnionType) -> Iterator[Change]:
    removed, added, _ = sets(_by_name(old.types), _by_name(new.types))
    for member in removed:
        message = f"{member} is no member anymore"
        yield _change(ChangeKind.MEMBER_REMOVED, old.name, message, Severity.BREAKING, member)
    for member in added:
        message = f"{member} is a new member"
        yield _change(ChangeKind.MEMBER_ADDED, old.name, message, Severity.DANGEROUS, member)


def _object(
    old: GraphQLObjectType | GraphQLInterfaceType, new: GraphQLObjectType | GraphQLInterfaceType
) -> Iterator[Change]:
    removed, added, _ = sets(_by_name(old.interfaces), _by_name(new.interfaces))
    for interface in removed:
        message = f"implements {interface} no longer"
        yield _change(ChangeKind.INTERFACE_REMOVED, old.name, message, Severity.BREAKING, interface)
    for interface in added:
        yield _interface_added(old.name, interface)
    before = cast("Mapping[str, GraphQLField]", old.fields)
    after = cast("Mapping[str, GraphQLField]", new.fields)
    removed, added, both = sets(before, after)
    for name in removed:
        coordinate = f"{old.name}.{name}"
        yield _change(ChangeKind.FIELD_REMOVED, coordinate, "removed", Severity.BREAKING)
    for name in added:
        message = f"added, of type {type_of(after[name])}"
        yield _change(ChangeKind.FIELD_ADDED, f"{old.name}.{name}", message)
    for name in both:
        coordinate = f"{old.name}.{name}"
        yield from _field_type(coordinate, before[name], after[name])
        yield from deprecation_changes(
            ChangeKind.FIELD_DEPRECATION, coordinate, before[name], after[name]
        )
        yield from argument_changes(coordinate, before[name].args, after[name].args)


def _field_type(coordinate: str, old: GraphQLField, new: GraphQLField) -> Iterator[Change]:
    before, after = type_of(old), type_of(new)
    if str(before) != str(after):
        difference = compare_outputs(before, after)
        yield type_change(ChangeKind.FIELD_TYPE, coordinate, before, after, difference)


def _directives(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = _own_directives(old), _own_directives(new)
    removed, added, both = sets(before, after)
    for name in removed:
        yield _change(ChangeKind.DIRECTIVE_REMOVED, f"@{name}", "removed", Severity.BREAKING)
    for name in added:
        yield _change(ChangeKind.DIRECTIVE_ADDED, f"@{name}", "added")
    for name in both:
        yield from _directive(f"@{name}", before[name], after[name])


def _directive(coordinate: str, old: GraphQLDirective, new: GraphQLDirective) -> Iterator[Change]:
    yield from argument_changes(coordinate, old.args, new.args)
    if old.is_repeatable != new.is_repeatable:
        message = "can be repeated now" if new.is_repeatable else "can be repeated no longer"
        severity = Severity.SAFE if new.is_repeatable else Severity.BREAKING
        yield _change(ChangeKind.DIRECTIVE_REPEATABLE, coordinate, message, severity)
    removed, added, _ = sets(
        {each.name: each for each in old.locations}, {each.name: each for each in new.locations}
    )
    if removed:
        message = f"is not allowed on {', '.join(removed)} anymore"
        yield _change(ChangeKind.DIRECTIVE_LOCATIONS, coordinate, message, Severity.BREAKING)
    elif added:
        message = f"is allowed on {', '.join(added)} now"
        yield _change(ChangeKind.DIRECTIVE_LOCATIONS, coordinate, message)


def _interface_added(name: str, interface: str) -> Change:
    message = f"implements {interface} now"
    return _change(ChangeKind.INTERFACE_ADDED, name, message, Severity.DANGEROUS, interface)


def _change(
    kind: ChangeKind,
    coordinate: str,
    message: str,
    severity: Severity = Severity.SAFE,
    related: str = "",
) -> Change:
    return Change(
        kind=kind, coordinate=coordinate, severity=severity, message=message, related=related
    )


def _own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: each
        for name, each in schema.type_map.items()
        if not is_introspection_type(each) and not is_specified_scalar_type(each)
    }


def _own_directives(schema: GraphQLSchema) -> dict[str, GraphQLDirective]:
    return {each.name: each for each in schema.directives if not is_specified_directive(each)}


def _by_name(types: tuple[GraphQLNamedType, ...]) -> dict[str, GraphQLNamedType]:
    return {each.name: each for each in types}
