"""A subscription as its consumer sees it: an async iterator over a steady stream of results."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from backchannel.errors import BackchannelError, ConfigurationError
from backchannel.flow import Chance
from backchannel.graphql.feed import BUFFER_SIZE, Feed, OnEvent, ignore
from backchannel.graphql.fill import Fill, Part
from backchannel.live.buffer import Buffer, Note, Overflow
from backchannel.live.events import Dropped, FillDelayed, Filled
from backchannel.wire.backoff import Backoff

if TYPE_CHECKING:
    from backchannel.graphql.connection import Connection
    from backchannel.live.loop import Runner

T = TypeVar("T")


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
        feed: Feed[T],
        connection: Connection,
        runner: Runner,
        *,
        fill: Fill[T] | None,
        backoff: Backoff,
        chance: Chance,
    ) -> None:
        self._feed = feed
        self._buffer: Buffer[T | Exception] = feed.buffer
        self._connection = connection
        self._runner = runner
        self._fill = fill
        self._backoff = backoff
        self._chance = chance
        self._added = False
        self._begun = False
        self._over = False
        self._stepping = False
        self._missed: deque[T] = deque()
        self._filling = False
        self._filled = 0
        self._failures = 0
        # It outlives the step that began it, if that is cancelled; the next one waits for it.
        self._reading: asyncio.Task[Part[T]] | None = None

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
        self._feed.on_event = on_event or ignore
        self._buffer = Buffer(buffer, overflow)
        self._feed.buffer = self._buffer
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
            while not self._over:
                if self._missed:
                    return self._missed.popleft()
                if not self._begun:
                    await self._begin()
                elif self._filling:
                    await self._read_missed()
                elif self._buffer.empty:
                    await self._buffer.entry()
                else:
                    entry = self._buffer.take()
                    if isinstance(entry, Note | Exception):
                        await self._heed(entry)
                    elif self._fill is None or self._fill.admit(entry):
                        self._tell_dropped()
                        return entry
            raise StopAsyncIteration
        finally:
            self._stepping = False

    async def aclose(self) -> None:
        """Unsubscribe. The last subscription of a client closes its socket."""
        self._over = True
        self._buffer.clear()
        # For a step that waits in another task.
        self._buffer.note(Note(last=True))
        self._feed.answered.set()
        try:
            if self._reading is not None:
                self._reading.cancel()
                await asyncio.wait([self._reading])
        finally:
            await self._connection.remove(self._feed)

    async def _begin(self) -> None:
        if not self._added:
            if self._fill is not None:
                await self._runner.run(self._fill.begin())
            self._connection.add(self._feed)
            self._added = True
        await self._feed.answered.wait()
        self._begun = True
        if self._feed.refusal is not None:
            self._over = True
            raise self._feed.refusal

    def _tell_dropped(self) -> None:
        if self._buffer.dropped:
            dropped, self._buffer.dropped = self._buffer.dropped, 0
            self._feed.report(Dropped(dropped))

    async def _heed(self, note: Note | Exception) -> None:
        if isinstance(note, Exception):
            raise note
        if note.last:
            self._over = True
            await self._connection.remove(self._feed)
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
        if self._over or (reading.exception() is not None and self._feed.ended is not None):
            # Closed meanwhile: it does not matter any more why nothing can be read.
            self._over = True
            if self._feed.ended is not None:
                raise self._feed.ended
            return
        part = reading.result()
        missed = [result for result in part.results if self._fill.admit(result)]
        self._missed.extend(missed)
        self._filled += len(missed)
        if part.last:
            self._filling = False
            self._feed.report(Filled(self._filled))

    async def _read_part(self, fill: Fill[T]) -> Part[T]:
        while True:
            try:
                part = await self._runner.run(fill.read())
            except BackchannelError as error:
                if not error.temporary:
                    raise
                self._failures += 1
                wait = self._backoff.delay(self._failures, self._chance.draw())
                self._feed.report(FillDelayed(error, self._failures, wait))
                await asyncio.sleep(wait)
            else:
                self._failures = 0
                return part
