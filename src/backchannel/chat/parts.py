"""A text of any length, as several messages in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backchannel.errors import BackchannelError, LocalError, Outcome
from backchannel.message import Address, Draft, Receipt
from backchannel.text.markup import Markup, translate
from backchannel.text.splitting import split_text

if TYPE_CHECKING:
    from backchannel.backend import Backend
    from backchannel.flow import Flow

__all__ = ["in_parts"]


def in_parts(
    backend: Backend, address: Address, draft: Draft, *, markup: Markup | None, max_parts: int
) -> Flow[list[Receipt]]:
    """Send a text in as many messages as it needs, one after the other.

    The first message quotes what the text replies to. After one that was not sent, or of which
    nobody knows, no other is: a text that ends is better than one with a hole.

    Args:
        backend: the platform.
        address: the room.
        draft: the text, and how its messages are shown.
        markup: what the text is written in, to be translated; None if it is the platform's.
        max_parts: messages at most.

    Returns:
        A receipt for each part.

    Raises:
        BackchannelError: only before anything was sent.
    """
    room = yield from backend.capabilities(address)
    text = (
        draft.text if markup is None else translate(draft.text, source=markup, target=room.markup)
    )
    parts = split_text(text, room.text_limit, max_parts=max_parts)
    receipts: list[Receipt] = []
    for place, part in enumerate(parts):
        message = Draft(
            text=part,
            thread_id=draft.thread_id,
            reply_to=None if place else draft.reply_to,
            alias=draft.alias,
        )
        try:
            receipt = yield from backend.send(address, message)
        except BackchannelError as error:
            if not place:
                raise
            receipt = Receipt(address=address, text=part, outcome=error.outcome, error=error)
        receipts.append(receipt)
        if receipt.outcome is not Outcome.SENT:
            break
    return receipts + _left(address, parts, len(receipts))


def _left(address: Address, parts: Sequence[str], done: int) -> list[Receipt]:
    """The receipts of parts that were not even tried."""
    error = LocalError(
        f"not sent, because part {done} of {len(parts)} was not, or may not have been"
    )
    return [
        Receipt(address=address, text=part, outcome=Outcome.NOT_SENT, error=error)
        for part in parts[done:]
    ]
