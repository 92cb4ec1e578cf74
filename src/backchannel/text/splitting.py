"""Long texts, cut into parts that a platform takes."""

from __future__ import annotations

import enum
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from backchannel.errors import InvalidInput
from backchannel.text.graphemes import clusters
from backchannel.text.limits import TextLimit
from backchannel.text.spans import whole_spans

__all__ = ["MAX_PARTS", "split_text"]

MAX_PARTS = 10
"""How many parts a text is cut into at most, unless the caller says otherwise."""

_BLANKS = re.compile(r"\s+")
_VISIBLE = re.compile(r"\S")
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*\s+|[。！？]["'”’）」』]*\s*""")  # noqa: RUF001
_LINE_END = re.compile(r"\n|\r(?!\n)")


class _End(enum.IntEnum):
    """What ends at an offset of the text; the higher, the better a place to cut it."""

    NOTHING = 0  # inside of what stays whole
    CHARACTER = 1
    WORD = 2
    SENTENCE = 3
    LINE = 4


def split_text(text: str, limit: TextLimit, *, max_parts: int = MAX_PARTS) -> tuple[str, ...]:
    """Cut a text into parts that fit into messages. Joined, the parts are the text.

    A part ends with a line or else a sentence, if one ends in its second half; else with a word;
    else, in a word that is longer than a part, with a character. A part is never cut inside of
    code between backticks, a link, a URL, an emote (`:name:`) or a character of several code
    points, unless that alone is longer than a part: then it is text as any other, a block of code
    cut at its lines, and no fence is added. No part is blank: blanks between two parts stay with
    one of them.

    Args:
        text: the text.
        limit: the longest part.
        max_parts: how many parts at most.

    Returns:
        The parts, in order; the text itself if it fits.

    Raises:
        InvalidInput: the text is blank, needs more parts, or holds so many blanks in a row that a
            part would be blank.
    """
    _check_numbers(limit, max_parts)
    if not text.strip():
        raise InvalidInput("text", limit="must not be blank", given=repr(text[:20]))
    units = limit.offsets(text)
    if units[-1] <= limit.maximum:
        return (text,)
    # Before a long text is looked at any closer.
    if units[-1] > limit.maximum * max_parts:
        _refuse(units[-1], limit, max_parts)
    ends = _rank(text, units, limit.maximum)
    _strike_out_dead_ends(text, units, limit.maximum, ends)
    if ends[0] == _End.NOTHING:
        blanks = max(len(run[0]) for run in _BLANKS.finditer(text))
        raise InvalidInput(
            "text",
            limit=f"must allow of parts of at most {limit} that are not blank",
            given=f"{blanks:,} blanks in a row",
        )
    parts: list[str] = []
    for part in _parts(text, units, limit.maximum, ends):
        if len(parts) == max_parts:
            _refuse(units[-1], limit, max_parts)
        parts.append(part)
    return tuple(parts)


def _check_numbers(limit: TextLimit, max_parts: int) -> None:
    for name, number in (("limit", limit.maximum), ("max_parts", max_parts)):
        if number < 1:
            raise InvalidInput(name, limit="must be 1 or more", given=str(number))


def _refuse(given: int, limit: TextLimit, max_parts: int) -> None:
    raise InvalidInput(
        "text",
        limit=f"at most {max_parts:,} parts of at most {limit}, cut at words where that can be",
        given=f"{given:,} {limit.unit.value}",
    )


def _rank(text: str, units: Sequence[int], maximum: int) -> bytearray:
    """What ends at each offset."""
    ends = bytearray([_End.CHARACTER]) * (len(text) + 1)

    def fits(start: int, end: int) -> bool:
        return units[end] - units[start] <= maximum

    for start, end in clusters(text):
        if fits(start, end):
            ends[start + 1 : end] = bytes(end - start - 1)
    for start, end in whole_spans(text, fits):
        ends[start] = ends[end] = _End.CHARACTER
        ends[start + 1 : end] = bytes(end - start - 1)
    for pattern, rank in (
        (_BLANKS, _End.WORD),
        (_SENTENCE_END, _End.SENTENCE),
        (_LINE_END, _End.LINE),
    ):
        for found in pattern.finditer(text):
            if ends[found.end()] != _End.NOTHING:
                ends[found.end()] = rank
    return ends


def _strike_out_dead_ends(text: str, units: Sequence[int], maximum: int, ends: bytearray) -> None:
    """Take out the offsets behind which the rest cannot be cut into parts that are not blank.

    From an offset, a part must reach over the first piece that is not blank to an offset that is
    itself no dead end; the nearest such must be near enough.
    """
    nearest: int | None = len(text)  # the first offset behind that is no dead end
    target: int | None = None  # the first such behind the next visible piece
    after = len(text)
    for offset in range(len(text) - 1, -1, -1):
        if ends[offset] == _End.NOTHING:
            continue
        if not text[offset:after].isspace():
            target = nearest
        after = offset
        if target is None or units[target] - units[offset] > maximum:
            ends[offset] = _End.NOTHING
        else:
            nearest = offset


def _parts(text: str, units: Sequence[int], maximum: int, ends: bytearray) -> Iterator[str]:
    start = 0
    while units[-1] - units[start] > maximum:
        last = bisect_right(units, units[start] + maximum) - 1
        half = bisect_left(units, units[start] + (maximum + 1) // 2)
        visible = _VISIBLE.search(text, start)
        assert visible is not None, "no part begins where the rest is blank"
        end = _best(ends, visible.end(), half, last)
        yield text[start:end]
        start = end
    yield text[start:]


def _best(ends: bytearray, first: int, half: int, last: int) -> int:
    for rank, begin in (
        (_End.LINE, max(first, half)),
        (_End.SENTENCE, max(first, half)),
        (_End.WORD, first),
        (_End.CHARACTER, first),
    ):
        end = max(ends.rfind(each, begin, last + 1) for each in range(rank, _End.LINE + 1))
        if end >= 0:
            return end
    raise AssertionError("dead ends are struck out")
