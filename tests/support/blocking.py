"""One blocking way to call what is sync and what is async."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Iterator


def blocking(result: object, runner: asyncio.Runner) -> object:
    """A value as it is, an awaitable's value, or a plain iterator over an asynchronous one."""
    if isinstance(result, AsyncIterator):
        return _iterate(result, runner)
    if inspect.isawaitable(result):
        return runner.run(_value(result))
    return result


async def _value(awaitable: Awaitable[object]) -> object:
    return await awaitable


def _iterate(items: AsyncIterator[object], runner: asyncio.Runner) -> Iterator[object]:
    try:
        while True:
            try:
                item = runner.run(_value(anext(items)))
            except StopAsyncIteration:
                return
            yield item
    finally:
        runner.run(items.aclose())
