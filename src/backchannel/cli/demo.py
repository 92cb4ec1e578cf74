"""`backchannel demo`: the main job against two local servers, each step verified."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from backchannel.cli.exit_codes import FAILED, OK
from backchannel.cli.view import choose_view

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the demo."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a step")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo.

    Returns:
        0 only if every step was verified by reading back from the servers.
    """
    from backchannel.cli.demo_steps import perform

    view = choose_view(sys.stdout, as_json=arguments.json)
    verified = True
    for number, step in enumerate(perform(), 1):
        view.show(number, step)
        verified = verified and step.verified
    view.conclude(verified=verified)
    return OK if verified else FAILED
