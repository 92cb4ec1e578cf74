"""From all sources to accounts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from backchannel.configuration.accounts import Account, GlimeshAccount, RocketChatAccount
from backchannel.configuration.file import ConfigFile, find_file, read_file
from backchannel.configuration.logins import read_logins, with_login
from backchannel.configuration.settings import GlimeshSettings, RocketChatSettings, Settings
from backchannel.configuration.sources import (
    SERVER_NAME,
    SERVER_NAME_RULE,
    Layer,
    as_layer,
    from_variables,
    strongest,
)
from backchannel.errors import ConfigurationError

__all__ = ["Configuration", "load_configuration"]


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts of a program.

    Attributes:
        glimesh: that on Glimesh, for addresses `glimesh:…`.
        rocketchat: that for addresses `rocketchat:…`.
        servers: those on further Rocket.Chat servers, by name: `work` for `rocketchat+work:…`.
        file: the file that was read, or None if there is none.
    """

    glimesh: GlimeshAccount | None = None
    rocketchat: RocketChatAccount | None = None
    servers: Mapping[str, RocketChatAccount] = {}
    file: Path | None = None

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All of them."""
        found = (self.glimesh, self.rocketchat, *self.servers.values())
        return tuple(account for account in found if account is not None)


def load_configuration(
    path: str | os.PathLike[str] | None = None,
    *,
    glimesh: GlimeshSettings | None = None,
    rocketchat: RocketChatSettings | None = None,
    servers: Mapping[str, RocketChatSettings] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """Gather what arguments, the environment, a file and logins set; the first of them wins.

    No secret is fetched, and nothing is asked of a server: accounts do so when clients are made.

    Args:
        path: the file; None for that of BACKCHANNEL_CONFIG, else the user's own, if it is there:
            `backchannel/config.toml` in XDG_CONFIG_HOME or `~/.config` (on Windows, APPDATA).
        glimesh: what is set for Glimesh by the program.
        rocketchat: what is set for `rocketchat:…` by the program.
        servers: what is set for `rocketchat+<name>:…` by the program.
        environment: variables in place of the process's own.

    Raises:
        ConfigurationError: a source sets what cannot be set; it names the source, and no secret.
    """
    variables = os.environ if environment is None else environment
    found = find_file(path, variables)
    file = ConfigFile() if found is None else read_file(found)
    logins = read_logins(variables)
    given = {"": rocketchat or RocketChatSettings(), **(servers or {})}
    names = {**given, **file.rocketchat, **logins.rocketchat}
    named = {name: _server(name, given, variables, file, logins) for name in names}
    held = _held(
        GlimeshSettings,
        "glimesh",
        glimesh or GlimeshSettings(),
        "GLIMESH_",
        variables,
        file.glimesh,
        logins.glimesh,
    )
    first = named.pop("")
    return Configuration(
        glimesh=GlimeshAccount("glimesh", held) if held else None,
        rocketchat=first,
        servers={name: account for name, account in named.items() if account is not None},
        file=found,
    )


def _server(
    name: str,
    given: Mapping[str, RocketChatSettings],
    variables: Mapping[str, str],
    file: ConfigFile,
    logins: ConfigFile,
) -> RocketChatAccount | None:
    if name and not SERVER_NAME.fullmatch(name):
        raise ConfigurationError(f"servers: {name!r}: {SERVER_NAME_RULE}")
    shown = f"rocketchat+{name}" if name else "rocketchat"
    held = _held(
        RocketChatSettings,
        shown,
        given.get(name, RocketChatSettings()),
        _prefix(name),
        variables,
        file.rocketchat.get(name, {}),
        logins.rocketchat.get(name, {}),
    )
    return RocketChatAccount(shown, held) if held else None


def _prefix(name: str) -> str:
    """What the variables of a server begin with: ROCKETCHAT_WORK_ for `work`."""
    words = ["ROCKETCHAT", *([name] if name else [])]
    return "".join(f"{word}_".upper().replace("-", "_").replace(".", "_") for word in words)


def _held(
    kind: type[Settings],
    shown: str,
    given: Settings,
    prefix: str,
    variables: Mapping[str, str],
    filed: Layer,
    login: Layer,
) -> Layer:
    sources = {name: f"argument {shown}.{name}" for name in given.given()}
    arguments = as_layer(_checked(given, kind, shown), sources)
    held = strongest(kind, (arguments, from_variables(kind, prefix, variables), filed))
    return with_login(held, login, kind)


def _checked(given: Settings, kind: type[Settings], shown: str) -> Settings:
    """The settings with the types that they say, which making them does not look at."""
    try:
        return msgspec.convert(given.given(), kind)
    except msgspec.ValidationError as error:
        # Its message tells names and types, and no value.
        raise ConfigurationError(f"arguments of {shown}: {error}") from None
