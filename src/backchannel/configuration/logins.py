"""What `backchannel login` keeps: a file for each account, in the form of the user's own.

It is the weakest source, and stands as a whole or not at all: a login counts only where no stronger
source names another server or another credential.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from backchannel.configuration.file import ConfigFile, read_file, user_folder
from backchannel.configuration.settings import GlimeshSettings, RocketChatSettings, Settings
from backchannel.configuration.sources import Layer, Sourced
from backchannel.errors import ConfigurationError
from backchannel.private_file import replace_file

__all__ = ["KEYRING_SERVICE", "login_file", "read_logins", "with_login", "write_login"]

KEYRING_SERVICE: Final = "backchannel"
"""Under which service the system's keyring has the secrets of logins."""


def login_file(account: str, variables: Mapping[str, str]) -> Path:
    """Where the login of an account is kept: `logins/<account>.toml` beside the user's own file.

    Raises:
        ConfigurationError: the folder cannot be made.
    """
    folder = _folder(variables)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be made: {error.strerror}") from None
    return folder / f"{account}.toml"


def write_login(account: str, settings: Settings, variables: Mapping[str, str]) -> Path:
    """Keep a login, in a file that nobody else can use.

    Args:
        account: what addresses of it begin with: `glimesh`, `rocketchat+work`.
        settings: server and credential.
        variables: the environment.

    Returns:
        The file.

    Raises:
        ConfigurationError: it cannot be written; what was there before is still there.
    """
    path = login_file(account, variables)
    try:
        replace_file(path, _toml(account, settings).encode())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    return path


def read_logins(variables: Mapping[str, str]) -> ConfigFile:
    """The logins that are kept.

    Raises:
        ConfigurationError: one of the files is not as it was written, or others may use it.
    """
    glimesh: Layer = {}
    rocketchat: dict[str, Layer] = {}
    for path in sorted(_folder(variables).glob("*.toml")):
        found = read_file(path)
        glimesh = found.glimesh or glimesh
        rocketchat |= found.rocketchat
    return ConfigFile(glimesh, rocketchat)


def with_login(held: Layer, login: Layer, kind: type[Settings]) -> Layer:
    """The values that hold, with those of a login if they do not speak against it.

    A token goes to the server that gave it and to no other, and is not taken for another user's.
    """
    for name, sourced in held.items():
        if name in _DECISIVE[kind] and not _agree(sourced, login.get(name)):
            return held
    return {**login, **held}


def _folder(variables: Mapping[str, str]) -> Path:
    return user_folder(variables) / "logins"


def _agree(one: Sourced, other: Sourced | None) -> bool:
    if other is None:
        return False
    if isinstance(one.value, str) and isinstance(other.value, str):
        return one.value.rstrip("/") == other.value.rstrip("/")
    return one.value == other.value


def _decisive(kind: type[Settings]) -> frozenset[str]:
    names = {*kind.excludes, *kind.secrets, "url"}
    return frozenset(names.union(*kind.excludes.values()))


_DECISIVE: Final[Mapping[type[Settings], frozenset[str]]] = {
    kind: _decisive(kind) for kind in (GlimeshSettings, RocketChatSettings)
}


def _toml(account: str, settings: Settings) -> str:
    platform, _, name = account.partition("+")
    table = f"{platform}.{_quoted(name)}" if name else platform
    lines = [f"{key} = {_written(value)}" for key, value in settings.given().items()]
    return "\n".join(["# Written by `backchannel login`.", f"[{table}]", *lines, ""])


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A string of TOML, whose escapes are JSON's; DEL has to be one too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
