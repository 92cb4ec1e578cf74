"""`backchannel moderate`: who may not write, and who may again."""

from __future__ import annotations

import argparse

from backchannel.action import Ban, Moderation, TimeOut, Unban
from backchannel.cli.exit_codes import OK
from backchannel.cli.items import Done
from backchannel.cli.options import add_address, add_common, effect, opened
from backchannel.cli.output import choose_output
from backchannel.errors import InvalidInput

_DONE = {"timeout": "timed out", "ban": "banned", "unban": "unbanned"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_address(parser)
    parser.add_argument("action", metavar="ACTION", choices=tuple(_DONE), help="%(choices)s")
    parser.add_argument("user", metavar="USER", help="the user's name")
    parser.add_argument(
        "--minutes",
        type=int,
        metavar="N",
        help="how long a timeout lasts (default: 5; Glimesh knows 5 and 15)",
    )
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Moderate, and say so."""
    moderation = _moderation(arguments)
    with opened(arguments, arguments.address) as chat, effect():
        chat.moderate(arguments.address, moderation)
    done = Done(action=_DONE[arguments.action], address=arguments.address, user=arguments.user)
    choose_output(as_json=arguments.json).show(done)
    return OK


def _moderation(arguments: argparse.Namespace) -> Moderation:
    if arguments.action == "timeout":
        return TimeOut(arguments.user, 5 if arguments.minutes is None else arguments.minutes)
    if arguments.minutes is not None:
        raise InvalidInput("--minutes", limit="is for timeout", given=arguments.action)
    return Ban(arguments.user) if arguments.action == "ban" else Unban(arguments.user)
