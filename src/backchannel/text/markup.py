"""What a text means, from one platform's markup to the other's. The table is docs/text.md.

Plain text becomes Markdown that shows the same characters, and comes back as it was. Markdown
becomes plain text that reads the same; its emphasis, and what kind of thing was code or a heading,
is lost.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping

from backchannel.text.emphasis import Marker, without_pairs
from backchannel.text.spans import EMOTE, URL

__all__ = ["Markup", "translate"]

# Between two characters that together would be markup, and that no backslash takes apart, stands a
# character without width. Of several in a row one is ours.
_BREAK = "\u2060"
_LINK_MIDDLE = re.compile(rf"\](?={_BREAK}*\()")
_BROKEN_LINK_MIDDLE = re.compile(rf"\]{_BREAK}(?={_BREAK}*\()")
_SPOILER = re.compile(rf"\|(?={_BREAK}*\|)")
_BROKEN_SPOILER = re.compile(rf"\|{_BREAK}(?={_BREAK}*\|)")
_ANGLE_INSIDE = rf"(?=t:|{_BREAK}|[^\s<>|]++\|)"
_ANGLE = re.compile(rf"<{_ANGLE_INSIDE}")
_BROKEN_ANGLE = re.compile(rf"<{_BREAK}{_ANGLE_INSIDE}")
_BREAKS = ((_LINK_MIDDLE, "]"), (_SPOILER, "|"), (_ANGLE, "<"))
_BROKEN = ((_BROKEN_LINK_MIDDLE, "]"), (_BROKEN_SPOILER, "|"), (_BROKEN_ANGLE, "<"))

# What Rocket.Chat takes a backslash from, so a backslash before these needs one of its own.
_ESCAPABLE = r"[*_~`#.]"
_PLAIN_PIECE = re.compile(
    rf"""(?xim)
    (?P<url> {URL} )
    | (?P<emote> {EMOTE} )
    | (?P<special> [*_~`] | (?<=\\)[\#.] | ^\#(?=\#{{0,3}}[ \t]) )
    """
)
_MARKDOWN_PIECE = re.compile(
    rf"""(?xim)
    ```[\w .-]*+\r?\n (?P<block> (?s:.*?) ) (?:\r?\n)?```
    | (?P<ticks>`{{1,3}}) (?P<code>[^`\n]++) (?P=ticks)
    | \\(?P<escaped>{_ESCAPABLE})
    | !?\[ (?P<text>[^\[\]\n]*+) \]\( (?P<target> [^\s()]*+ (?:\([^\s()]*+\)[^\s()]*+)*+ ) \)
    | <(?!{_BREAK}) (?P<angle_target>[^\s<>|]++) \| (?P<angle_text>[^<>|\n]++) >
    | (?P<url> {URL} )
    | (?P<emote> {EMOTE} )
    | (?P<heading> ^\#{{1,4}}[ \t]++ )
    | (?P<marker> \*++ | _++ | ~++ | \|\| )
    | (?P<line> \n )
    """
)
# What Rocket.Chat does not take for the end of a URL.
_URL_END = ".,!%~*\"':;()=_|"
_MARKER = re.compile(r"\*+|_+|~+|\|\||[^*_~|]+|\|")


class Markup(enum.Enum):
    """How a platform reads a text."""

    PLAIN = "plain"
    """Glimesh: the text as it is, with emotes as `:name:`."""
    MARKDOWN = "markdown"
    """Rocket.Chat: its kind of Markdown, with emoji as `:name:`."""


def translate(
    text: str, *, source: Markup, target: Markup, emotes: Mapping[str, str] | None = None
) -> str:
    """Write a text in the markup of another platform.

    From PLAIN to MARKDOWN and back it is the text itself. In the other direction emphasis,
    spoilers, headings and code lose their marks, and a link becomes `text (URL)`. Mentions, lists,
    quotes and Unicode emoji are the same in both.

    Args:
        text: the text.
        source: the markup it is written in.
        target: the markup to write it in.
        emotes: names of emotes (without colons) by those of the source that are called otherwise
            in the target; all others keep their names. Lossless only if no text of the source
            uses a name that this gives to another.
    """
    names: Mapping[str, str] = emotes or {}
    match source, target:
        case Markup.PLAIN, Markup.MARKDOWN:
            return _to_markdown(text, names)
        case Markup.MARKDOWN, Markup.PLAIN:
            return _unbroken(_to_plain(text, names))
        case _:
            return re.sub(EMOTE, lambda found: _renamed(found[0], names), text) if names else text


def _to_markdown(text: str, names: Mapping[str, str]) -> str:
    for pattern, char in _BREAKS:
        text = pattern.sub(char + _BREAK, text)
    return _PLAIN_PIECE.sub(lambda found: _escaped(found, names), text)


def _escaped(found: re.Match[str], names: Mapping[str, str]) -> str:
    match found.lastgroup:
        case "special":
            return "\\" + found[0]
        case "emote":
            return _renamed(found[0], names)
        case _:
            return found[0]


def _unbroken(text: str) -> str:
    for pattern, char in _BROKEN:
        text = pattern.sub(char, text)
    return text


def _to_plain(text: str, names: Mapping[str, str]) -> str:
    return "".join(without_pairs(_pieces(text, names)))


def _pieces(text: str, names: Mapping[str, str]) -> Iterator[str | Marker]:
    """The text in pieces: text that stands as it is, and marks of which pairs are emphasis."""
    at = 0
    for found in _MARKDOWN_PIECE.finditer(text):
        yield text[at : found.start()]
        at = found.end()
        match found.lastgroup:
            case "block" | "code" | "escaped":
                yield found[found.lastgroup]
            case "target":
                yield _linked(_to_plain(found["text"], names), found["target"])
            case "angle_text":
                yield _linked(found["angle_text"], found["angle_target"])
            case "emote":
                yield _renamed(found[0], names)
            case "heading":
                yield ""
            case "marker":
                before, after = text[found.start() - 1 : found.start()], text[at : at + 1]
                yield Marker.between(found[0], before, after)
            case "url":
                yield from _url(found[0])
            case _:
                yield found[0]
    yield text[at:]


def _url(word: str) -> Iterator[str | Marker]:
    """A URL, and behind it what may end emphasis around it."""
    url = word.rstrip(_URL_END)
    yield url
    for found in _MARKER.finditer(word, len(url)):
        mark = found[0]
        is_marker = mark == "||" or mark[0] in "*_~"
        yield Marker(mark, opens=False, closes=True) if is_marker else mark


def _linked(text: str, target: str) -> str:
    return target if text in ("", target) else f"{text} ({target})"


def _renamed(emote: str, names: Mapping[str, str]) -> str:
    name = emote[1:-1]
    return f":{names.get(name, name)}:"
