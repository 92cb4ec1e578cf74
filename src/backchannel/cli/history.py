"""`backchannel history`: the messages of a room."""

from __future__ import annotations

import argparse

from backchannel.cli.exit_codes import OK
from backchannel.cli.options import add_address, add_common, opened
from backchannel.cli.output import choose_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_address(parser)
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument(
        "-n", "--limit", type=int, default=20, metavar="N", help="the newest N (default: 20)"
    )
    how_many.add_argument("--all", action="store_true", help="all of them")
    parser.add_argument(
        "--newest-first", action="store_true", help="begin with the newest, and print at once"
    )
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the messages as they are read."""
    limit = None if arguments.all else arguments.limit
    output = choose_output(as_json=arguments.json)
    with opened(arguments, arguments.address) as chat:
        for message in chat.history(
            arguments.address, limit=limit, newest_first=arguments.newest_first
        ):
            output.show(message)
    return OK
