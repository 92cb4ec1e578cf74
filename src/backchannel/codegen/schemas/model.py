"""What a server answers to an introspection query, as types.

A reply or a file that is not what it should be is refused with the path in it, and no text passes
for a name that is none.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from backchannel.graphql.models import Result

Name = Annotated[str, msgspec.Meta(pattern=r"\A[_A-Za-z][_0-9A-Za-z]*\Z")]
Kind = Literal["SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT"]


class Reference(Result, frozen=True, rename="camel"):
    """A type where it is used: named, or around another one."""

    kind: Literal[Kind, "LIST", "NON_NULL"]
    name: Name | None = None
    of_type: Reference | None = None


class Root(Result, frozen=True):
    """A root type, or a type in a list of types."""

    name: Name


class InputValue(Result, frozen=True, rename="camel"):
    """An argument, or a field of an input."""

    name: Name
    type: Reference
    description: str | None = None
    default_value: str | None = None
    is_deprecated: bool = False
    deprecation_reason: str | None = None


class Field(Result, frozen=True, rename="camel"):
    """A field of an object or interface."""

    name: Name
    type: Reference
    args: tuple[InputValue, ...]
    description: str | None = None
    is_deprecated: bool = False
    deprecation_reason: str | None = None


class EnumValue(Result, frozen=True, rename="camel"):
    """A value of an enum."""

    name: Name
    description: str | None = None
    is_deprecated: bool = False
    deprecation_reason: str | None = None


class Type(Result, frozen=True, rename="camel"):
    """A type with what its kind has; the rest is None."""

    kind: Kind
    name: Name
    description: str | None = None
    specified_by_url: str | None = msgspec.field(default=None, name="specifiedByURL")
    fields: tuple[Field, ...] | None = None
    interfaces: tuple[Root, ...] | None = None
    possible_types: tuple[Root, ...] | None = None
    enum_values: tuple[EnumValue, ...] | None = None
    input_fields: tuple[InputValue, ...] | None = None
    is_one_of: bool | None = None


class Directive(Result, frozen=True, rename="camel"):
    """A directive."""

    name: Name
    locations: tuple[Name, ...]
    args: tuple[InputValue, ...]
    description: str | None = None
    is_repeatable: bool = False


class Schema(Result, frozen=True, rename="camel"):
    """A schema."""

    query_type: Root
    types: tuple[Type, ...]
    directives: tuple[Directive, ...] = ()
    mutation_type: Root | None = None
    subscription_type: Root | None = None
    description: str | None = None


class Introspection(Result, frozen=True):
    """The `data` of a reply to an introspection query."""

    schema: Schema = msgspec.field(name="__schema")
