"""The text of a message: an argument, or standard input."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from backchannel.errors import InvalidInput

MOST_BYTES: Final = 1 << 20
"""The longest standard input that is read, in bytes."""


def add_text(parser: argparse.ArgumentParser) -> None:
    """Add the text: `text`."""
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help="the text; standard input where none is given"
    )


def read_text(given: str | None) -> str:
    """The text given, or standard input to its end, without its last line break.

    Raises:
        InvalidInput: standard input is too long, or not UTF-8.
    """
    if given is not None:
        return given
    if sys.stdin.isatty():
        print("Type the message, then Ctrl-D.", file=sys.stderr)
    read = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(read) > MOST_BYTES:
        raise InvalidInput(
            "standard input", limit=f"must be at most {MOST_BYTES:,} bytes", given="more"
        )
    try:
        text = read.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "standard input", limit="must be UTF-8", given=f"another byte at {error.start:,}"
        ) from None
    return text.removesuffix("\n").removesuffix("\r")
