"""Arguments that several commands have, and what is made of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from backchannel.chat import Chat

ADDRESS: Final = "ADDRESS"
"""How help names an address; completion knows it by that."""

_ADDRESSES = "glimesh:STREAMER, rocketchat:ROOM, rocketchat:@USER, or either with id=ID"


def add_address(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Add the room, or the rooms: `address`, `addresses`."""
    if several:
        parser.add_argument("addresses", metavar=ADDRESS, nargs="+", help=_ADDRESSES)
    else:
        parser.add_argument("address", metavar=ADDRESS, help=_ADDRESSES)


def add_message_id(parser: argparse.ArgumentParser) -> None:
    """Add the message: `message_id`."""
    parser.add_argument("message_id", metavar="ID", help="the message's id, as `history` shows it")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what all commands have that talk to servers: `--json` and `--config`."""
    add_json(parser)
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the file of accounts; else that of BACKCHANNEL_CONFIG, else your own",
    )


@contextmanager
def opened(arguments: argparse.Namespace, *addresses: str) -> Generator[Chat]:
    """A `Chat` with the accounts that these addresses need; no other secret is fetched.

    Raises:
        AddressError: one is no address.
        ConfigurationError: an account is missing, or cannot work.
    """
    from backchannel.message import Address

    names = {Address.parse(address).backend for address in addresses}
    with opened_accounts(arguments, names) as chat:
        yield chat


@contextmanager
def opened_accounts(arguments: argparse.Namespace, names: set[str] | None) -> Generator[Chat]:
    """A `Chat` with the accounts of these names, or with all.

    Raises:
        ConfigurationError: an account is missing, or cannot work.
    """
    from backchannel.configuration import load_configuration, open_chat

    with open_chat(load_configuration(arguments.config), only=names) as chat:
        yield chat


@contextmanager
def effect() -> Generator[None]:
    """Around what changes something on a server: say what Ctrl-C leaves open."""
    try:
        yield
    except KeyboardInterrupt:
        print("what was under way may have been done", file=sys.stderr)
        raise
