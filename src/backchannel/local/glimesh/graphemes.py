"""Counting what a reader takes for one character."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def graphemes(text: str) -> int:
    """The number of extended grapheme clusters in `text`.

    Combining marks, joiners, flags, skin tones and CRLF are one with what precedes them. That is
    the Unicode rule but for Hangul jamo and some scripts of India, which the standard library's
    tables do not tell.
    """
    count = 0
    previous = ""
    flags = 0
    for letter in text:
        flag = ord(letter) in _REGIONAL
        flags = flags + 1 if flag else 0
        joined = previous and (
            _JOINER in {letter, previous}
            or unicodedata.category(letter) in {"Mn", "Me", "Mc"}
            or ord(letter) in _SKIN_TONES
            or (flag and flags % 2 == 0)
            or previous + letter == "\r\n"
        )
        count += not joined
        previous = letter
    return count
