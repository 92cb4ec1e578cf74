"""An event loop in a thread of its own, for blocking programs that listen.

Heartbeats have to go on while the program does something else.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol, Self, TypeVar

from backchannel.drive import Driver
from backchannel.flow import Flow

T = TypeVar("T")


class Runner(Protocol):
    """Runs flows."""

    def run(self, flow: Flow[T]) -> Awaitable[T]:
        """Run the flow to its end and return what it returns."""
        ...


class ThreadRunner:
    """Runs flows on a blocking driver, in worker threads."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def run(self, flow: Flow[T]) -> T:
        """Run the flow to its end and return what it returns."""
        return await asyncio.to_thread(self._driver.run, flow)


class LoopThread:
    """An event loop that runs in a daemon thread until it is stopped.

    Args:
        name: the thread's name.
    """

    def __init__(self, name: str) -> None:
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()
        self._ready.wait()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop and wait for it; an interruption cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    @property
    def runs(self) -> bool:
        """Whether it still does: at the end of the program it may not."""
        return self._thread.is_alive() and not self._loop.is_closed()

    def begin(self, work: Coroutine[Any, Any, object]) -> None:
        """Run something on the loop, and wait for nothing."""
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> Self:
        """End the thread once what is running now is done. Returns this one, to be joined."""
        self._loop.call_soon_threadsafe(self._stop.set)
        return self

    def join(self) -> None:
        """Wait for the end of the thread."""
        self._thread.join()

    def _main(self) -> None:
        asyncio.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._ready.set()
        await self._stop.wait()
