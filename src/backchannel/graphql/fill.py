"""How the gaps of a subscription are filled: what a server's history must be able to tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from backchannel.flow import Flow

T = TypeVar("T")


class Part(msgspec.Struct, Generic[T], frozen=True):
    """A part of a history.

    Attributes:
        results: in their order; some may have been handed over before.
        last: whether it is the end, up to now.
    """

    results: Sequence[T]
    last: bool


class Fill(Protocol[T]):
    """Fills the gaps of one subscription. Its flows change nothing until they end."""

    def begin(self) -> Flow[None]:
        """The flow that notes where the history ends, before the server is asked to push."""
        ...

    def restart(self) -> None:
        """Begin to read again, where nothing that was missed can lie before."""
        ...

    def read(self) -> Flow[Part[T]]:
        """The flow that reads the next part. It may run in another thread than all else."""
        ...

    def admit(self, result: T) -> bool:
        """Whether a result is to be handed over: it was not before. Asking counts as it."""
        ...
