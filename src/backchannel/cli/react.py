"""`backchannel react`: an emoji at a message."""

from __future__ import annotations

import argparse

from backchannel.cli.exit_codes import OK
from backchannel.cli.items import Done
from backchannel.cli.options import add_address, add_common, add_message_id, effect, opened
from backchannel.cli.output import choose_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_address(parser)
    add_message_id(parser)
    parser.add_argument("emoji", metavar="EMOJI", help="as `:name:`")
    parser.add_argument("--remove", action="store_true", help="take the reaction back")
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """React, and say so."""
    with opened(arguments, arguments.address) as chat, effect():
        chat.react(
            arguments.address, arguments.message_id, arguments.emoji, remove=arguments.remove
        )
    action = "unreacted" if arguments.remove else "reacted"
    done = Done(action=action, address=arguments.address, message_id=arguments.message_id)
    choose_output(as_json=arguments.json).show(done)
    return OK
