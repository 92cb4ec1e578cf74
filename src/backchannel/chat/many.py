"""Many messages at once: rooms side by side, the messages of each in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from backchannel.backend import AsyncPlatform, Platform
from backchannel.chat.directory import Directory
from backchannel.errors import BackchannelError
from backchannel.flow import Flow
from backchannel.message import Address, Draft, Receipt

__all__ = ["Batch", "batches", "in_order"]

P = TypeVar("P", Platform, AsyncPlatform)


class Batch(msgspec.Struct, Generic[P], frozen=True):
    """What is to be sent to one room.

    Attributes:
        platform: the client.
        places: where its receipts stand among all.
        flow: sends one message after the other, and tells what became of each.
    """

    platform: P
    places: Sequence[int]
    flow: Flow[list[Receipt]]


def batches(
    directory: Directory[P], messages: Iterable[tuple[str | Address, str | Draft]]
) -> list[Batch[P]]:
    """What is to be sent to each room. Nothing is sent by this.

    Raises:
        AddressError: an address is none, or of a platform that is not here.
    """
    rooms: dict[Address, tuple[P, list[int], list[Draft]]] = {}
    for place, (address, message) in enumerate(messages):
        at, platform = directory.find(address)
        _, places, drafts = rooms.setdefault(at, (platform, [], []))
        places.append(place)
        drafts.append(Draft(text=message) if isinstance(message, str) else message)
    return [
        Batch(platform, places, _in_turn(platform, at, drafts))
        for at, (platform, places, drafts) in rooms.items()
    ]


def in_order(sent: Sequence[Batch[P]], receipts: Sequence[Sequence[Receipt]]) -> list[Receipt]:
    """The receipts of all batches, in the order in which the messages were given."""
    placed = {
        place: receipt
        for batch, those in zip(sent, receipts, strict=True)
        for place, receipt in zip(batch.places, those, strict=True)
    }
    return [placed[place] for place in sorted(placed)]


def _in_turn(
    platform: Platform | AsyncPlatform, address: Address, drafts: Sequence[Draft]
) -> Flow[list[Receipt]]:
    receipts: list[Receipt] = []
    for draft in drafts:
        try:
            receipt = yield from platform.backend.send(address, draft)
        except BackchannelError as error:
            receipt = Receipt(
                address=address,
                text=draft.text,
                outcome=error.outcome,
                idempotency_key=draft.idempotency_key,
                error=error,
            )
        receipts.append(receipt)
    return receipts
