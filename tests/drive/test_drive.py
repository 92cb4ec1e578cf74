"""Flows, and the two drivers that must do the same with them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.drive import (
    AsyncDriver,
    Chance,
    Driver,
    Flow,
    Item,
    Stream,
    call,
    once,
    pause,
    retrying,
    send,
)
from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    InvalidInput,
    Outcome,
    RateLimited,
    TransportTimeout,
)
from backchannel.flight import Flight
from backchannel.wire.messages import Request, Response
from backchannel.wire.retry import NO_RETRY, RetryPolicy

Answer = int | Exception


class Recorded:
    """A transport and a sleep that answer from a list and write down what was asked of them."""

    def __init__(self, *answers: Answer) -> None:
        self.steps: list[object] = []
        self._answers = list(answers)

    def answer(self, request: Request) -> Response:
        self.steps.append(request.url)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Response(status=answer, headers={}, body=b"")

    def slept(self, seconds: float) -> None:
        self.steps.append(seconds)


class Blocking(Recorded):
    def send(self, request: Request) -> Response:
        return self.answer(request)

    def close(self) -> None:
        pass

    def run(self, flow: Flow[object]) -> object:
        return Driver(self, self.slept).run(flow)

    def iterate(self, stream: Stream[object], limit: int = 100) -> list[object]:
        items: Iterator[object] = Driver(self, self.slept).iterate(stream)
        got = list(islice(items, limit))
        items.close()
        return got


class Async(Recorded):
    async def send(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return self.answer(request)

    async def close(self) -> None:
        pass

    async def nap(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.slept(seconds)

    def run(self, flow: Flow[object]) -> object:
        return asyncio.run(AsyncDriver(self, self.nap).run(flow))

    def iterate(self, stream: Stream[object], limit: int = 100) -> list[object]:
        async def collect() -> list[object]:
            got: list[object] = []
            items: AsyncIterator[object] = AsyncDriver(self, self.nap).iterate(stream)
            async for item in items:
                got.append(item)
                if len(got) == limit:
                    break
            await items.aclose()
            return got

        return asyncio.run(collect())


Kind = Callable[..., Blocking | Async]
both = pytest.mark.parametrize("kind", [Blocking, Async])


def get(url: str) -> Request:
    return Request(method="GET", url=url, headers={}, effect=False)


def lost() -> ConnectionLost:
    return ConnectionLost("lost")


@both
def test_a_flow_sends_waits_and_returns(kind: Kind) -> None:
    def flow() -> Flow[list[int]]:
        first = yield from send(get("a"))
        yield from pause(1.5)
        second = yield from send(get("b"))
        return [first.status, second.status]

    driven = kind(200, 404)
    assert driven.run(flow()) == [200, 404]
    assert driven.steps == ["a", 1.5, "b"]


@both
def test_a_failure_is_raised_where_the_flow_stands(kind: Kind) -> None:
    def flow() -> Flow[object]:
        try:
            yield from send(get("a"))
        except ConnectionLost as error:
            again = yield from send(get("b"))
            return error, again.status
        return None

    error = lost()
    assert kind(error, 200).run(flow()) == (error, 200)


@both
def test_a_failure_that_the_flow_does_not_handle_comes_out(kind: Kind) -> None:
    error = lost()
    with pytest.raises(ConnectionLost) as caught:
        kind(error).run(send(get("a")))
    assert caught.value is error
    assert caught.value.__context__ is None


@both
def test_a_flow_is_closed_when_something_else_is_raised(kind: Kind) -> None:
    seen = []

    def flow() -> Flow[None]:
        try:
            yield from send(get("a"))
        except BaseException as error:
            seen.append(type(error))
            raise

    with pytest.raises(ZeroDivisionError) as caught:
        kind(ZeroDivisionError()).run(flow())
    assert seen == [GeneratorExit]
    del caught


async def test_cancelling_closes_the_flow() -> None:
    seen = []

    def flow() -> Flow[None]:
        try:
            yield from pause(60)
        finally:
            seen.append("closed")

    task = asyncio.create_task(AsyncDriver(Async()).run(flow()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["closed"]


def pages(seen: list[str]) -> Stream[str]:
    try:
        for page in ("a", "b", "c"):
            reply = yield from send(get(page))
            for number in range(2):
                yield Item(f"{page}{number}:{reply.status}")
    finally:
        seen.append("closed")


@both
def test_a_stream_hands_over_its_items_in_order(kind: Kind) -> None:
    seen: list[str] = []
    driven = kind(200, 201, 202)
    assert driven.iterate(pages(seen)) == [
        "a0:200",
        "a1:200",
        "b0:201",
        "b1:201",
        "c0:202",
        "c1:202",
    ]
    assert driven.steps == ["a", "b", "c"]
    assert seen == ["closed"]


@both
def test_a_stream_that_is_left_early_asks_for_no_more_and_is_closed(kind: Kind) -> None:
    seen: list[str] = []
    driven = kind(200, 201, 202)
    assert driven.iterate(pages(seen), limit=3) == ["a0:200", "a1:200", "b0:201"]
    assert driven.steps == ["a", "b"]
    assert seen == ["closed"]


@both
def test_a_stream_that_fails_is_closed(kind: Kind) -> None:
    seen: list[str] = []
    with pytest.raises(ConnectionLost):
        kind(200, lost()).iterate(pages(seen))
    assert seen == ["closed"]


LIMITED = RateLimited("slow down", retry_after=5.0)
EXACT = [
    # policy, dice, failures, then the waits
    (RetryPolicy(), 0.0, [lost()], [0.125]),
    (RetryPolicy(), 0.5, [lost()], [0.1875]),
    (RetryPolicy(), 0.0, [lost(), lost()], [0.125, 0.25]),
    (RetryPolicy(attempts=6), 0.0, [lost()] * 5, [0.125, 0.25, 0.5, 1.0, 2.0]),
    (RetryPolicy(attempts=5, base=1, cap=2), 0.0, [lost()] * 4, [0.5, 1.0, 1.0, 1.0]),
    (RetryPolicy(attempts=4, base=0), 0.9, [lost()] * 3, [0.0, 0.0, 0.0]),
    (RetryPolicy(), 0.0, [LIMITED], [5.0]),
    (RetryPolicy(base=20, cap=20), 0.0, [LIMITED], [10.0]),
    (RetryPolicy(), 0.0, [RateLimited("m", retry_after=None)], [0.125]),
    (RetryPolicy(), 0.0, [ConnectError("m"), TransportTimeout("m")], [0.125, 0.25]),
]


@both
@pytest.mark.parametrize(("policy", "dice", "failures", "waits"), EXACT)
def test_the_waits_between_tries(
    kind: Kind, policy: RetryPolicy, dice: float, failures: list[Exception], waits: list[float]
) -> None:
    driven = kind(*failures, 200)
    chance = Chance(monotonic=lambda: 0.0, draw=lambda: dice)
    reply = driven.run(retrying(lambda: send(get("a")), policy, chance))
    assert reply.status == 200
    assert [step for step in driven.steps if step != "a"] == waits
    assert driven.steps.count("a") == len(failures) + 1
    assert driven.steps[::2] == ["a"] * (len(failures) + 1)


@both
@pytest.mark.parametrize(
    ("policy", "failures"),
    [
        (RetryPolicy(), [lost(), lost(), lost()]),
        (NO_RETRY, [lost()]),
        (RetryPolicy(), [ConnectionLost("m", outcome=Outcome.UNKNOWN)]),
        (RetryPolicy(), [lost(), ConnectionLost("m", outcome=Outcome.SENT)]),
        (RetryPolicy(), [InvalidInput("a", limit="l", given="g")]),
        (RetryPolicy(deadline=4), [LIMITED]),
    ],
)
def test_the_last_failure_comes_out_when_it_is_not_repeated(
    kind: Kind, policy: RetryPolicy, failures: list[Exception]
) -> None:
    driven = kind(*failures, 200)
    chance = Chance(monotonic=lambda: 0.0, draw=lambda: 0.0)
    with pytest.raises(BackchannelError) as caught:
        driven.run(retrying(lambda: send(get("a")), policy, chance))
    assert caught.value is failures[-1]
    assert driven.steps.count("a") == len(failures)


@both
def test_no_wait_ends_after_the_deadline(kind: Kind) -> None:
    clock = iter([100.0, 100.5, 101.5, 108.9])
    chance = Chance(monotonic=lambda: next(clock), draw=lambda: 0.0)
    policy = RetryPolicy(attempts=9, base=2, deadline=9)
    driven = kind(lost(), lost(), lost(), 200)
    with pytest.raises(ConnectionLost):
        driven.run(retrying(lambda: send(get("a")), policy, chance))
    assert driven.steps == ["a", 1.0, "a", 2.0, "a"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from([200, 404, 500, None])),
        st.tuples(st.just("pause"), st.floats(0, 9)),
        st.tuples(st.just("item"), st.integers()),
    ),
    max_size=12,
)


@given(STEPS, st.integers(1, 5))
def test_both_drivers_do_the_same(steps: list[tuple[str, object]], limit: int) -> None:
    def stream(seen: list[object]) -> Stream[object]:
        try:
            for what, value in steps:
                if what == "send":
                    try:
                        reply = yield from send(get("a"))
                        seen.append(reply.status)
                    except ConnectionLost:
                        seen.append("lost")
                elif what == "pause":
                    yield from pause(value)
                else:
                    yield Item(value)
        finally:
            seen.append("closed")

    outcomes = []
    for kind in (Blocking, Async):
        answers = [lost() if value is None else value for what, value in steps if what == "send"]
        driven, seen = kind(*answers), []
        outcomes.append((driven.iterate(stream(seen), limit), driven.steps, seen))
    assert outcomes[0] == outcomes[1]


POLICIES = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 5000),
    base=st.floats(0, 100),
    cap=st.floats(0, 100),
    deadline=st.floats(0, 1000),
)


@given(POLICIES, st.integers(1, 5000), st.floats(0, 2000), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_over_the_cap_nor_beyond_the_deadline(
    policy: RetryPolicy, attempt: int, elapsed: float, draw: float
) -> None:
    wait = policy.delay(lost(), attempt=attempt, elapsed=elapsed, draw=draw)
    if wait is not None:
        assert 0 <= wait <= policy.cap
        assert elapsed + wait <= policy.deadline
        assert attempt < policy.attempts


@given(POLICIES, st.floats(0, 2000), st.integers(1, 40))
def test_a_wait_is_never_shorter_than_the_server_asked(
    policy: RetryPolicy, after: float, attempt: int
) -> None:
    error = RateLimited("m", retry_after=after)
    wait = policy.delay(error, attempt=attempt, elapsed=0.0, draw=0.0)
    assert wait is None or wait >= after


# --- what may block, and what many need


@both
def test_a_function_that_may_block_gives_its_value_to_the_flow(kind: Kind) -> None:
    def flow() -> Flow[list[object]]:
        first = yield from call(lambda: 1)
        try:
            yield from call(fail)
        except ConnectionLost as error:
            return [first, error]
        return []

    def fail() -> None:
        raise error

    error = lost()
    assert kind().run(flow()) == [1, error]


@both
def test_another_error_of_a_function_ends_the_flow_and_closes_it(kind: Kind) -> None:
    seen: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield from call(fail)
        except OSError:
            seen.append("caught")
        finally:
            seen.append("closed")

    def fail() -> None:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        kind().run(flow())
    assert seen == ["closed"]


@both
def test_what_is_needed_once_runs_again_when_it_is_over(kind: Kind) -> None:
    flight = Flight()
    ran: list[int] = []

    def needed() -> Flow[None]:
        reply = yield from send(get("a"))
        ran.append(reply.status)

    def flow() -> Flow[None]:
        yield from once(flight, needed)
        with pytest.raises(ConnectionLost):
            yield from once(flight, needed)
        yield from once(flight, needed)

    kind(200, lost(), 202).run(flow())
    assert ran == [200, 202]


def test_tasks_that_need_the_same_wait_for_the_first_of_them() -> None:
    flight = Flight()
    driven = Async(200, lost(), 202)
    driver = AsyncDriver(driven, driven.nap)

    def needed() -> Flow[None]:
        yield from send(get("a"))

    async def all_at_once() -> list[object]:
        flows = (driver.run(once(flight, needed)) for _ in range(9))
        return await asyncio.gather(*flows, return_exceptions=True)

    async def three_times() -> list[list[object]]:
        return [await all_at_once() for _ in range(3)]

    first, failed, third = asyncio.run(three_times())
    assert first == third == [None] * 9
    assert {type(error) for error in failed} == {ConnectionLost}
    assert len({id(error) for error in failed}) == 9
    assert len(driven.steps) == 3


@pytest.mark.parametrize("broken", [KeyError("a mistake"), KeyboardInterrupt()])
def test_a_mistake_is_its_makers_and_those_who_waited_do_it_themselves(
    broken: BaseException,
) -> None:
    flight = Flight()
    begun, waiting = threading.Event(), threading.Event()
    ran: list[str] = []

    def leading() -> Flow[None]:
        begun.set()
        assert waiting.wait(10)
        yield from pause(0.05)
        raise broken

    def following() -> Flow[None]:
        yield from pause(0)
        ran.append("itself")

    driver = Driver(Blocking())

    def follow() -> None:
        assert begun.wait(10)
        waiting.set()
        driver.run(once(flight, following))

    with ThreadPoolExecutor(1) as pool:
        follower = pool.submit(follow)
        with pytest.raises(type(broken)):
            driver.run(once(flight, leading))
        follower.result()
    assert ran == ["itself"]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_task_that_is_cancelled_leaves_it_running_for_the_others(steps: int) -> None:
    flight = Flight()
    driven = Async(200)
    driver = AsyncDriver(driven, driven.nap)

    def needed() -> Flow[None]:
        yield from pause(1)
        yield from send(get("a"))

    async def cancel_the_first() -> None:
        first = asyncio.create_task(driver.run(once(flight, needed)))
        for _ in range(steps):
            await asyncio.sleep(0)
        first.cancel()
        await driver.run(once(flight, needed))
        await driver.finish()
        assert len(asyncio.all_tasks()) == 1 + (not first.done())

    asyncio.run(cancel_the_first())
    assert driven.steps == [1, "a"]


def test_a_blocking_call_does_not_wait_for_a_task_of_its_own_thread() -> None:
    flight = Flight()
    tasks, blocking = Async(200), Blocking(200)
    driver = AsyncDriver(tasks, tasks.nap)

    def needed() -> Flow[None]:
        yield from pause(1)

    async def block_the_loop() -> None:
        leading = asyncio.create_task(driver.run(once(flight, needed)))
        await asyncio.sleep(0)
        assert flight.is_led_here
        with pytest.raises(ConfigurationError, match="of its own thread"):
            blocking.run(once(flight, needed))
        await leading

    asyncio.run(block_the_loop())
    assert (tasks.steps, blocking.steps) == ([1], [])
