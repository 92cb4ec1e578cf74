"""The system's keyring, through the package `keyring`, which is loaded when it is asked."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

from backchannel.errors import ConfigurationError


class Keyring(Protocol):
    """What is used of the package."""

    def get_password(self, service: str, username: str) -> str | None:
        """The text kept under a name, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a text under a name."""
        ...


def ask_keyring(question: Callable[[Keyring], str | None], who: str) -> str | None:
    """Ask the keyring.

    Args:
        question: what to ask it.
        who: what needs it, for messages.

    Raises:
        ConfigurationError: `keyring` is not installed, or it refuses; what it says is not shown.
    """
    try:
        keyring = cast("Keyring", import_module("keyring"))
        failures = cast("type[Exception]", import_module("keyring.errors").KeyringError)
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"{who}: the system's keyring needs the package keyring: pip install keyring"
        ) from None
    try:
        return question(keyring)
    except failures as error:
        kind = type(error).__name__
    raise ConfigurationError(f"{who}: the keyring refused ({kind})")
