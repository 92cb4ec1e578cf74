"""The part of JSON schema validation that the server's routes use, with its coercions and texts.

The server runs a JavaScript validator that stops at the first mistake and turns scalars into
the wanted type where it can: 5 becomes "5", "true" becomes true, and null becomes "".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from backchannel.local.rocketchat.world import JSONObject
from backchannel.wire.json import JSON

_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


class Invalid(Exception):
    """The value does not fit; the text is the validator's, one mistake a line."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Text:
    """A string, one of `choices` if there are any."""

    nullable: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flag:
    """A boolean."""

    nullable: bool = False


@dataclass(frozen=True)
class Number:
    """A number."""

    nullable: bool = False


@dataclass(frozen=True)
class ListOf:
    """An array."""

    item: Schema
    nullable: bool = False


@dataclass(frozen=True)
class Record:
    """An object; when `closed`, without other keys than `properties`.

    It has all keys that are `required`, and those of one of `any_of`, if there are any.
    """

    properties: Mapping[str, Schema] = field(default_factory=dict[str, "Schema"])
    required: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    closed: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class OneOf:
    """Exactly one of several."""

    options: tuple[Schema, ...]


Schema: TypeAlias = Text | Flag | Number | ListOf | Record | OneOf


def validate(schema: Schema, value: JSON) -> JSON:
    """The value with its scalars coerced. Raises Invalid."""
    match schema:
        case OneOf():
            return _one_of(schema, value)
        case Text() | Flag() | Number() | ListOf() | Record() if value is None and schema.nullable:
            return None
        case Text():
            return _text(schema, value)
        case Flag():
            return _flag(schema, value)
        case Number():
            return _number(value)
        case ListOf():
            if not isinstance(value, list):
                raise Invalid("must be array")
            return [validate(schema.item, item) for item in value]
        case Record():
            return _record(schema, value)


def scalar_text(value: float | bool) -> str:
    """A boolean or number as JavaScript writes it into a string: 1.0 is "1"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if float(value).is_integer() else str(value)


def _text(schema: Text, value: JSON) -> JSON:
    match value:
        case str():
            text = value
        case None:
            text = ""
        case bool() | int() | float():
            text = scalar_text(value)
        case _:
            raise Invalid("must be string")
    if schema.choices and text not in schema.choices:
        raise Invalid("must be equal to one of the allowed values")
    return text


def _flag(schema: Flag, value: JSON) -> JSON:
    if isinstance(value, bool):
        return value
    if value in ("true", 1):
        return True
    if value in ("false", 0, None):
        return False
    if value == "" and schema.nullable:
        return None
    raise Invalid("must be boolean")


def _number(value: JSON) -> JSON:
    match value:
        case bool() | int() | float():
            return value + 0
        case None:
            return 0
        case str() if re.fullmatch(
            r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", value, re.IGNORECASE
        ):
            return float(value)
        case _:
            raise Invalid("must be number")


def _record(schema: Record, value: JSON) -> JSON:
    if not isinstance(value, dict):
        raise Invalid("must be object")
    for name in schema.required:
        if name not in value:
            raise Invalid(_missing(name))
    if schema.any_of and not any(value.keys() >= set(names) for names in schema.any_of):
        absent = [next(n for n in names if n not in value) for names in schema.any_of]
        raise Invalid(*map(_missing, absent), "must match a schema in anyOf")
    if schema.closed and not schema.properties.keys() >= value.keys():
        raise Invalid("must NOT have additional properties")
    coerced: JSONObject = dict(value)
    for name, kind in schema.properties.items():
        if name in value:
            coerced[name] = validate(kind, value[name])
    return coerced


def _missing(name: str) -> str:
    return f"must have required property '{name}'"


def _one_of(schema: OneOf, value: JSON) -> JSON:
    mistakes: list[str] = []
    fitting: list[JSON] = []
    for option in schema.options:
        try:
            fitting.append(validate(option, value))
        except Invalid as error:
            mistakes.extend(error.mistakes)
    if len(fitting) != 1:
        raise Invalid(*mistakes, "must match exactly one schema in oneOf")
    return fitting[0]
