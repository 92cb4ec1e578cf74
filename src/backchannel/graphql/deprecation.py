"""The mark of deprecated functions and classes in generated code."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    # Checkers and editors know the mark by this name; `warnings` has it only from Python 3.13 on.
    from typing_extensions import deprecated
else:
    from collections.abc import Callable

    T = TypeVar("T")

    def deprecated(_reason: str) -> Callable[[T], T]:
        """Mark nothing: at run time this is not needed, nor is typing_extensions."""
        return lambda marked: marked


__all__ = ["deprecated"]
