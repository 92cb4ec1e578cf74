"""Several sources as one."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from backchannel.live.merging import WAITING, Merged


class Steps:
    """Gives what it was given; raises what is an error, and goes on."""

    def __init__(self, *steps: object) -> None:
        self.left = list(steps)
        self.read = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        self.read += 1
        step = self.left.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


class Source:
    def __init__(self, items, *, refusal: Exception | None = None) -> None:
        self.items = items
        self.refusal = refusal
        self.entered_by = self.left_by = None

    async def __aenter__(self):
        self.entered_by = asyncio.current_task()
        if self.refusal:
            raise self.refusal
        return self.items

    async def __aexit__(self, *_):
        self.left_by = asyncio.current_task()


@asynccontextmanager
async def deaf():
    await asyncio.Event().wait()
    yield Steps()


async def endless():
    number = 0
    while True:
        yield number
        number += 1


async def test_all_items_of_all_sources_come_each_source_in_its_order():
    sources = [Source(Steps(*range(start, 300, 3))) for start in range(3)]
    async with Merged(sources) as merged:
        items = [item async for item in merged]
    assert sorted(items) == list(range(300))
    for start in range(3):
        assert [item for item in items if item % 3 == start] == list(range(start, 300, 3))


async def test_without_sources_it_ends_when_it_is_closed():
    merged = Merged([])
    await merged.aclose()
    assert [item async for item in merged] == []


async def test_what_a_source_raises_is_raised_and_all_go_on():
    merged = Merged([Source(Steps(1, ValueError("no"), 2)), Source(Steps(3))])
    items = []
    async with merged:
        while True:
            try:
                items.append(await anext(merged))
            except ValueError as error:
                items.append(str(error))
            except StopAsyncIteration:
                break
    assert sorted(map(str, items)) == ["1", "2", "3", "no"]
    assert items.index(1) < items.index("no") < items.index(2)


async def test_a_source_that_cannot_begin_ends_the_others_and_is_told():
    good, bad = Source(Steps(1)), Source(Steps(), refusal=ValueError("no such room"))
    with pytest.raises(ValueError, match="no such room"):
        async with Merged([good, deaf(), bad]):
            pass
    assert good.left_by is good.entered_by is not None


async def test_sources_wait_for_a_slow_consumer_and_what_is_posted_does_not():
    steps = Steps(*range(10 * WAITING))
    async with Merged([Source(steps)]) as merged:
        for _ in range(5 * WAITING):
            await asyncio.sleep(0)
        assert steps.read <= WAITING
        merged.post("news")
        items = [item async for item in merged]
    assert len(items) == 10 * WAITING + 1
    assert items.index("news") <= WAITING + 1


async def test_a_source_is_left_by_the_task_that_entered_it():
    source = Source(endless())
    async with Merged([source]) as merged:
        assert [await anext(merged) for _ in range(3)] == [0, 1, 2]
    assert source.left_by is source.entered_by is not asyncio.current_task()
    assert [item async for item in merged] == []


async def test_closing_ends_a_step_that_waits():
    async with Merged([Source(Steps(), refusal=None), deaf_but_begun()]) as merged:
        step = asyncio.ensure_future(anext(merged))
        await asyncio.sleep(0)
        await merged.aclose()
        with pytest.raises(StopAsyncIteration):
            await step


@asynccontextmanager
async def deaf_but_begun():
    yield Silence()


class Silence:
    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.Event().wait()
