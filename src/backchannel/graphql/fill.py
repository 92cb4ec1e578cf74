"""How the gaps of a subscription are filled: what a server's history must be able to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import msgspec

from backchannel.flow import Flow

if TYPE_CHECKING:
    from backchannel.graphql.endpoint import Endpoint
    from backchannel.graphql.operation import Operation

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


class Fills(Protocol):
    """Makes what fills the gaps of subscriptions."""

    def __call__(
        self, operation: Operation[T], variables: Mapping[str, object], endpoint: Endpoint
    ) -> Fill[T] | None:
        """What fills the gaps of this one, or None if nothing can.

        Args:
            operation: what is subscribed to.
            variables: plain JSON values by the variables' names.
            endpoint: where the history is read.
        """
        ...
