"""Decoding members of unions and interfaces that have no class of their own.

A newer server added them, or there are many types and the operation does not mention these.

msgspec refuses an object whose `__typename` is of no member. So data is decoded closed, which is
fast, and only where a tag was refused once more: as plain JSON, in which such objects get the tag
of the member that stands for all other types (`OtherResult`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from backchannel.graphql.models import OTHER_TYPE, OtherResult, decode_scalar

if TYPE_CHECKING:
    from msgspec import inspect

T = TypeVar("T")

_TAG = "__typename"
_NAME_OF_OTHER = OtherResult.__struct_encode_fields__[0]


def decode_open(data: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode JSON.

    Raises:
        msgspec.ValidationError: it does not fit the type.
        msgspec.DecodeError: it is not JSON.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        if not _is_about_a_tag(error):
            raise
    return _convert_marked(msgspec.json.decode(data), decoder.type)


def convert_open(data: object, result: type[T]) -> T:
    """Decode plain JSON values, which stay as they are.

    Raises:
        msgspec.ValidationError: they do not fit the type.
    """
    try:
        return msgspec.convert(data, result, dec_hook=decode_scalar)
    except msgspec.ValidationError as error:
        if not _is_about_a_tag(error):
            raise
    return _convert_marked(data, result)


def _is_about_a_tag(error: msgspec.ValidationError) -> bool:
    # What else it says of a tag, that it is missing or no text, holds for any schema.
    message = str(error)
    return message.startswith("Invalid value ") and message.endswith(f".{_TAG}`")


def _convert_marked(data: object, result: type[T]) -> T:
    # Loaded only where such an object came.
    from msgspec.inspect import type_info

    return msgspec.convert(_marked(data, type_info(result)), result, dec_hook=decode_scalar)


def _marked(data: object, expected: inspect.Type) -> object:
    """A copy of the data in which objects without a class have the tag of other types."""
    from msgspec.inspect import ListType, StructType, UnionType

    kinds = expected.types if isinstance(expected, UnionType) else (expected,)
    if isinstance(data, dict):
        members = {kind.tag: kind for kind in kinds if isinstance(kind, StructType)}
        return _marked_object(cast("dict[str, object]", data), members)
    if isinstance(data, list):
        items = cast("list[object]", data)
        listed = next((kind for kind in kinds if isinstance(kind, ListType)), None)
        return items if listed is None else [_marked(item, listed.item_type) for item in items]
    return data


def _marked_object(
    data: dict[str, object], members: dict[str | int | None, inspect.StructType]
) -> object:
    name = data.get(_TAG)
    if isinstance(name, str) and name not in members and OTHER_TYPE in members:
        data = {**data, _TAG: OTHER_TYPE, _NAME_OF_OTHER: name}
        name = OTHER_TYPE
    # A class that is no member of a union has no tag.
    member = members.get(name if isinstance(name, str) else None) or members.get(None)
    if member is None:
        return data
    types = {field.encode_name: field.type for field in member.fields}
    return {
        key: _marked(value, types[key]) if key in types else value for key, value in data.items()
    }
