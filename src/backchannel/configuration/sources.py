"""Values with their sources, and which source wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import msgspec

from backchannel.configuration.secrets import Command, Entry, Origin, Text
from backchannel.configuration.settings import SPELLINGS, Settings
from backchannel.errors import ConfigurationError

__all__ = [
    "SERVER_NAME",
    "SERVER_NAME_RULE",
    "Layer",
    "Sourced",
    "as_layer",
    "from_variables",
    "strongest",
]


SERVER_NAME = re.compile(r"[A-Za-z0-9._-]+")
SERVER_NAME_RULE = "a server's name is of letters, digits, dots, hyphens and underscores"


class Sourced(msgspec.Struct, frozen=True):
    """A value and where it was set.

    Attributes:
        value: the value; of a secret, where it is had from.
        source: where it was set, for messages.
    """

    value: object
    source: str


Layer = Mapping[str, Sourced]
"""What one source sets, by name; a secret has one name however it is spelled."""


def as_layer(settings: Settings, sources: Mapping[str, str]) -> dict[str, Sourced]:
    """What a source sets.

    Args:
        settings: what it sets.
        sources: where it sets each name.

    Raises:
        ConfigurationError: a secret in two spellings, or an entry of a keyring without a slash.
    """
    layer: dict[str, Sourced] = {}
    spelled = {name + ending: name for name in settings.secrets for ending in SPELLINGS}
    for key, value in settings.given().items():
        name = spelled.get(key)
        if name is None:
            layer[key] = Sourced(value, sources[key])
            continue
        if name in layer:
            raise ConfigurationError(
                f"{sources[key]}: give one of these: it is set by {layer[name].source} too"
            )
        layer[name] = Sourced(_origin(value, key, sources[key]), sources[key])
    return layer


def from_variables(
    kind: type[Settings], prefix: str, variables: Mapping[str, str]
) -> dict[str, Sourced]:
    """What the environment sets: texts only. Empty variables are not set.

    Args:
        kind: the settings that can be set.
        prefix: what the variables' names begin with.
        variables: the environment.
    """
    layer: dict[str, Sourced] = {}
    for name in _texts(kind):
        variable = prefix + name.upper()
        if value := variables.get(variable):
            kept = Text(value) if name in kind.secrets else value
            layer[name] = Sourced(kept, f"the environment variable {variable}")
    return layer


def strongest(kind: type[Settings], layers: Iterable[Layer]) -> dict[str, Sourced]:
    """The values that hold: each name's of the first layer that sets it.

    A layer that sets one kind of credential puts aside the other kinds of the layers behind it, so
    that a token in the environment replaces an application in the file.
    """
    held: dict[str, Sourced] = {}
    for layer in layers:
        barred = {other for name in held for other in kind.excludes.get(name, ())}
        for name, sourced in layer.items():
            if name not in barred:
                held.setdefault(name, sourced)
    return held


def _origin(value: object, key: str, source: str) -> Origin:
    if isinstance(value, tuple):
        words = cast("tuple[str, ...]", value)
        if not words or not words[0]:
            raise ConfigurationError(f"{source}: a command needs a program")
        return Command(words)
    text = str(value)
    if key.endswith("_keyring"):
        service, _, name = text.partition("/")
        if not service or not name:
            raise ConfigurationError(f"{source}: an entry of the keyring is written service/name")
        return Entry(service, name)
    return Text(text)


def _texts(kind: type[Settings]) -> Iterator[str]:
    for field in msgspec.structs.fields(kind):
        if field.type == str | None and not field.name.endswith("_keyring"):
            yield field.name
