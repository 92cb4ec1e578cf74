"""What can change in a schema, as data: each change with the coordinate at which it is."""

from __future__ import annotations

import enum

import msgspec

from backchannel.codegen.schemas.nullability import Difference


class ChangeKind(enum.StrEnum):
    """The kinds of changes. Descriptions are no change."""

    TYPE_ADDED = "type added"
    TYPE_REMOVED = "type removed"
    TYPE_KIND_CHANGED = "type kind changed"
    TYPE_RENAMED = "root type renamed"
    ROOT_ADDED = "root type added"
    ROOT_REMOVED = "root type removed"
    INTERFACE_ADDED = "interface added"
    INTERFACE_REMOVED = "interface removed"
    MEMBER_ADDED = "union member added"
    MEMBER_REMOVED = "union member removed"
    FIELD_ADDED = "field added"
    FIELD_REMOVED = "field removed"
    FIELD_TYPE = "field type changed"
    FIELD_DEPRECATION = "field deprecation changed"
    ARGUMENT_ADDED = "argument added"
    ARGUMENT_REMOVED = "argument removed"
    ARGUMENT_TYPE = "argument type changed"
    ARGUMENT_DEFAULT = "argument default changed"
    ARGUMENT_DEPRECATION = "argument deprecation changed"
    INPUT_FIELD_ADDED = "input field added"
    INPUT_FIELD_REMOVED = "input field removed"
    INPUT_FIELD_TYPE = "input field type changed"
    INPUT_FIELD_DEFAULT = "input field default changed"
    INPUT_FIELD_DEPRECATION = "input field deprecation changed"
    ONE_OF = "oneOf changed"
    VALUE_ADDED = "enum value added"
    VALUE_REMOVED = "enum value removed"
    VALUE_DEPRECATION = "enum value deprecation changed"
    SCALAR_URL = "scalar specification changed"
    DIRECTIVE_ADDED = "directive added"
    DIRECTIVE_REMOVED = "directive removed"
    DIRECTIVE_LOCATIONS = "directive locations changed"
    DIRECTIVE_REPEATABLE = "directive repeatable changed"


class Severity(enum.StrEnum):
    """What a change may do to anybody's operations."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a schema.

    Attributes:
        kind: what kind of change.
        coordinate: where: `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`,
            `Enum.VALUE`, `@directive`, `@directive(argument:)`; for a root type that was added or
            removed, `query`, `mutation` or `subscription`.
        severity: what it may do to anybody's operations.
        message: the change in words, without the coordinate.
        related: what else it is about: the interface, the member of the union.
        old: how it was, in GraphQL's notation, if it is a change of something.
        new: how it is now.
        difference: how the types differ, where a type changed.
    """

    kind: ChangeKind
    coordinate: str
    severity: Severity
    message: str
    related: str = ""
    old: str = ""
    new: str = ""
    difference: Difference | None = None

    @property
    def owner(self) -> str:
        """The coordinate without its last part: the type of a field, the field of an argument."""
        if self.coordinate.endswith(")"):
            return self.coordinate.partition("(")[0]
        return self.coordinate.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The last part of the coordinate."""
        if self.coordinate.endswith(":)"):
            return self.coordinate.partition("(")[2][:-2]
        return self.coordinate.rpartition(".")[2]
