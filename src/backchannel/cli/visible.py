"""Text of others, made fit for a terminal.

What somebody wrote in a chat may hold sequences that move the cursor, set the window's title or
turn the order of characters around. Such characters are shown, not obeyed.
"""

from __future__ import annotations

import re

# Controls (C0, DEL, C1), surrogates, separators of lines, and what changes direction or hides.
# Joiners stay: emoji and several scripts are written with them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""The text on one line, with characters that cannot be seen as escapes: `\x1b`, `\u202e`."""
    return _UNSEEN.sub(_escape, text)


def visible_lines(text: str) -> list[str]:
    """The lines of a text, each made visible; at least one."""
    return [visible(line) for line in text.replace("\r\n", "\n").split("\n")]


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
