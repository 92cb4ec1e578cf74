"""Replies for tests: what a server would have sent for a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import msgspec
from msgspec.inspect import CustomType, ListType, StructType, Type, UnionType, type_info

from backchannel.graphql.models import UNSET, OtherResult, Scalar

if TYPE_CHECKING:
    from backchannel.graphql.operation import Operation

T = TypeVar("T")


def reply_body(operation: Operation[T], value: T) -> bytes:
    """The body of the reply that `operation.decode` reads as the value.

    Args:
        operation: a constant of a generated package.
        value: what its function gives, such as a builder of `testing` makes.

    Raises:
        ValueError, ArithmeticError: a custom scalar cannot write what the value holds.
    """
    data = type_info(operation.result)
    if operation.root is None:
        return msgspec.json.encode({"data": _plain(value, data)})
    assert isinstance(data, StructType)
    [root] = data.fields
    return msgspec.json.encode({"data": {root.encode_name: _plain(value, root.type)}})


def _plain(value: object, expected: Type) -> object:
    """The value as plain JSON values."""
    kinds = expected.types if isinstance(expected, UnionType) else (expected,)
    if isinstance(value, msgspec.Struct):
        return _object(value, kinds)
    if isinstance(value, list):
        items = cast("list[object]", value)
        listed = next((kind for kind in kinds if isinstance(kind, ListType)), None)
        return items if listed is None else [_plain(item, listed.item_type) for item in items]
    if value is not None:
        for kind in kinds:
            if isinstance(kind, CustomType) and issubclass(kind.cls, Scalar):
                return kind.cls.serialize(value)
    return value


def _object(value: msgspec.Struct, kinds: tuple[Type, ...]) -> dict[str, object]:
    [kind] = (each for each in kinds if isinstance(each, StructType) and each.cls is type(value))
    plain: dict[str, object] = {}
    if kind.tag_field is not None:
        plain[kind.tag_field] = value.typename if isinstance(value, OtherResult) else kind.tag
    for field in kind.fields:
        given = getattr(value, field.name)
        if given is not UNSET and not (field.name == "typename" and kind.tag_field is not None):
            plain[field.encode_name] = _plain(given, field.type)
    return plain
