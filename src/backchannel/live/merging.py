"""Several sources as one, by arrival."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Final, Generic, Self, TypeAlias, TypeVar

import msgspec

T = TypeVar("T")

Source: TypeAlias = AbstractAsyncContextManager[AsyncIterator[T]]
"""What is entered once it is heard, and then gives items; a step that raises need not end it."""

WAITING: Final = 100
"""Items that wait for a slow consumer; then the sources wait."""


class _Entry(msgspec.Struct, Generic[T], frozen=True):
    items: tuple[T, ...] = ()
    error: Exception | None = None
    counted: bool = False


class Merged(Generic[T]):
    """An async iterator over the items of all sources, and a context manager.

    It begins when it is entered, which waits for all sources, or else with the first step; it
    ends with the last source, when it is left, or by `aclose`. Without `async with`, close it.
    What a source raises is raised by a step; the others go on, and so may the next step. A step
    that is cancelled loses nothing.

    Args:
        sources: each is entered, read and left in a task of its own.
    """

    def __init__(self, sources: Iterable[Source[T]]) -> None:
        self._sources = tuple(sources)
        self._tasks: list[asyncio.Task[None]] = []
        self._entries: asyncio.Queue[_Entry[T]] = asyncio.Queue()
        self._room = asyncio.Semaphore(WAITING)
        self._begun = False
        self._over = False

    def post(self, item: T) -> None:
        """Add an item at once, in the event loop: for what is told by callbacks, and is rare."""
        self._entries.put_nowait(_Entry((item,)))

    async def __aenter__(self) -> Self:
        await self._begin()
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
        """The next item."""
        await self._begin()
        if self._over:
            raise StopAsyncIteration
        entry = await self._entries.get()
        if entry.counted:
            self._room.release()
        if entry.error is not None:
            raise entry.error
        for item in entry.items:
            return item
        self._over = True
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Leave all sources."""
        self._begun = self._over = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        # For a step that waits in another task.
        self._entries.put_nowait(_Entry())

    async def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        loop = asyncio.get_running_loop()
        heard: list[asyncio.Future[None]] = []
        for source in self._sources:
            heard.append(loop.create_future())
            self._tasks.append(asyncio.create_task(self._pump(source, heard[-1])))
        try:
            await asyncio.gather(*heard)
        except BaseException:
            await self.aclose()
            # Of several that failed, one is told; the others must not complain of it.
            await asyncio.gather(*heard, return_exceptions=True)
            raise

    async def _pump(self, source: Source[T], heard: asyncio.Future[None]) -> None:
        try:
            async with source as items:
                heard.set_result(None)
                await self._read(items)
        except Exception as error:  # noqa: BLE001  # it is raised to the consumer
            if heard.done():
                self._entries.put_nowait(_Entry(error=error))
            else:
                heard.set_exception(error)
        finally:
            heard.cancel()
            if all(task.done() for task in self._tasks if task is not asyncio.current_task()):
                self._entries.put_nowait(_Entry())

    async def _read(self, items: AsyncIterator[T]) -> None:
        while True:
            await self._room.acquire()
            try:
                entry = _Entry((await anext(items),), counted=True)
            except StopAsyncIteration:
                return
            except Exception as error:  # noqa: BLE001  # it is raised to the consumer
                entry = _Entry(error=error, counted=True)
            self._entries.put_nowait(entry)
