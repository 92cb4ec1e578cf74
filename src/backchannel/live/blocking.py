"""Async iterations for blocking programs, run by an event loop in a thread."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from backchannel.live.loop import LoopThread

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Iteration(Protocol[T_co]):
    """What is iterated over: it begins when it is entered, and closes itself if it cannot."""

    async def __aenter__(self) -> Self: ...

    async def __anext__(self) -> T_co: ...

    async def aclose(self) -> None:
        """End it."""
        ...


class BlockingIteration(Generic[T]):
    """An iterator and context manager over what an async one gives, on a loop in a thread.

    Without `with`, close it; one that nobody holds any more closes itself. Threads must not share
    it.

    Args:
        iteration: the async one.
        loop: where it runs.
        release: called once it is closed, on whichever thread. Returns the loop if it was told to
            stop, so that somebody may wait for its end.
    """

    def __init__(
        self,
        iteration: Iteration[T],
        loop: LoopThread,
        release: Callable[[], LoopThread | None],
    ) -> None:
        self._iteration = iteration
        self._loop = loop
        self._release = release
        self._closed = False

    def __enter__(self) -> Self:
        try:
            self._loop.run(self._iteration.__aenter__())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """The next result."""
        if self._closed:
            raise StopIteration
        try:
            return self._loop.run(self._iteration.__anext__())
        except StopAsyncIteration:
            self.close()
        raise StopIteration

    def close(self) -> None:
        """End it. The last one on a loop ends the loop's thread."""
        if self._closed:
            return
        self._closed = True
        try:
            self._loop.run(self._iteration.aclose())
        finally:
            if (ended := self._release()) is not None:
                ended.join()

    def __del__(self) -> None:
        # Wherever this runs, perhaps in the loop's own thread, it must not wait.
        if not self._closed and self._loop.runs:
            self._closed = True
            self._loop.begin(_abandon(self._iteration, self._release))


async def _abandon(iteration: Iteration[object], release: Callable[[], object]) -> None:
    try:
        await iteration.aclose()
    finally:
        release()
