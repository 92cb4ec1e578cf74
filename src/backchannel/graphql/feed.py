"""The connection's end of a subscription: what is pushed goes into a buffer, for its consumer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from backchannel.errors import BackchannelError
from backchannel.graphql.fill import Fill
from backchannel.graphql.frames import Result
from backchannel.graphql.operation import Operation
from backchannel.live.buffer import REFILL, Buffer, Note, Overflow
from backchannel.live.events import ConnectionEvent, Gap, Subscribed

if TYPE_CHECKING:
    from gql import GraphQLRequest

    from backchannel.graphql.endpoint import Dialect

T = TypeVar("T")

OnEvent: TypeAlias = Callable[[ConnectionEvent], None]

BUFFER_SIZE = 1_000
"""Results that wait for a consumer, unless it says otherwise."""


def ignore(event: ConnectionEvent) -> None:
    """Nobody wants to know."""


class Feed(Generic[T]):
    """Takes what the connection has for one subscription.

    Args:
        operation: what is subscribed to.
        request: its document and variables.
        fill: what fills its gaps, if anything can.
        dialect: the meaning of the server's errors.

    Attributes:
        buffer: what waits for the consumer.
        on_event: who wants to know what happens to the connection.
        answered: set once the server pushes, or will not.
        refusal: why it will not.
        ended: after what it pushes no more, if it did.
    """

    def __init__(
        self,
        operation: Operation[T],
        request: GraphQLRequest,
        fill: Fill[T] | None,
        dialect: Dialect,
    ) -> None:
        self.request = request
        self.buffer: Buffer[T | Exception] = Buffer(BUFFER_SIZE, Overflow.WAIT)
        self.on_event: OnEvent = ignore
        self.answered = asyncio.Event()
        self.refusal: Exception | None = None
        self.ended: Exception | None = None
        self._operation = operation
        self._fill = fill
        self._dialect = dialect
        self._lost_at: float | None = None

    @property
    def full(self) -> bool:
        """Whether there is no room for a push: the consumer is slow, and nothing may be dropped."""
        return self.buffer.full

    async def room(self) -> None:
        """Wait for room."""
        await self.buffer.room()

    def push(self, result: Result) -> None:
        """Take a push."""
        try:
            if result.failed:
                entry: T | Exception = self._operation.decode(result.body)
            else:
                entry = self._operation.decode_data(result.data)
        except BackchannelError as error:
            entry = self._dialect.refine(self._operation, error)
        except Exception as error:  # noqa: BLE001
            # Of a scalar's parser. It is for this consumer, and must not end all reading.
            entry = error
        dropped = self.buffer.put(entry)
        if dropped is not None and self._fill and not isinstance(dropped, Exception):
            # Else the next fill would take it for one that was missed.
            self._fill.admit(dropped)

    def subscribed(self, at: float) -> None:
        """The server pushes from here on."""
        self.report(Subscribed())
        if self._fill is not None:
            self.buffer.note(REFILL)
        elif self._lost_at is not None:
            self.report(Gap(self._lost_at, at))
        self._lost_at = None
        self.answered.set()

    def lost(self, at: float) -> None:
        """The server pushes no more; the last frame came at this time."""
        if self._lost_at is None:
            self._lost_at = at

    def report(self, event: ConnectionEvent) -> None:
        """Tell whoever wants to know."""
        try:
            self.on_event(event)
        except Exception as error:  # noqa: BLE001
            # The consumer's own mistake, so it is raised there.
            self.end(error)

    def end(self, error: Exception) -> None:
        """Nothing follows but this."""
        if isinstance(error, BackchannelError):
            error = self._dialect.refine(self._operation, error)
        self.ended = error
        if self.answered.is_set():
            self.buffer.note(Note(error=error, last=True))
        else:
            self.refusal = error
            self.answered.set()
