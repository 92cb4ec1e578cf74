"""Flows: what is done over several requests, written once and driven sync or async.

A flow is a generator. It yields a `Request` and receives the `Response`; it yields a `Pause` and
continues when the time is over, a `Call` when a function that may block has returned, `Once` when
a flow that many need has run; a stream also yields an `Item` for its consumer. What the transport
raises is raised at that `yield`, so a flow handles failures with `try` and `except`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Generic, TypeAlias, TypeVar, cast

import msgspec

from backchannel.errors import BackchannelError
from backchannel.flight import Flight
from backchannel.wire.budget import RetryBudget
from backchannel.wire.messages import Request, Response
from backchannel.wire.retry import RetryPolicy

T = TypeVar("T")
U = TypeVar("U")


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


class Call(msgspec.Struct, frozen=True):
    """A step of a flow: call a function that may block, asyncio in a worker thread.

    Attributes:
        function: what to call. What it returns is awaited on the event loop. An error of its own
            that is no BackchannelError ends the flow.
    """

    function: Callable[[], Awaitable[None] | None]


class Once(msgspec.Struct, frozen=True):
    """A step of a flow: run another flow, unless one of its flight is running; then wait for that.

    Under asyncio it is a task of its own: it runs to its end when those who wait are cancelled.

    Attributes:
        flight: those who need it at the same time.
        flow: makes the flow.
    """

    flight: Flight
    flow: Callable[[], Generator[Step, Response | None, None]]


Step: TypeAlias = Request | Pause | Call | Once
Flow: TypeAlias = Generator[Step, Response | None, T]
Stream: TypeAlias = Generator[Step | Item[T], Response | None, None]


class Chance(msgspec.Struct, frozen=True):
    """Clocks and dice, passed in so that a test can fix them.

    Attributes:
        monotonic: seconds of a clock that never goes back.
        draw: a random number, 0 <= n < 1.
        now: seconds since 1970, of a clock that may be set.
    """

    monotonic: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random
    now: Callable[[], float] = time.time


def send(request: Request) -> Flow[Response]:
    """The flow of one request."""
    response = yield request
    assert response is not None, "a driver answers a Request with a Response"
    return response


def mapped(stream: Stream[T], convert: Callable[[T], U]) -> Stream[U]:
    """The stream of what `convert` makes of another's items."""
    try:
        step = next(stream)
        while True:
            if isinstance(step, Item):
                yield Item(convert(step.value))
                step = next(stream)
                continue
            try:
                response = yield step
            except BackchannelError as error:
                step = stream.throw(error)
            else:
                step = stream.send(response)
    except StopIteration:
        return
    finally:
        stream.close()


def pause(seconds: float) -> Flow[None]:
    """The flow that only waits."""
    yield Pause(seconds)


def call(function: Callable[[], T]) -> Flow[T]:
    """The flow that calls a function which may block, and returns what it returns."""
    returned: list[T] = []
    yield Call(lambda: returned.append(function()))
    return returned[0]


def ask(function: Callable[[], T | Awaitable[T]]) -> Flow[T]:
    """The flow that calls a function which may block or, under asyncio, be an async one."""
    returned: list[T] = []

    async def wait_for(answer: Awaitable[T]) -> None:
        returned.append(await answer)

    def run() -> Awaitable[None] | None:
        answer = function()
        if isinstance(answer, Awaitable):
            return wait_for(cast("Awaitable[T]", answer))
        returned.append(answer)
        return None

    yield Call(run)
    return returned[0]


def once(flight: Flight, flow: Callable[[], Flow[None]]) -> Flow[None]:
    """The flow of what several callers need, but only once.

    Raises:
        BackchannelError: whoever did it failed.
    """
    yield Once(flight, flow)


def retrying(
    flow: Callable[[], Flow[T]],
    policy: RetryPolicy,
    chance: Chance,
    budget: RetryBudget | None = None,
) -> Flow[T]:
    """Run a flow again, as the policy says, while its errors are safe to repeat.

    Args:
        flow: makes the flow, for each try.
        policy: when to try again.
        chance: clock and dice.
        budget: the retries of all who share a client.
    """
    start = chance.monotonic()
    attempt = 1
    while True:
        try:
            result = yield from flow()
        except BackchannelError as error:
            elapsed = chance.monotonic() - start
            wait = policy.delay(error, attempt=attempt, elapsed=elapsed, draw=chance.draw())
            if wait is None or not (budget is None or budget.spend()):
                raise
        else:
            if budget is not None:
                budget.earn()
            return result
        yield from pause(wait)
        attempt += 1
