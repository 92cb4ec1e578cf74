"""Texts of the schema and the operations as Python literals, so that they can never be code."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable
from functools import lru_cache

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")
_LAID_OUT = re.compile(r"^(?:\s|[-*+|#>]|\d+[.)]|```)", re.MULTILINE)
_RISKY_QUOTE = re.compile(r'"(?="|\Z)')

WIDTH = 96
"""Characters to which docstrings are wrapped, indentation included."""


def literal(text: str) -> str:
    """A literal of a text: in one line, or a triple-quoted one that keeps its lines."""
    return (
        block(text) if "\n" in text else f'"{_escaped(text).replace(chr(34), chr(92) + chr(34))}"'
    )


def block(text: str) -> str:
    """A triple-quoted literal."""
    return f'"""{_quotable(text)}"""'


def docstring(text: str, indent: int) -> str:
    """A docstring statement, indented by so many spaces but for its first line."""
    text = _quotable(text.strip())
    lead = " " * indent
    first, *rest = text.split("\n")
    if not rest:
        return f'"""{first}"""'
    lines = [first, *(f"{lead}{line}".rstrip() for line in rest)]
    return '"""' + "\n".join(lines) + f'\n{lead}"""'


# Operations select the same fields again and again, with the same descriptions.
@lru_cache(maxsize=10_000)
def clean(description: str | None) -> str:
    """A description without common indentation, and without what breaks a docstring's layout."""
    return inspect.cleandoc(description or "").replace("\r", "").replace("\t", "    ")


def wrapped(text: str, width: int) -> str:
    """The text with prose filled anew; lists, tables and code keep their lines."""
    filled = (
        _wrap_lines(paragraph, width)
        if _LAID_OUT.search(paragraph)
        else _wrap_lines(" ".join(paragraph.split()), width)
        for paragraph in re.split(r"\n[ ]*\n", text)
    )
    return paragraphs(*filled)


def _wrap_lines(text: str, width: int) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line,
            width,
            subsequent_indent=line[: len(line) - len(line.lstrip())],
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def summarized(text: str, width: int) -> str:
    """The text wrapped, its first sentence a paragraph of its own if it needs several lines."""
    if len(text) <= width and "\n" not in text:
        return text
    found = _SENTENCE_END.search(text)
    if found is None or found.start() > width or "\n" in text[: found.start()]:
        return wrapped(text, width)
    return paragraphs(text[: found.start()], wrapped(text[found.end() :].strip("\n"), width))


def section(title: str, items: Iterable[tuple[str, str]], width: int) -> str:
    """A section of a docstring: `Args:`, `Attributes:`; "" without items."""
    lines: list[str] = []
    for name, description in items:
        lines += _entry(name, description, width)
    return "\n".join([f"{title}:", *lines]) if lines else ""


@lru_cache(maxsize=10_000)
def _entry(name: str, description: str, width: int) -> tuple[str, ...]:
    wrapped_lines = textwrap.wrap(
        f"{name}: {' '.join(description.split())}",
        width,
        initial_indent="    ",
        subsequent_indent="        ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return tuple(wrapped_lines)


def paragraphs(*parts: str) -> str:
    """Parts of a docstring with a blank line between them; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)


def _quotable(text: str) -> str:
    """The text for between triple quotes: no two quotes in a row, and none at the end."""
    return _RISKY_QUOTE.sub(r'\\"', _escaped(text))


def _escaped(text: str) -> str:
    # Nearly all texts are plain, and some schemas have megabytes of them.
    if "\\" not in text and text.replace("\n", "").isprintable():
        return text
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character == "\n" or character.isprintable():
        return character
    return repr(character)[1:-1]
