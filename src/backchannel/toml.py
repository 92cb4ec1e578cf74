"""Where things stand in a TOML text, which its parser does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

Keys = tuple[str, ...]

_HEADER = re.compile(r"\s*\[\[?([^\]]*)\]")
_ASSIGNED = re.compile(r"\s*([^=#]+?)\s*=")
_KEY = re.compile(r""" "([^"]*)" | '([^']*)' | ([\w-]+) """, re.VERBOSE)
_PLACE = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)


class Place(NamedTuple):
    """A place in a text: line and column in characters, both from 1."""

    line: int
    column: int


def find_key(text: str, keys: Keys) -> int | None:
    """The offset at which a key stands; that of the nearest one around it, if it has none itself.

    Keys in inline tables have none.
    """
    while keys:
        for found, offset in key_offsets(text):
            if found[: len(keys)] == keys:
                return offset
        keys = keys[:-1]
    return None


def key_offsets(text: str) -> Iterator[tuple[Keys, int]]:
    """The keys of tables and values that stand at the head of a line, and their offsets."""
    table: Keys = ()
    offset = 0
    for line in text.splitlines(keepends=True):
        if found := _HEADER.match(line):
            table = _split(found[1])
            yield table, offset + found.start(1)
        elif found := _ASSIGNED.match(line):
            yield (*table, *_split(found[1])), offset + found.start(1)
        offset += len(line)


def place_at(text: str, offset: int) -> Place:
    """The place of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    return Place(text.count("\n", 0, offset) + 1, offset - start + 1)


def mistake(text: str, error: tomllib.TOMLDecodeError) -> tuple[str, Place]:
    """What the parser found wrong, and where: at the end of the text if it does not say."""
    found = _PLACE.fullmatch(str(error))
    if found is None:
        said = str(error).removesuffix(" (at end of document)")
        return f"not TOML: {said}", place_at(text, len(text.rstrip()))
    return f"not TOML: {found[1]}", Place(int(found[2]), int(found[3]))


def _split(dotted: str) -> Keys:
    return tuple(found[1] or found[2] or found[3] for found in _KEY.finditer(dotted))
