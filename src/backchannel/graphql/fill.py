"""How the gaps of a subscription are filled: what a server's history must be able to tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from backchannel.flow import Flow

T = TypeVar("T")


class Missed(msgspec.Struct, Generic[T], frozen=True):
    """A part of what a subscription missed.

    Attributes:
        results: in the order of the history; none of them was handed over before.
        complete: whether nothing more was missed.
    """

    results: Sequence[T]
    complete: bool


class Fill(Protocol[T]):
    """Fills the gaps of one subscription. Its flows change nothing until they end."""

    def begin(self) -> Flow[None]:
        """The flow that notes where the history ends, before the server is asked to push."""
        ...

    def restart(self) -> None:
        """The server pushes again: read from what was handed over last."""
        ...

    def read(self) -> Flow[Missed[T]]:
        """The flow that reads the next part."""
        ...

    def admit(self, result: T) -> bool:
        """Whether a pushed result is to be handed over: it was not before. Asking counts as it."""
        ...
