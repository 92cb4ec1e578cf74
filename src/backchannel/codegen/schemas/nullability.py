"""How the type of a field or an argument differs from what it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import is_list_type, is_non_null_type


@dataclass(frozen=True)
class Difference:
    """How two types differ.

    Attributes:
        other: in more than nullability.
        nullable: whether a place becomes nullable, items of lists included.
        non_null: whether a place becomes non-null.
        is_safe: whether what was right for the old type is right for the new one.
    """

    other: bool
    nullable: bool
    non_null: bool
    is_safe: bool


def compare_outputs(old: Any, new: Any) -> Difference:
    """Compare types of results: what was made for the old one must be ready for the new values."""
    return _compare(old, new, of_input=False)


def compare_inputs(old: Any, new: Any) -> Difference:
    """Compare types of values that are sent: the new one must take the old values."""
    return _compare(old, new, of_input=True)


def _compare(old: Any, new: Any, *, of_input: bool) -> Difference:
    steps = list(_steps(old, new))
    other, nullable, non_null = ("other" in steps, "nullable" in steps, "non-null" in steps)
    unsafe = non_null if of_input else nullable
    return Difference(other, nullable, non_null, is_safe=not other and not unsafe)


def _steps(old: Any, new: Any) -> Iterator[str]:
    """What differs at each level of lists, from the outside in."""
    if is_non_null_type(old) and is_non_null_type(new):
        old, new = old.of_type, new.of_type
    elif is_non_null_type(old):
        yield "nullable"
        old = old.of_type
    elif is_non_null_type(new):
        yield "non-null"
        new = new.of_type
    if is_list_type(old) and is_list_type(new):
        yield from _steps(old.of_type, new.of_type)
    elif is_list_type(old) or is_list_type(new) or old.name != new.name:
        yield "other"
