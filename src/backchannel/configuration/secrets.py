"""Secrets that are not written down where they are used: commands and the system's keyring."""

from __future__ import annotations

import subprocess

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.keyring import ask_keyring

__all__ = ["COMMAND_TIMEOUT", "Command", "Entry", "Origin", "Text", "fetch"]

COMMAND_TIMEOUT = 60.0
"""Seconds for a command, which may ask its user for something."""

_MASKED = "***"


class Text(msgspec.Struct, frozen=True):
    """A secret itself."""

    value: str

    def __repr__(self) -> str:
        return f"Text({_MASKED})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret cannot be pickled or copied into clear text")


class Command(msgspec.Struct, frozen=True):
    """A command that prints a secret: program and arguments."""

    words: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True):
    """An entry of the system's keyring."""

    service: str
    name: str


Origin = Text | Command | Entry


def fetch(origin: Origin, source: str, *, timeout: float = COMMAND_TIMEOUT) -> str:
    """Get a secret. May block, and may ask the user.

    Args:
        origin: where it is had from.
        source: where that was set, for messages.
        timeout: seconds for a command.

    Raises:
        ConfigurationError: it cannot be had; no message shows what a command or keyring said.
    """
    match origin:
        case Text():
            return origin.value
        case Command():
            return _print(origin, source, timeout)
        case Entry(service, name):
            found = ask_keyring(lambda keyring: keyring.get_password(service, name), source)
            if not found:
                raise ConfigurationError(f"{source}: the keyring has no {service}/{name}")
            return found


def _print(command: Command, source: str, timeout: float) -> str:
    """The first line that a command prints. What it complains of goes where ours goes."""
    program = command.words[0]
    try:
        process = subprocess.Popen(  # noqa: S603  # the user's own words, and no shell
            command.words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it holds a NUL"
        raise ConfigurationError(f"{source}: {program!r} cannot be run: {reason}") from None
    try:
        printed, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        reason = f"did not end within {timeout:g} seconds"
    else:
        reason = f"ended with status {process.returncode}" if process.returncode else ""
        if not reason:
            line = printed.split(b"\n", 1)[0].removesuffix(b"\r")
            return _read(line, program, source)
    finally:
        # A child of its own may hold the pipe open; it is not waited for.
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    raise ConfigurationError(f"{source}: {program!r} {reason}")


def _read(line: bytes, program: str, source: str) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = None
    if text is None:
        raise ConfigurationError(f"{source}: the first line that {program!r} printed is not UTF-8")
    if not text:
        raise ConfigurationError(f"{source}: the first line that {program!r} printed is empty")
    return text
