"""Files of settings in TOML, whose mistakes are told with their places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import msgspec
from graphql import Source

from backchannel.codegen.diagnostics import (
    CompileError,
    Diagnostic,
    at_position,
    not_utf8,
    suggestion,
)
from backchannel.toml import Keys, find_key, mistake

T = TypeVar("T", bound=msgspec.Struct)

_PATH = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)


@dataclass(frozen=True)
class TomlFile:
    """A file of settings.

    Attributes:
        path: the file, as the user named it.
        text: its contents.
        tables: what these mean.
    """

    path: str
    text: str
    tables: Mapping[str, object]

    def convert(self, kind: type[T], inside: Mapping[Keys, type[msgspec.Struct]]) -> T:
        """The settings as a Struct.

        Args:
            kind: the Struct.
            inside: the Structs of tables in it, by their keys; `*` stands for any key.

        Raises:
            CompileError: there are keys that the Structs do not have, or a value has the wrong
                type.
        """
        problems = list(self._unknown({(): kind, **inside}))
        if problems:
            raise CompileError(problems)
        try:
            return msgspec.convert(self.tables, kind)
        except msgspec.ValidationError as error:
            raise CompileError([self._invalid(str(error))]) from None

    def at_key(self, keys: Keys, message: str) -> Diagnostic:
        """A mistake at a key; at the nearest one around it where it has no place of its own."""
        found = find_key(self.text, keys)
        if found is not None:
            return at_position(Source(self.text, self.path), found, message)
        return Diagnostic(path=self.path, message=message)

    def at_text(self, value: str, message: str) -> Diagnostic:
        """A mistake at a string; at the file where the string is written in another way."""
        found = re.search(f"[\"']{re.escape(value)}[\"']", self.text)
        if found is None:
            return Diagnostic(path=self.path, message=message)
        return at_position(Source(self.text, self.path), found.start() + 1, message)

    def _unknown(self, kinds: Mapping[Keys, type[msgspec.Struct]]) -> Iterator[Diagnostic]:
        for pattern, kind in kinds.items():
            known = [each.encode_name for each in msgspec.structs.fields(kind)]
            for keys, table in _tables(self.tables, pattern):
                for key in table:
                    if key not in known:
                        message = f"unknown key {key!r}.{suggestion(key, known)}"
                        yield self.at_key((*keys, key), message)

    def _invalid(self, said: str) -> Diagnostic:
        """The diagnostic of msgspec's message, which ends with a path."""
        found = _PATH.fullmatch(said)
        if found is None:
            return Diagnostic(path=self.path, message=said)
        # Items of lists, and tables under any name, have no place of their own.
        keys = tuple(part for part in re.sub(r"\[[^\]]*\]", "", found[2]).split(".") if part)
        return self.at_key(keys, f"{found[2]}: {found[1]}")


def read_toml(path: Path) -> TomlFile:
    """Read a file of settings.

    Raises:
        CompileError: it cannot be read, or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        message = error.strerror or str(error)
        raise CompileError([Diagnostic(path=str(path), message=message)]) from None
    except UnicodeDecodeError as error:
        raise CompileError([not_utf8(str(path), error)]) from None
    try:
        return TomlFile(str(path), text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CompileError([_not_toml(path, text, error)]) from None


def _not_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> Diagnostic:
    message, (line, column) = mistake(text, error)
    lines = text.split("\n")
    return Diagnostic(
        path=str(path),
        line=line,
        column=column,
        message=message,
        excerpt=lines[line - 1].rstrip("\r") if line <= len(lines) else "",
    )


def _tables(value: object, pattern: Keys) -> Iterator[tuple[Keys, Mapping[str, object]]]:
    """The tables below a value at keys like the pattern, those in lists among them."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _tables(item, pattern)
    elif isinstance(value, dict):
        table = cast("dict[str, object]", value)
        if not pattern:
            yield (), table
            return
        for key, inner in table.items():
            if pattern[0] in ("*", key):
                for keys, found in _tables(inner, pattern[1:]):
                    yield (key, *keys), found
