"""Decoding that does not lose a message over a property nobody needs.

A reply that fits its type is decoded by msgspec in one go; this is for the others. A field with a
default is given up if it does not fit, null counts as absent, and a list keeps the items that
fit; only what a type requires makes the reply malformed. Apps and old clients have stored almost
anything in attachments, and the server hands it out as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def build(raw: object, kind: type[S], path: str = "$") -> S:
    """Make a struct of plain JSON, leaving out optional parts that do not fit.

    Raises:
        msgspec.ValidationError: a required part is missing or does not fit; names the path.
    """
    if not isinstance(raw, dict):
        raise msgspec.ValidationError(f"Expected `object` at `{path}`")
    found = cast("dict[str, object]", raw)
    fields: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        try:
            fields[field.name] = _convert(
                found.get(name), field.type, f"{path}.{name}", keep_all=field.required
            )
        except msgspec.ValidationError:
            if field.required:
                raise
    return kind(**fields)


def _convert(value: object, wanted: Any, path: str, *, keep_all: bool) -> object:
    if get_origin(wanted) in {tuple, Sequence} and isinstance(value, list):
        return _convert_list(cast("list[object]", value), get_args(wanted)[0], path, keep_all)
    struct = _struct_in(wanted)
    if struct is not None:
        return build(value, struct, path)
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"{error} at `{path}`") from None


def _convert_list(
    values: list[object], wanted: Any, path: str, keep_all: bool
) -> tuple[object, ...]:
    items: list[object] = []
    for index, value in enumerate(values):
        try:
            items.append(_convert(value, wanted, f"{path}[{index}]", keep_all=keep_all))
        except msgspec.ValidationError:
            if keep_all:
                raise
    return tuple(items)


def _struct_in(wanted: Any) -> type[msgspec.Struct] | None:
    """The struct type that `wanted` is, or is the only alternative to None."""
    for choice in get_args(wanted) or (wanted,):
        if (
            choice is not NoneType
            and isinstance(choice, type)
            and issubclass(choice, msgspec.Struct)
        ):
            return choice
    return None
