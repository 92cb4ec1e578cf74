"""`backchannel send`: a message, or a long text in several."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backchannel.cli.exit_codes import OK
from backchannel.cli.options import add_address, add_common, effect, opened
from backchannel.cli.output import choose_output
from backchannel.cli.text_input import add_text, read_text
from backchannel.errors import InvalidInput, Outcome

if TYPE_CHECKING:
    from backchannel.chat import Chat
    from backchannel.message import Receipt

_EPILOG = """\
    backchannel send rocketchat:general "It works"
    make 2>&1 | tail -20 | backchannel send glimesh:streamer --parts 5

A text that begins with a hyphen stands behind `--`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    add_address(parser)
    add_text(parser)
    parser.add_argument(
        "--parts",
        type=int,
        default=1,
        metavar="N",
        help="cut a long text into at most N messages (default: 1, so that it is refused)",
    )
    parser.add_argument(
        "--markup",
        choices=("plain", "markdown"),
        help="what the text is written in, to be translated for the room (default: its own)",
    )
    parser.add_argument("--thread", metavar="ID", help="answer in the thread of this message")
    parser.add_argument("--reply-to", metavar="ID", help="quote this message")
    parser.add_argument("--alias", metavar="NAME", help="show this name in place of yours")
    parser.add_argument(
        "--key", metavar="KEY", help="the key that an earlier try printed: send no second message"
    )
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Send, up to the first message that was not certainly sent."""
    text = read_text(arguments.text)
    with opened(arguments, arguments.address) as chat:
        return _send(chat, arguments, _prepared(chat, arguments, text))


def _prepared(chat: Chat, arguments: argparse.Namespace, text: str) -> Sequence[str]:
    """The text in the room's markup, in as many parts as it needs."""
    if arguments.parts == 1 and arguments.markup is None:
        return (text,)
    from backchannel.text import Markup, split_text, translate

    room = chat.capabilities(arguments.address)
    if arguments.markup is not None:
        text = translate(text, source=Markup(arguments.markup), target=room.markup)
    parts = split_text(text, room.text_limit, max_parts=arguments.parts)
    if arguments.key is not None and len(parts) > 1:
        raise InvalidInput("--key", limit="must be for one message", given=f"{len(parts)} parts")
    return parts


def _send(chat: Chat, arguments: argparse.Namespace, parts: Sequence[str]) -> int:
    output = choose_output(as_json=arguments.json)
    sent = 0
    # Not by `send_long`: each part is told when it is done, so that Ctrl-C leaves no doubt.
    try:
        for part in parts:
            with effect():
                receipt = chat.send(
                    arguments.address,
                    part,
                    thread=arguments.thread,
                    reply_to=None if sent else arguments.reply_to,
                    alias=arguments.alias,
                    idempotency_key=arguments.key,
                )
                sent += receipt.outcome is Outcome.SENT
            if receipt.outcome is Outcome.SENT or arguments.json:
                output.show(receipt)
            # What follows would stand there without this part.
            if receipt.outcome is not Outcome.SENT:
                _advise(receipt)
                assert receipt.error is not None, "only what was sent has no error"
                raise receipt.error
    finally:
        if sent < len(parts) > 1:
            print(f"{sent} of {len(parts)} parts were sent", file=sys.stderr)
    return OK


def _advise(receipt: Receipt) -> None:
    key = receipt.idempotency_key
    if receipt.outcome is Outcome.UNKNOWN and key is not None:
        print(f"with --key {key} another try sends no second message", file=sys.stderr)
