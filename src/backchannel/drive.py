"""Flows: what is done over several requests, written once and driven sync or async.

A flow is a generator. It yields a `Request` and receives the `Response`; it yields a `Pause` and
continues when the time is over; a stream also yields an `Item` for its consumer. What the
transport raises is raised at that `yield`, so a flow handles failures with `try` and `except`.
The two drivers at the end are all that differs between the sync and the async clients.
"""

from __future__ import annotations

import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from typing import Generic, Protocol, TypeAlias, TypeVar

import msgspec

from backchannel.errors import BackchannelError
from backchannel.wire.messages import Request, Response
from backchannel.wire.retry import RetryPolicy

T = TypeVar("T")


class Pause(msgspec.Struct, frozen=True):
    """A step of a flow: wait.

    Attributes:
        seconds: how long.
    """

    seconds: float


class Item(msgspec.Struct, Generic[T], frozen=True):
    """A step of a stream: hand this to the consumer.

    Attributes:
        value: what to hand over.
    """

    value: T


Flow: TypeAlias = Generator[Request | Pause, Response | None, T]
Stream: TypeAlias = Generator[Request | Pause | Item[T], Response | None, None]


class Chance(msgspec.Struct, frozen=True):
    """Clock and dice, passed in so that a test can fix them.

    Attributes:
        monotonic: seconds of a clock that never goes back.
        draw: a random number, 0 <= n < 1.
    """

    monotonic: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random


def send(request: Request) -> Flow[Response]:
    """The flow of one request."""
    response = yield request
    assert response is not None, "a driver answers a Request with a Response"
    return response


def pause(seconds: float) -> Flow[None]:
    """The flow that only waits."""
    yield Pause(seconds)


def retrying(flow: Callable[[], Flow[T]], policy: RetryPolicy, chance: Chance) -> Flow[T]:
    """Run a flow again, as the policy says, while its errors are safe to repeat."""
    start = chance.monotonic()
    attempt = 1
    while True:
        try:
            return (yield from flow())
        except BackchannelError as error:
            elapsed = chance.monotonic() - start
            wait = policy.delay(error, attempt=attempt, elapsed=elapsed, draw=chance.draw())
            if wait is None:
                raise
        yield from pause(wait)
        attempt += 1


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

    def _perform(self, step: Request | Pause) -> tuple[Response | None, BackchannelError | None]:
        try:
            if isinstance(step, Pause):
                self._sleep(step.seconds)
                return None, None
            return self.transport.send(step), None
        except BackchannelError as error:
            return None, error


class AsyncDriver:
    """Drives flows on an asyncio transport. It holds no state between calls.

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

    async def _perform(
        self, step: Request | Pause
    ) -> tuple[Response | None, BackchannelError | None]:
        try:
            if isinstance(step, Pause):
                await self._sleep(step.seconds)
                return None, None
            return await self.transport.send(step), None
        except BackchannelError as error:
            return None, error


Step = TypeVar("Step")


def _resume(
    flow: Generator[Step, Response | None, object],
    response: Response | None,
    error: BackchannelError | None,
) -> Step:
    return flow.send(response) if error is None else flow.throw(error)


__all__ = [
    "AsyncDriver",
    "AsyncTransport",
    "Chance",
    "Driver",
    "Flow",
    "Item",
    "Pause",
    "Stream",
    "Transport",
    "pause",
    "retrying",
    "send",
]
