"""Listening for blocking programs: the async source, on an event loop in a thread."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from backchannel.event import Event
from backchannel.live.loop import LoopThread
from backchannel.live.merging import Merged

__all__ = ["Listening"]


class Listening:
    """What happens in rooms. An iterator and context manager.

        with chat.listen("rocketchat:general") as events:
            for event in events:
                ...

    It begins when it is entered, which waits until nothing more can be missed, or else with the
    first step. Without `with`, close it; one that nobody holds any more closes itself. A step that
    raises leaves it open, and the next one goes on. Threads must not share it.

    Made by `Chat.listen`.
    """

    def __init__(self, events: Merged[Event]) -> None:
        self._events = events
        self._loop: LoopThread | None = None
        self._closed = False

    def __enter__(self) -> Self:
        try:
            self._begun().run(self._events.__aenter__())
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

    def __next__(self) -> Event:
        """The next event."""
        if self._closed:
            raise StopIteration
        try:
            return self._begun().run(self._events.__anext__())
        except StopAsyncIteration:
            self.close()
        raise StopIteration

    def close(self) -> None:
        """Stop listening, and end the thread."""
        if self._closed:
            return
        self._closed = True
        if self._loop is not None:
            try:
                self._loop.run(self._events.aclose())
            finally:
                self._loop.stop()
                self._loop.join()

    def __del__(self) -> None:
        # Wherever this runs, perhaps in the loop's own thread, it must not wait.
        if not self._closed and self._loop is not None and self._loop.runs:
            self._closed = True
            self._loop.begin(self._abandon(self._events, self._loop))

    def _begun(self) -> LoopThread:
        if self._loop is None:
            self._loop = LoopThread("listening")
        return self._loop

    @staticmethod
    async def _abandon(events: Merged[Event], loop: LoopThread) -> None:
        try:
            await events.aclose()
        finally:
            loop.stop()
