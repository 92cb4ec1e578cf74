"""The command line: `backchannel COMMAND`.

Each command is a module with `configure(parser)` and `run(arguments) -> exit code`, loaded only
when it is the one asked for.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from backchannel.cli.exit_codes import FAILED, INTERRUPTED, USAGE
from backchannel.errors import BackchannelError, LocalError

COMMANDS = {
    "demo": "run the main job against local servers, no account needed",
    "generate": "compile GraphQL operations into a package of typed functions",
    "schema": "download a schema, and tell what a new one does to operations",
}


class Command(Protocol):
    """What a module of a command provides."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit code."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; those of the process where None.

    Returns:
        The exit code: see `backchannel.cli.exit_codes`.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="backchannel", description="Typed chat over Glimesh and Rocket.Chat."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((argument for argument in arguments if argument in COMMANDS), None)
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == wanted:
            _load(name).configure(subparser)
    namespace = parser.parse_args(arguments)
    try:
        return _load(namespace.command).run(namespace)
    except BackchannelError as error:
        print(f"backchannel {namespace.command}: {error}", file=sys.stderr)
        return USAGE if isinstance(error, LocalError) else FAILED
    except ModuleNotFoundError as error:
        if "backchannel[" not in str(error):
            raise
        print(f"backchannel {namespace.command}: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        # Whoever read the output has enough of it. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _load(name: str) -> Command:
    return cast("Command", importlib.import_module(f"backchannel.cli.{name}"))
