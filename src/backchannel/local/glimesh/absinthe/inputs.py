"""Arguments and variables: is a value of its type, and what is said when it is not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLScalarType,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    VariableNode,
)

from backchannel.local.glimesh.absinthe.names import (
    alike,
    did_you_mean,
    schema_names,
    underscore,
)
from backchannel.local.glimesh.absinthe.types import (
    inner_type,
    is_list,
    is_non_null,
    named_type,
    type_of,
)
from backchannel.local.glimesh.values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import ValueNode

_INT_LIMIT = 2**31  # graphql-core's; Absinthe's own is 2**53


class _Missing:
    """The value of a variable that was not given."""


MISSING: Final = _Missing()


class EnumName(str):
    """A word without quotes in a document."""

    __slots__ = ()


Leaf = str | int | float | bool | None | _Missing


@dataclass(frozen=True, slots=True)
class Input:
    """A value, with the words it was written in (a variable stays `$name` in them)."""

    text: str
    value: Leaf | list[Input] | dict[str, Input]


def from_json(value: object) -> Input:
    """A value that came as a variable. Objects are read in the order of their keys."""
    if is_object(value):
        fields = {key: from_json(value[key]) for key in sorted(value)}
        return Input(_object_text(fields), fields)
    if is_array(value):
        items = [from_json(item) for item in value]
        return Input(_list_text(items), items)
    if value is None or isinstance(value, str | int | float):
        return Input(json.dumps(value, ensure_ascii=False), value)
    raise TypeError(f"not a JSON value: {type(value).__name__}")


def from_node(node: ValueNode, variables: Mapping[str, Input]) -> Input:
    """A value of the document, variables filled in."""
    match node:
        case VariableNode():
            given = variables.get(node.name.value)
            return Input(f"${node.name.value}", MISSING if given is None else given.value)
        case ObjectValueNode():
            fields = {field.name.value: from_node(field.value, variables) for field in node.fields}
            return Input(_object_text(fields), fields)
        case ListValueNode():
            items = [from_node(item, variables) for item in node.values]
            return Input(_list_text(items), items)
        case EnumValueNode():
            return Input(node.value, EnumName(node.value))
        case StringValueNode():
            return from_json(node.value)
        case BooleanValueNode():
            return from_json(node.value)
        case IntValueNode():
            return from_json(int(node.value))
        case FloatValueNode():
            return from_json(float(node.value))
        case NullValueNode():
            return from_json(None)
        case _:
            raise TypeError(f"not a value: {node.kind}")


def _object_text(fields: Mapping[str, Input]) -> str:
    return "{" + ", ".join(f"{name}: {field.text}" for name, field in fields.items()) + "}"


def _list_text(items: list[Input]) -> str:
    return "[" + ", ".join(item.text for item in items) + "]"


def is_valid(given: Input, wanted: object, uploads: frozenset[str]) -> bool:
    """Whether the value may be given for the type; a missing one never is the value's fault."""
    value = given.value
    if value is MISSING:
        return True
    if is_non_null(wanted):
        return value is not None and is_valid(given, inner_type(wanted), uploads)
    if value is None:
        return True
    if is_list(wanted):
        items = value if isinstance(value, list) else [given]
        return all(is_valid(item, inner_type(wanted), uploads) for item in items)
    if isinstance(wanted, GraphQLInputObjectType):
        return isinstance(value, dict) and all(
            is_valid_field(name, item, wanted, uploads) for name, item in value.items()
        )
    if isinstance(wanted, GraphQLEnumType):
        return isinstance(value, str) and value in wanted.values
    return isinstance(wanted, GraphQLScalarType) and _is_scalar(value, wanted.name, uploads)


def is_valid_field(
    name: str, given: Input, parent: GraphQLInputObjectType, uploads: frozenset[str]
) -> bool:
    """Whether `parent` has a field of that name, and the value fits it."""
    known = schema_names(parent).get(underscore(name))
    return known is not None and is_valid(given, type_of(parent.fields[known]), uploads)


def _is_scalar(value: object, scalar: str, uploads: frozenset[str]) -> bool:
    if isinstance(value, EnumName):
        return False
    if isinstance(value, bool):
        return scalar == "Boolean"
    if isinstance(value, int):
        return scalar == "ID" or (scalar == "Int" and -_INT_LIMIT <= value < _INT_LIMIT)
    if scalar == "Upload":
        return value in uploads
    return isinstance(value, str) and scalar in {"String", "ID"}


def complaints(given: Input, wanted: object, uploads: frozenset[str]) -> list[str]:
    """What is wrong inside of a value that is not valid, a line each."""
    wanted = inner_type(wanted) if is_non_null(wanted) else wanted
    if not isinstance(wanted, GraphQLInputObjectType) or not isinstance(given.value, dict):
        return []
    found: list[str] = []
    for name, item in given.value.items():
        if is_valid_field(name, item, wanted, uploads):
            continue
        known = schema_names(wanted).get(underscore(name))
        if known is None:
            suggestions = did_you_mean(alike(map(underscore, wanted.fields), name))
            found.append(f'In field "{name}": Unknown field.{suggestions}')
            continue
        kind = type_of(wanted.fields[known])
        found.append(f'In field "{name}": Expected type "{kind}", found {item.text}.')
        found += complaints(item, kind, uploads)
    return found


def rename_fields(value: object, wanted: object) -> object:
    """The JSON value with its objects' keys spelled as in the schema."""
    wanted = named_type(wanted)
    if is_array(value):
        return [rename_fields(item, wanted) for item in value]
    if not isinstance(wanted, GraphQLInputObjectType) or not is_object(value):
        return value
    names = schema_names(wanted)
    renamed: dict[str, object] = {}
    for key, item in value.items():
        known = names[underscore(key)]
        renamed[known] = rename_fields(item, type_of(wanted.fields[known]))
    return renamed
