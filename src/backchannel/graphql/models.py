"""What generated code is made of: results, inputs, open enums, scalars, and UNSET."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

import msgspec
from msgspec import UNSET, UnsetType

from backchannel.errors import InvalidInput
from backchannel.wire.secrets import MASK

__all__ = [
    "OTHER_TYPE",
    "UNSET",
    "Input",
    "OneOfInput",
    "OpenEnum",
    "OtherResult",
    "Result",
    "Scalar",
    "SecretInput",
    "SecretResult",
    "Unset",
    "decode_scalar",
    "parse_utc",
    "scalar",
    "serialize_naive_utc",
    "serialize_utc",
    "to_wire",
]

Unset: TypeAlias = UnsetType
"""The type of `UNSET`, the value of an argument that is left out. Left out is not null."""

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # without a zone, as what it is taken from
_EPOCH_IN_UTC = datetime(1970, 1, 1, tzinfo=UTC)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Base of generated result types. Fields that a newer server adds are ignored."""


OTHER_TYPE = "(other)"
"""Stands in `__typename` for the name of a type that is not in the schema; no type is called so."""


class OtherResult(Result, frozen=True, kw_only=True, tag=OTHER_TYPE, tag_field="__typename"):
    """Base of the classes for members of a union or interface without a class of their own.

    A newer server may have added them; of more than 20 types, they are those that the operation
    does not mention.

    Attributes:
        typename: the name of the type.
    """

    typename: str = msgspec.field(name="(typename)")


class _Masked:
    """Shows of its secret fields only that they are there."""

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]
    secret_fields: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        shown = (f"{name}={_shown(self, name)}" for name in self.__struct_fields__)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return [
            (name, MASK if name in self.secret_fields else getattr(self, name))
            for name in self.__struct_fields__
        ]


def _shown(owner: _Masked | OneOfInput, name: str) -> str:
    return MASK if name in owner.secret_fields else repr(getattr(owner, name))


class SecretResult(_Masked, Result, frozen=True, kw_only=True):
    """Base of generated result types with fields that `overrides.toml` marks as secret."""


class Input(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of generated input types. A field left UNSET is not sent; None is sent as null.

    Attributes:
        scalar_fields: the custom scalars among the fields, by Python name.
    """

    scalar_fields: ClassVar[Mapping[str, type[Scalar]]] = {}


class SecretInput(_Masked, Input, kw_only=True):
    """Base of generated input types with fields that `overrides.toml` marks as secret."""


class OneOfInput(Input, kw_only=True):
    """Base of generated input types of which exactly one field is given, and not as null."""

    secret_fields: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        given = [name for name in self.__struct_fields__ if getattr(self, name) is not UNSET]
        if len(given) != 1 or getattr(self, given[0]) is None:
            raise InvalidInput(
                type(self).__name__,
                limit=f"exactly one of {', '.join(self.__struct_fields__)}, and not None",
                given=", ".join(f"{name}={_shown(self, name)}" for name in given) or "nothing",
            )


class OpenEnum(enum.StrEnum):
    """Base of generated enums: a value unknown to this schema is kept, not refused.

    An unknown value becomes a member-like object with that value as its name, so that a reply of
    a newer server arrives whole and the value can be sent back.
    """

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown

    @property
    def is_known(self) -> bool:
        """Whether the schema that this enum was generated from has the value."""
        return self._value_ in type(self)._value2member_map_

    def __str__(self) -> str:
        return str(self._value_)


class _AnyInstance(type):
    """msgspec asks `isinstance` of what a scalar's parser returns; the parser is to be trusted."""

    def __instancecheck__(cls, instance: object) -> bool:
        return True


class Scalar(metaclass=_AnyInstance):
    """Stands, at run time, where a type checker sees the Python type of a custom scalar.

    msgspec asks our hook about types it does not know, which is how the scalar's own parser
    gets called for a type that msgspec would read in its own way (a datetime without a zone).
    """

    parse: ClassVar[Callable[[Any], object]]
    serialize: ClassVar[Callable[[Any], object]]


def scalar(name: str, parse: Callable[[Any], T], serialize: Callable[[T], object]) -> type[Scalar]:
    """Make the marker of a custom scalar.

    Args:
        name: the scalar's name in the schema.
        parse: turns the JSON value into the Python value.
        serialize: turns the Python value into the JSON value.
    """
    namespace = {"parse": staticmethod(parse), "serialize": staticmethod(serialize)}
    return cast("type[Scalar]", _AnyInstance(name, (Scalar,), namespace))


def to_wire(value: object, marker: type[Scalar] | None = None) -> object:
    """What stands for a variable's value in the JSON of a request.

    Args:
        value: a Python value: an Input, an enum, a scalar, or lists of these.
        marker: the custom scalar of the value, or of the items of the list.

    Raises:
        ValueError, ArithmeticError: a custom scalar cannot write the value.
    """
    if value is None:
        return None
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [to_wire(item, marker) for item in cast("Sequence[object]", value)]
    if marker is not None:
        return marker.serialize(value)
    if isinstance(value, Input):
        fields = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        return {
            wire_name: to_wire(given, value.scalar_fields.get(name))
            for name, wire_name in fields
            if (given := getattr(value, name)) is not UNSET
        }
    return value


def decode_scalar(marker: type[Any], value: object) -> object:
    """Msgspec's hook for decoding: call the scalar's parser."""
    if issubclass(marker, Scalar):
        try:
            return marker.parse(value)
        except ArithmeticError as error:
            # Of Decimal, or a time out of range: msgspec adds the path to a ValueError only.
            raise ValueError(f"unreadable ({type(error).__name__})") from None
    if marker is object:
        # A scalar that stays plain JSON.
        return value
    # How a hook tells msgspec that the type is none of its own.
    raise NotImplementedError(f"no way to decode {marker.__name__}")


def parse_utc(text: str) -> datetime:
    """Read an ISO 8601 time; without a zone it is UTC.

    Returns:
        A timezone-aware datetime in UTC.

    Raises:
        ValueError: the text is no such time.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        # What `replace(tzinfo=UTC)` gives, in a tenth of its time; a page holds thousands of these.
        return _EPOCH_IN_UTC + (time - _EPOCH)
    return time.astimezone(UTC)


def serialize_utc(time: datetime) -> str:
    """Write a time in ISO 8601, in UTC with a Z.

    Raises:
        ValueError: the time has no zone, so it is not known which moment is meant.
    """
    return _in_utc(time).isoformat().replace("+00:00", "Z")


def serialize_naive_utc(time: datetime) -> str:
    """Write a time as a NaiveDateTime: in UTC, without zone and fraction.

    Raises:
        ValueError: the time has no zone, so it is not known which moment is meant.
    """
    return _in_utc(time).replace(tzinfo=None, microsecond=0).isoformat()


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError(f"{time!r} has no time zone; give one, such as datetime.UTC")
    return time.astimezone(UTC)
