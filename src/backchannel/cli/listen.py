"""`backchannel listen`: what happens in rooms, as it happens."""

from __future__ import annotations

import argparse
import sys

from backchannel.cli.exit_codes import OK
from backchannel.cli.options import add_address, add_common, opened
from backchannel.cli.output import choose_output

_EPILOG = "Ctrl-C ends it, with exit code 0."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    add_address(parser, several=True)
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print events until Ctrl-C."""
    output = choose_output(as_json=arguments.json)
    heard = 0
    with opened(arguments, *arguments.addresses) as chat:
        try:
            with chat.listen(*arguments.addresses) as events:
                rooms = ", ".join(arguments.addresses)
                print(f"listening to {rooms}; Ctrl-C ends it", file=sys.stderr, flush=True)
                for event in events:
                    heard += 1
                    output.show(event)
        except KeyboardInterrupt:
            print(f"\nevents: {heard:,}", file=sys.stderr)
    return OK
