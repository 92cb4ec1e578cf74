"""The parser of the command line, in which one command at a time has its arguments.

Each command is a module of this package, loaded only when it is the one asked for.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol, cast

from backchannel.version import VERSION

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "send": "send a message, or standard input",
        "history": "print the messages of a room",
        "listen": "print what happens in rooms, as it happens",
        "edit": "change the text of a message",
        "delete": "delete a message",
        "react": "set a reaction to a message, or take it back",
        "moderate": "time somebody out, ban, or lift a ban",
        "rooms": "list rooms",
        "login": "log in, and keep the token",
        "doctor": "check configuration, servers and rights, and say what to do",
        "demo": "run the main job against local servers, no account needed",
        "serve": "run local servers to try things with",
        "generate": "compile GraphQL operations into a package of typed functions",
        "schema": "download a schema, and tell what a new one does to operations",
        "completion": "print a script that completes words in your shell",
    }
)


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Learns the terminal's width without `shutil`, whose import takes longer than argparse's."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class Command(Protocol):
    """What a module of a command provides."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit code."""
        ...


def build_parser(
    words: Sequence[str],
) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser | None]:
    """The parser, and that of the command which is among the words, or None.

    Args:
        words: the arguments that are to be read; other commands than theirs get none.
    """
    parser = argparse.ArgumentParser(
        prog="backchannel",
        description="Typed chat over Glimesh and Rocket.Chat.",
        epilog="`backchannel COMMAND --help` has the rest; exit codes are in docs/cli.md.",
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"backchannel {VERSION}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in words if not word.startswith("-")), None)
    found: argparse.ArgumentParser | None = None
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(
            name,
            help=summary,
            description=summary,
            formatter_class=Formatter,
            allow_abbrev=False,
        )
        if name == wanted:
            found = subparser
            load_command(name).add_arguments(subparser)
    return parser, found


def load_command(name: str) -> Command:
    """The module of a command."""
    return cast("Command", importlib.import_module(f"backchannel.cli.{name}"))


def _columns() -> int:
    set_by_user = os.environ.get("COLUMNS", "")
    if set_by_user.isdecimal() and int(set_by_user) > 0:
        return int(set_by_user)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):  # no terminal, or no stream of the system
        return 80
