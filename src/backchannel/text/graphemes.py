"""What a reader takes for one character: extended grapheme clusters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LINE_END = re.compile("\r\n")
_JOINERS = "\u200c\u200d"
_ZERO_WIDTH_JOINER = "\u200d"
_MARKS = frozenset({"Mn", "Me", "Mc"})
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_HIGH_SURROGATES = range(0xD800, 0xDC00)
_LOW_SURROGATES = range(0xDC00, 0xE000)
# Conjoining jamo: leading consonants, vowels, trailing consonants; and whole syllables.
_LEADING = (range(0x1100, 0x1160), range(0xA960, 0xA97D))
_VOWELS = (range(0x1160, 0x11A8), range(0xD7B0, 0xD7C7))
_TRAILING = (range(0x11A8, 0x1200), range(0xD7CB, 0xD7FC))
_SYLLABLES = range(0xAC00, 0xD7A4)
_TRAILING_COUNT = 28


def clusters(text: str) -> Iterator[tuple[int, int]]:
    """Where the clusters of several code points begin and end, in order.

    Combining marks, joiners, flags, skin tones, jamo and CRLF are one with what precedes them.
    That is the Unicode rule but for conjuncts of India and prepended marks, which the standard
    library's tables do not tell; and whatever stands behind a zero width joiner belongs to it.
    Half a surrogate pair is one with its other half.
    """
    if text.isascii():
        yield from (found.span() for found in _LINE_END.finditer(text))
        return
    start = 0
    flags = 0
    previous = ""
    for offset, char in enumerate(text):
        flags = flags + 1 if ord(char) in _FLAG_LETTERS else 0
        if not (previous and (_joins(previous, char) or (flags and flags % 2 == 0))):
            if offset - start > 1:
                yield start, offset
            start = offset
        previous = char
    if len(text) - start > 1:
        yield start, len(text)


def _joins(previous: str, char: str) -> bool:
    if char < "\u0300":
        return previous == _ZERO_WIDTH_JOINER or (previous == "\r" and char == "\n")
    code = ord(char)
    return (
        previous == _ZERO_WIDTH_JOINER
        or char in _JOINERS
        or unicodedata.category(char) in _MARKS
        or code in _SKIN_TONES
        or code in _TAGS
        or (code in _LOW_SURROGATES and ord(previous) in _HIGH_SURROGATES)
        or _joins_jamo(ord(previous), code)
    )


def _joins_jamo(previous: int, code: int) -> bool:
    if _among(_LEADING, previous):
        return _among(_LEADING, code) or _among(_VOWELS, code) or code in _SYLLABLES
    open_syllable = previous in _SYLLABLES and (previous - _SYLLABLES.start) % _TRAILING_COUNT == 0
    if open_syllable or _among(_VOWELS, previous):
        return _among(_VOWELS, code) or _among(_TRAILING, code)
    return _among(_TRAILING, code) and (previous in _SYLLABLES or _among(_TRAILING, previous))


def _among(ranges: tuple[range, ...], code: int) -> bool:
    return any(code in each for each in ranges)
