"""What changed of arguments, input fields and deprecations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar, cast

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    Undefined,
    is_non_null_type,
    print_ast,
)

from backchannel.codegen.schemas.changes import Change, ChangeKind, Severity
from backchannel.codegen.schemas.nullability import Difference, compare_inputs
from backchannel.codegen.shapes import type_of

T = TypeVar("T")


class _Deprecatable(Protocol):
    deprecation_reason: str | None


def input_changes(old: GraphQLInputObjectType, new: GraphQLInputObjectType) -> Iterator[Change]:
    """The changes of an input type."""
    if old.is_one_of != new.is_one_of:
        message = (
            "takes exactly one of its fields now" if new.is_one_of else "takes any of its fields"
        )
        severity = Severity.BREAKING if new.is_one_of else Severity.SAFE
        yield Change(
            kind=ChangeKind.ONE_OF, coordinate=old.name, message=message, severity=severity
        )
    before = cast("Mapping[str, GraphQLInputField]", old.fields)
    after = cast("Mapping[str, GraphQLInputField]", new.fields)
    removed, added, both = sets(before, after)
    for name in removed:
        coordinate = f"{old.name}.{name}"
        yield Change(
            kind=ChangeKind.INPUT_FIELD_REMOVED,
            coordinate=coordinate,
            message="removed",
            severity=Severity.BREAKING,
        )
    for name in added:
        coordinate = f"{old.name}.{name}"
        yield _added(ChangeKind.INPUT_FIELD_ADDED, coordinate, after[name])
    for name in both:
        coordinate = f"{old.name}.{name}"
        yield from _value_type(ChangeKind.INPUT_FIELD_TYPE, coordinate, before[name], after[name])
        yield from _default(ChangeKind.INPUT_FIELD_DEFAULT, coordinate, before[name], after[name])
        yield from deprecation_changes(
            ChangeKind.INPUT_FIELD_DEPRECATION, coordinate, before[name], after[name]
        )


def argument_changes(
    owner: str, old: Mapping[str, GraphQLArgument], new: Mapping[str, GraphQLArgument]
) -> Iterator[Change]:
    """The changes of the arguments of a field or directive, whose coordinate is `owner`."""
    removed, added, both = sets(old, new)
    for name in removed:
        coordinate = f"{owner}({name}:)"
        yield Change(
            kind=ChangeKind.ARGUMENT_REMOVED,
            coordinate=coordinate,
            message="removed",
            severity=Severity.BREAKING,
        )
    for name in added:
        yield _added(ChangeKind.ARGUMENT_ADDED, f"{owner}({name}:)", new[name])
    for name in both:
        coordinate = f"{owner}({name}:)"
        yield from _value_type(ChangeKind.ARGUMENT_TYPE, coordinate, old[name], new[name])
        yield from _default(ChangeKind.ARGUMENT_DEFAULT, coordinate, old[name], new[name])
        yield from deprecation_changes(
            ChangeKind.ARGUMENT_DEPRECATION, coordinate, old[name], new[name]
        )


def is_required(value: GraphQLArgument | GraphQLInputField) -> bool:
    """Whether an argument or input field must be given."""
    return bool(is_non_null_type(type_of(value))) and value.default_value is Undefined


def deprecation_changes(
    kind: ChangeKind, coordinate: str, old: _Deprecatable, new: _Deprecatable
) -> Iterator[Change]:
    """The change of whether, and why, something is deprecated."""
    before, after = old.deprecation_reason, new.deprecation_reason
    if before == after:
        return
    message = "is deprecated no longer" if after is None else f"is deprecated: {_line(after)}"
    yield Change(
        kind=kind,
        coordinate=coordinate,
        severity=Severity.SAFE,
        message=message,
        old=before or "",
        new=after or "",
    )


def type_change(
    kind: ChangeKind, coordinate: str, old: object, new: object, difference: Difference
) -> Change:
    """The change of a type."""
    return Change(
        kind=kind,
        coordinate=coordinate,
        severity=Severity.SAFE if difference.is_safe else Severity.BREAKING,
        message=f"type changes from {old} to {new}",
        old=str(old),
        new=str(new),
        difference=difference,
    )


def sets(old: Mapping[str, T], new: Mapping[str, T]) -> tuple[list[str], list[str], list[str]]:
    """The names removed, added, and in both."""
    removed = [name for name in old if name not in new]
    added = [name for name in new if name not in old]
    return removed, added, [name for name in old if name in new]


def _value_type(
    kind: ChangeKind,
    coordinate: str,
    old: GraphQLArgument | GraphQLInputField,
    new: GraphQLArgument | GraphQLInputField,
) -> Iterator[Change]:
    before, after = type_of(old), type_of(new)
    if str(before) != str(after):
        yield type_change(kind, coordinate, before, after, compare_inputs(before, after))


def _added(kind: ChangeKind, coordinate: str, value: GraphQLArgument | GraphQLInputField) -> Change:
    required = is_required(value)
    return Change(
        kind=kind,
        coordinate=coordinate,
        severity=Severity.BREAKING if required else Severity.DANGEROUS,
        message=f"added, {'required' if required else 'optional'}, of type {type_of(value)}",
        new=str(type_of(value)),
    )


def _default(
    kind: ChangeKind,
    coordinate: str,
    old: GraphQLArgument | GraphQLInputField,
    new: GraphQLArgument | GraphQLInputField,
) -> Iterator[Change]:
    before, after = _default_text(old), _default_text(new)
    if before != after:
        required = (
            is_required(new) and not is_required(old) and str(type_of(old)) == str(type_of(new))
        )
        yield Change(
            kind=kind,
            coordinate=coordinate,
            severity=Severity.BREAKING if required else Severity.DANGEROUS,
            message=f"default changes from {before or 'none'} to {after or 'none'}",
            old=before,
            new=after,
        )


def _default_text(value: GraphQLArgument | GraphQLInputField) -> str:
    """The default as the schema's text has it, or ""."""
    node = value.ast_node
    return "" if node is None or node.default_value is None else print_ast(node.default_value)


def _line(text: str) -> str:
    """A text of the schema as part of a line."""
    return " ".join(text.split())
