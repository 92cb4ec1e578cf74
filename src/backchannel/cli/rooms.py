"""`backchannel rooms`: the rooms that the user has."""

from __future__ import annotations

import argparse

from backchannel.cli.exit_codes import OK
from backchannel.cli.options import add_common, opened_accounts
from backchannel.cli.output import choose_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "backend",
        metavar="BACKEND",
        nargs="?",
        help="what their addresses begin with, such as rocketchat+work (default: all accounts)",
    )
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the rooms."""
    names = None if arguments.backend is None else {arguments.backend}
    with opened_accounts(arguments, names) as chat:
        choose_output(as_json=arguments.json).show_rooms(chat.rooms(arguments.backend))
    return OK
