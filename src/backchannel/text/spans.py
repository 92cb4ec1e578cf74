"""The pieces of a text that lose their sense when they are cut: code, links, URLs, emotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["EMOTE", "URL", "Span", "whole_spans"]

Span = tuple[int, int]

URL = r"(?:https?|ftps?|wss?)://\S+"
EMOTE = r":[\w+.-]++:"

_URL = re.compile(rf"(?i){URL}")
_EMOTE = re.compile(EMOTE)
# Possessive, so that a text of brackets takes no more time than any other.
_LINK = re.compile(r"!?\[[^\[\]\n]*+\]\([^\s()]*+(?:\([^\s()]*+\)[^\s()]*+)*+\)")
_BACKTICKS = re.compile("`+")
_FENCE = 3


def whole_spans(text: str, fits: Callable[[int, int], bool]) -> list[Span]:
    """The spans that are to stay whole, in order, none over another.

    Code comes first, then links, URLs and emotes: what lies in an earlier kind is not looked at
    again. A span that does not fit is none, so that what lies in it may be one.

    Args:
        text: the text.
        fits: whether what lies between two offsets fits into a part.
    """
    spans: list[Span] = []
    for find in (_code, _matches(_LINK), _matches(_URL), _matches(_EMOTE)):
        found = [
            span
            for start, end in _gaps(spans, len(text))
            for span in find(text, start, end)
            if fits(*span)
        ]
        spans = sorted(spans + found)
    return spans


def _gaps(spans: list[Span], end: int) -> Iterator[Span]:
    at = 0
    for start, stop in spans:
        if at < start:
            yield at, start
        at = stop
    if at < end:
        yield at, end


def _matches(pattern: re.Pattern[str]) -> Callable[[str, int, int], Iterator[Span]]:
    return lambda text, start, end: (found.span() for found in pattern.finditer(text, start, end))


def _code(text: str, start: int, end: int) -> Iterator[Span]:
    """From each run of backticks to the next one as long; short ones end with their line."""
    runs = [found.span() for found in _BACKTICKS.finditer(text, start, end)]
    closings: list[int | None] = [None] * len(runs)
    nearest: dict[int, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        closings[index] = nearest.get(length)
        nearest[length] = index
    index = 0
    while index < len(runs):
        opened, closing = runs[index], closings[index]
        index += 1
        if closing is not None and _is_code(text, opened, runs[closing]):
            yield opened[0], runs[closing][1]
            index = closing + 1


def _is_code(text: str, opened: Span, closed: Span) -> bool:
    is_fence = opened[1] - opened[0] >= _FENCE
    return is_fence or "\n" not in text[opened[1] : closed[0]]
