"""The file: where it is, and what it sets, each value with its place."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeGuard

import msgspec

from backchannel.configuration.secrets import Command, Text
from backchannel.configuration.settings import GlimeshSettings, RocketChatSettings, Settings
from backchannel.configuration.sources import SERVER_NAME, SERVER_NAME_RULE, Sourced, as_layer
from backchannel.errors import ConfigurationError
from backchannel.toml import Keys, find_key, mistake, place_at

__all__ = ["CONFIG_VARIABLE", "ConfigFile", "find_file", "read_file", "user_folder"]

CONFIG_VARIABLE: Final = "BACKCHANNEL_CONFIG"
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class ConfigFile(msgspec.Struct, frozen=True):
    """What a file sets.

    Attributes:
        glimesh: what its table `[glimesh]` sets.
        rocketchat: what its tables `[rocketchat]` and `[rocketchat.<name>]` set, by name; "" is
            the first.
    """

    glimesh: Mapping[str, Sourced] = {}
    rocketchat: Mapping[str, Mapping[str, Sourced]] = {}


def find_file(path: str | os.PathLike[str] | None, variables: Mapping[str, str]) -> Path | None:
    """The file to read: the one given, that of BACKCHANNEL_CONFIG, or the user's, if there is one.

    The user's is `backchannel/config.toml` in XDG_CONFIG_HOME or `~/.config`; on Windows in
    APPDATA.
    """
    chosen = path if path is not None else variables.get(CONFIG_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    usual = user_folder(variables) / "config.toml"
    return usual if usual.exists() else None


def user_folder(variables: Mapping[str, str]) -> Path:
    """The folder of the user's settings: `backchannel` in XDG_CONFIG_HOME, `~/.config`, APPDATA."""
    folder = variables.get("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME", "")
    # A relative one is to be ignored, says the specification.
    base = Path(folder) if Path(folder).is_absolute() else Path.home() / ".config"
    return base / "backchannel"


def read_file(path: Path) -> ConfigFile:
    """Read a file.

    Raises:
        ConfigurationError: it cannot be read, is not TOML, sets what cannot be set, or holds a
            secret that others may read. It names file, line, column and key, and no value.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or error}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    if text is None:
        # Outside, because the error's own attributes hold the file.
        raise ConfigurationError(f"{path}: not UTF-8")
    reader = _Reader(path, text)
    found = reader.read()
    _check_mode(path, mode, found)
    return found


class _Reader:
    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._problems: list[str] = []

    def read(self) -> ConfigFile:
        tables = self._tables()
        self._refuse_unknown((), tables, ("glimesh", "rocketchat"))
        glimesh = self._layer(("glimesh",), tables.get("glimesh", {}), GlimeshSettings)
        rocketchat = dict(self._servers(tables.get("rocketchat", {})))
        if self._problems:
            raise ConfigurationError("\n".join(self._problems))
        return ConfigFile(glimesh, rocketchat)

    def _tables(self) -> Mapping[str, object]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            message, (line, column) = mistake(self._text, error)
        except RecursionError:
            message, line, column = "nested too deeply", 1, 1
        raise ConfigurationError(f"{self._path}:{line}:{column}: {message}")

    def _servers(self, table: object) -> Iterator[tuple[str, Mapping[str, Sourced]]]:
        """`[rocketchat]` holds the settings of one server, and tables of others."""
        if not _is_table(table):
            self._problem(("rocketchat",), "must be a table")
            return
        known = _names(RocketChatSettings)
        servers = [key for key, value in table.items() if _is_table(value) and key not in known]
        rest = {key: value for key, value in table.items() if key not in servers}
        if rest:
            yield "", self._layer(("rocketchat",), rest, RocketChatSettings)
        for name in servers:
            if not SERVER_NAME.fullmatch(name):
                self._problem(("rocketchat", name), SERVER_NAME_RULE)
            yield name, self._layer(("rocketchat", name), table[name], RocketChatSettings)

    def _layer(self, keys: Keys, table: object, kind: type[Settings]) -> Mapping[str, Sourced]:
        if not _is_table(table):
            self._problem(keys, "must be a table")
            return {}
        known = _names(kind)
        before = len(self._problems)
        self._refuse_unknown(keys, table, known)
        for key, value in table.items():
            if key in known:
                self._check_type(keys, key, value, kind)
        if len(self._problems) > before:
            return {}
        settings = msgspec.convert(table, kind)
        if isinstance(settings, GlimeshSettings) and settings.token_file is not None:
            beside = self._path.parent / Path(settings.token_file).expanduser()
            settings = msgspec.structs.replace(settings, token_file=str(beside))
        try:
            return as_layer(settings, {key: self._place((*keys, key)) for key in table})
        except ConfigurationError as error:
            self._problems.append(str(error))
            return {}

    def _check_type(self, keys: Keys, key: str, value: object, kind: type[Settings]) -> None:
        if value == "":
            self._problem((*keys, key), "is empty")
            return
        try:
            msgspec.convert({key: value}, kind)
        except msgspec.ValidationError as error:
            # Its message tells types, and no value.
            message = str(error).partition(" - at ")[0].replace(" | null", "")
            self._problem((*keys, key), message.replace("Expected", "expected"))

    def _refuse_unknown(
        self, keys: Keys, table: Mapping[str, object], known: Sequence[str]
    ) -> None:
        for key in table:
            if key not in known:
                self._problem((*keys, key), f"unknown key.{_suggestion(key, known)}")

    def _problem(self, keys: Keys, message: str) -> None:
        self._problems.append(f"{self._place(keys)}: {message}")

    def _place(self, keys: Keys) -> str:
        offset = find_key(self._text, keys)
        name = ".".join(keys)
        if offset is None:
            return f"{self._path}: {name}"
        line, column = place_at(self._text, offset)
        return f"{self._path}:{line}:{column}: {name}"


def _check_mode(path: Path, mode: int, found: ConfigFile) -> None:
    """Refuse a file whose secrets others may read, or whose commands others may write."""
    if os.name != "posix":
        return  # Windows has no such modes; its folders of users are closed to others
    for layer in (found.glimesh, *found.rocketchat.values()):
        for sourced in layer.values():
            if isinstance(sourced.value, Text) and mode & _READABLE_BY_OTHERS:
                reason = "is a secret, and others may use the file"
            elif isinstance(sourced.value, Command) and mode & _WRITABLE_BY_OTHERS:
                reason = "is a command, and others may write the file"
            else:
                continue
            raise ConfigurationError(
                f"{sourced.source}: {reason} (mode {stat.S_IMODE(mode):04o}): chmod 600 {path}"
            )


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _names(kind: type[Settings]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind))


def _suggestion(key: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1)
    return f" Did you mean {near[0]}?" if near else f" There are {', '.join(known)}"
