"""How long a text may be, in the unit by which its platform counts."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from itertools import accumulate

import msgspec

__all__ = ["TextLimit", "Unit"]

_LAST_OF_ONE_UNIT = "\uffff"


class Unit(enum.Enum):
    """What a platform counts."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 code units"


class TextLimit(msgspec.Struct, frozen=True):
    """The longest text of a message.

    Attributes:
        maximum: how many units.
        unit: what is counted.
    """

    maximum: int
    unit: Unit

    def offsets(self, text: str) -> Sequence[int]:
        """How many units stand before each character of the text, and before its end."""
        if self.unit is Unit.CODE_POINTS or text.isascii():
            return range(len(text) + 1)
        return list(accumulate((1 + (char > _LAST_OF_ONE_UNIT) for char in text), initial=0))

    def __str__(self) -> str:
        return f"{self.maximum:,} {self.unit.value}"
