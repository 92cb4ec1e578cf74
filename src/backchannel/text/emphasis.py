"""Emphasis: marks that stand in pairs around a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import msgspec

__all__ = ["Marker", "without_pairs"]

_LONGEST = 2


class Marker(msgspec.Struct, frozen=True):
    """A mark that may be one of a pair.

    Attributes:
        text: the mark.
        opens: whether a pair may begin with it.
        closes: whether a pair may end with it.
    """

    text: str
    opens: bool
    closes: bool

    @classmethod
    def between(cls, text: str, before: str, after: str) -> Self:
        """The marker between two characters ("" at the ends of the text).

        It opens before something, closes behind something, and does neither inside of a word:
        `2*3*4` and `a_b_c` are no emphasis.
        """
        short = len(text) <= _LONGEST
        return cls(
            text,
            opens=short and not before.isalnum() and after != "" and not after.isspace(),
            closes=short and not after.isalnum() and before != "" and not before.isspace(),
        )


def without_pairs(pieces: Iterable[str | Marker]) -> list[str]:
    """The pieces as text, without the marks that stand in pairs on a line.

    Args:
        pieces: texts and marks in order; a piece that holds a line's end ends all pairs.
    """
    shown: list[str] = []
    opened: dict[str, int] = {}
    for piece in pieces:
        if isinstance(piece, str):
            if "\n" in piece:
                opened.clear()
            shown.append(piece)
            continue
        begin = opened.get(piece.text)
        if begin is not None and piece.closes:
            # Those that were opened within the pair are no pairs.
            opened = {text: at for text, at in opened.items() if at < begin}
            shown[begin] = ""
            shown.append("")
            continue
        if piece.opens:
            opened.pop(piece.text, None)
            opened[piece.text] = len(shown)
        shown.append(piece.text)
    return shown
