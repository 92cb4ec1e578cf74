"""A subscription as its consumer sees it: an async iterator over a steady stream of results."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeAlias, TypeVar

import msgspec

from backchannel.errors import BackchannelError, ConfigurationError
from backchannel.flow import Chance
from backchannel.graphql.buffer import REFILL, Buffer, Note, Overflow
from backchannel.graphql.events import (
    ConnectionEvent,
    Dropped,
    FillDelayed,
    Filled,
    Gap,
    Subscribed,
)
from backchannel.graphql.fill import Fill, Missed
from backchannel.graphql.operation import Operation
from backchannel.wire.backoff import Backoff

if TYPE_CHECKING:
    from gql import GraphQLRequest

    from backchannel.graphql.connection import Connection, Runner
    from backchannel.graphql.endpoint import Dialect

T = TypeVar("T")

OnEvent: TypeAlias = Callable[[ConnectionEvent], None]

BUFFER_SIZE = 1_000
"""Results that wait for a consumer, unless it says otherwise."""


def _ignore(event: ConnectionEvent) -> None:
    """Nobody wants to know."""


class Subscription(Generic[T]):
    """What a server pushes, across lost connections. An async iterator and context manager.

        async with api.chat_message_sent(glimesh, channel_id="1") as messages:
            async for message in messages:
                ...

    It begins when it is entered, which waits until the server pushes, or else with the first step;
    it ends when it is left, by `aclose`, or with its client. Without `async with`, close it:
    a step that is cancelled, or raises, leaves it open, and the next step goes on.

    A dropped connection is made again, and the operation subscribed again. Where the server has a
    history of it, what was missed is read from there and comes first, each result once; where it
    has none, a `Gap` is reported.

    A step raises:
        GraphQLError: a push holds `errors`, or the document was refused.
        MalformedReply: a push does not fit the operation's type.
        BackchannelError: what ends the subscription (a refused credential, the client's close, a
            failure of the first connection); or what was missed cannot be read, for a reason that
            will not pass: the next step tries again.

    Made by a client's `subscribe`, which generated functions call.
    """

    def __init__(
        self,
        operation: Operation[T],
        request: GraphQLRequest,
        connection: Connection,
        runner: Runner,
        *,
        fill: Fill[T] | None,
        backoff: Backoff,
        dialect: Dialect,
        chance: Chance,
    ) -> None:
        self.request = request
        self._operation = operation
        self._connection = connection
        self._runner = runner
        self._fill = fill
        self._backoff = backoff
        self._dialect = dialect
        self._chance = chance
        self._on_event: OnEvent = _ignore
        self._buffer: Buffer[T | Exception] = Buffer(BUFFER_SIZE, Overflow.WAIT)
        self._added = False
        self._begun = False
        self._over = False
        self._stepping = False
        self._answered = asyncio.Event()
        self._refusal: Exception | None = None
        self._lost_at: float | None = None
        self._missed: deque[T] = deque()
        self._filling = False
        self._filled = 0
        self._failures = 0
        # It outlives the step that began it, if that is cancelled; the next one waits for it.
        self._reading: asyncio.Task[Missed[T]] | None = None

    def configure(
        self,
        *,
        on_event: OnEvent | None = None,
        buffer: int = BUFFER_SIZE,
        overflow: Overflow = Overflow.WAIT,
    ) -> Self:
        """Say how it is to run, before it begins.

        Args:
            on_event: called at once with what happens to the connection, in the event loop. What
                it raises ends the subscription.
            buffer: results that wait for a slow consumer.
            overflow: what happens when there are more.

        Returns:
            This subscription.

        Raises:
            ConfigurationError: it has begun.
            InvalidInput: a buffer of less than 1.
        """
        if self._added:
            raise ConfigurationError("the subscription has begun: configure it before")
        self._on_event = on_event or _ignore
        self._buffer = Buffer(buffer, overflow)
        return self

    async def __aenter__(self) -> Self:
        try:
            await self._begin()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """The next result."""
        if self._stepping:
            raise RuntimeError("another task waits for the subscription's next result")
        self._stepping = True
        try:
            return await self._next()
        finally:
            self._stepping = False

    async def aclose(self) -> None:
        """Unsubscribe. The last subscription of a client closes its socket."""
        self._over = True
        self._buffer.clear()
        # For a step that waits in another task.
        self._buffer.note(Note(last=True))
        self._answered.set()
        try:
            if self._reading is not None:
                self._reading.cancel()
                await asyncio.wait([self._reading])
        finally:
            await self._connection.remove(self)

    async def push(self, result: msgspec.Raw) -> None:
        """Take a push; called by the connection."""
        try:
            entry: T | Exception = self._operation.decode(bytes(result))
        except BackchannelError as error:
            entry = self._dialect.refine(self._operation, error)
        except Exception as error:  # noqa: BLE001
            # Of a scalar's parser. It is for this consumer, and must not end all reading.
            entry = error
        dropped = await self._buffer.put(entry)
        if dropped is not None and self._fill and not isinstance(dropped, Exception):
            # Else the next fill would take it for one that was missed.
            self._fill.admit(dropped)

    def subscribed(self, at: float) -> None:
        """The server pushes from here on; called by the connection."""
        self.report(Subscribed())
        if self._fill is not None:
            self._buffer.note(REFILL)
        elif self._lost_at is not None:
            self.report(Gap(self._lost_at, at))
        self._lost_at = None
        self._answered.set()

    def lost(self, at: float) -> None:
        """The server pushes no more; called by the connection."""
        if self._lost_at is None:
            self._lost_at = at

    def report(self, event: ConnectionEvent) -> None:
        """Tell whoever wants to know; called by the connection."""
        try:
            self._on_event(event)
        except Exception as error:  # noqa: BLE001
            # The consumer's own mistake, so it is raised there.
            self.end(error)

    def end(self, error: Exception) -> None:
        """Nothing follows but this; called by the connection."""
        if isinstance(error, BackchannelError):
            error = self._dialect.refine(self._operation, error)
        if self._answered.is_set():
            self._buffer.note(Note(error=error, last=True))
        else:
            self._refusal = error
            self._answered.set()

    async def _begin(self) -> None:
        if not self._added:
            if self._fill is not None:
                await self._runner.run(self._fill.begin())
            self._connection.add(self)
            self._added = True
        await self._answered.wait()
        self._begun = True
        if self._refusal is not None:
            self._over = True
            raise self._refusal

    async def _next(self) -> T:
        while not self._over:
            if not self._begun:
                await self._begin()
            elif self._missed:
                return self._missed.popleft()
            elif self._filling:
                await self._read_missed()
            else:
                entry = await self._buffer.get()
                if self._buffer.dropped:
                    dropped, self._buffer.dropped = self._buffer.dropped, 0
                    self.report(Dropped(dropped))
                if isinstance(entry, Note):
                    await self._heed(entry)
                elif isinstance(entry, Exception):
                    raise entry
                elif self._fill is None or self._fill.admit(entry):
                    return entry
        raise StopAsyncIteration

    async def _heed(self, note: Note) -> None:
        if note.last:
            self._over = True
            await self._connection.remove(self)
        elif self._fill is not None:
            self._fill.restart()
            self._filling, self._filled, self._failures = True, 0, 0
        if note.error is not None:
            raise note.error

    async def _read_missed(self) -> None:
        assert self._fill is not None, "only what has a history is filled"
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_part(self._fill))
        await asyncio.wait([self._reading])
        reading, self._reading = self._reading, None
        missed = reading.result()
        self._missed.extend(missed.results)
        self._filled += len(missed.results)
        if missed.complete:
            self._filling = False
            self.report(Filled(self._filled))

    async def _read_part(self, fill: Fill[T]) -> Missed[T]:
        while True:
            try:
                missed = await self._runner.run(fill.read())
            except BackchannelError as error:
                if not error.temporary:
                    raise
                self._failures += 1
                wait = self._backoff.delay(self._failures, self._chance.draw())
                self.report(FillDelayed(error, self._failures, wait))
                await asyncio.sleep(wait)
            else:
                self._failures = 0
                return missed
