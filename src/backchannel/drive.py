"""The drivers of flows, blocking and on asyncio: all that differs between the two kinds of clients.

Flows and their steps are in `backchannel.flow`, whose names can be had here too.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

from backchannel.errors import BackchannelError, ConfigurationError
from backchannel.flight import landed
from backchannel.flow import (
    Call,
    Chance,
    Flow,
    Item,
    Once,
    Pause,
    Step,
    Stream,
    call,
    once,
    pause,
    retrying,
    send,
)
from backchannel.wire.messages import Request, Response

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class Transport(Protocol):
    """Sends one request over the network. It raises `TransportError`s and `ReplyTooLarge`."""

    def send(self, request: Request) -> Response:
        """Send the request and read the whole reply."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class AsyncTransport(Protocol):
    """The async twin of `Transport`."""

    async def send(self, request: Request) -> Response:
        """Send the request and read the whole reply."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Driver:
    """Drives flows on a blocking transport. It holds no state between calls.

    Args:
        transport: what sends requests.
        sleep: waits a number of seconds.
    """

    def __init__(self, transport: Transport, sleep: Callable[[float], None] = time.sleep) -> None:
        self.transport = transport
        self._sleep = sleep

    def run(self, flow: Flow[T]) -> T:
        """Run the flow to its end and return what it returns."""
        try:
            step = next(flow)
            while True:
                step = _resume(flow, *self._perform(step))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()

    def iterate(self, stream: Stream[T]) -> Iterator[T]:
        """Iterate over the items of a stream. Leaving the iteration early closes the stream."""
        try:
            step = next(stream)
            while True:
                if isinstance(step, Item):
                    yield step.value
                    step = next(stream)
                else:
                    step = _resume(stream, *self._perform(step))
        except StopIteration:
            return
        finally:
            stream.close()

    def _perform(self, step: Step) -> tuple[Response | None, BackchannelError | None]:
        try:
            if isinstance(step, Request):
                return self.transport.send(step), None
            if isinstance(step, Pause):
                self._sleep(step.seconds)
            elif isinstance(step, Call):
                if step.function() is not None:
                    raise ConfigurationError("an async function needs an async client")
            else:
                self._once(step)
        except BackchannelError as error:
            return None, error
        return None, None

    def _once(self, step: Once) -> None:
        while True:
            landing, leads = step.flight.join()
            if not leads:
                if step.flight.is_led_here:
                    raise ConfigurationError(
                        "a blocking client would wait for an async one of its own thread: share"
                        " credentials between threads, or use clients of one kind in this one"
                    )
                if landed(landing.result()):
                    return
                continue
            try:
                self.run(step.flow())
            except BaseException as error:
                step.flight.land(error)
                raise
            step.flight.land(None)
            return


class AsyncDriver:
    """Drives flows on an asyncio transport. Between calls it holds only what `finish` waits for.

    Args:
        transport: what sends requests.
        sleep: waits a number of seconds; asyncio's by default.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        if sleep is None:
            # Blocking programs do without asyncio.
            import asyncio

            sleep = asyncio.sleep
        self.transport = transport
        self._sleep = sleep
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, flow: Flow[T]) -> T:
        """Run the flow to its end and return what it returns."""
        try:
            step = next(flow)
            while True:
                step = _resume(flow, *await self._perform(step))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()

    async def iterate(self, stream: Stream[T]) -> AsyncGenerator[T]:
        """Iterate over the items of a stream. Leaving the iteration early closes the stream."""
        try:
            step = next(stream)
            while True:
                if isinstance(step, Item):
                    yield step.value
                    step = next(stream)
                else:
                    step = _resume(stream, *await self._perform(step))
        except StopIteration:
            return
        finally:
            stream.close()

    async def finish(self) -> None:
        """Wait for what runs on for nobody, because those who waited were cancelled."""
        import asyncio

        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _perform(self, step: Step) -> tuple[Response | None, BackchannelError | None]:
        try:
            if isinstance(step, Request):
                return await self.transport.send(step), None
            if isinstance(step, Pause):
                await self._sleep(step.seconds)
            elif isinstance(step, Call):
                import asyncio

                pending = await asyncio.to_thread(step.function)
                if pending is not None:
                    await pending
            else:
                await self._once(step)
        except BackchannelError as error:
            return None, error
        return None, None

    async def _once(self, step: Once) -> None:
        import asyncio

        while True:
            landing, leads = step.flight.join()
            if leads:
                # A done callback, because a task that is cancelled early never runs at all.
                task = asyncio.create_task(self.run(step.flow()))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                task.add_done_callback(lambda task: step.flight.land(_end_of(task)))
            error = await asyncio.wrap_future(landing)
            if leads and error is not None:
                raise error
            if landed(error):
                return


def _end_of(task: asyncio.Task[None]) -> BaseException | None:
    """The error with which a task ended, its cancellation included."""
    if not task.cancelled():
        return task.exception()
    from asyncio import CancelledError

    return CancelledError()


Yielded = TypeVar("Yielded")


def _resume(
    flow: Generator[Yielded, Response | None, object],
    response: Response | None,
    error: BackchannelError | None,
) -> Yielded:
    return flow.send(response) if error is None else flow.throw(error)


__all__ = [
    "AsyncDriver",
    "AsyncTransport",
    "Call",
    "Chance",
    "Driver",
    "Flow",
    "Item",
    "Once",
    "Pause",
    "Step",
    "Stream",
    "Transport",
    "call",
    "once",
    "pause",
    "retrying",
    "send",
]
