"""`backchannel delete`: a message less."""

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
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Delete, and say so."""
    with opened(arguments, arguments.address) as chat, effect():
        chat.delete(arguments.address, arguments.message_id)
    done = Done(action="deleted", address=arguments.address, message_id=arguments.message_id)
    choose_output(as_json=arguments.json).show(done)
    return OK
