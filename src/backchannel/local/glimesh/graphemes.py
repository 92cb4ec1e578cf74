"""Counting what a reader takes for one character."""

from __future__ import annotations

from backchannel.text.graphemes import clusters


def graphemes(text: str) -> int:
    """The number of extended grapheme clusters in `text`."""
    return len(text) - sum(end - start - 1 for start, end in clusters(text))
