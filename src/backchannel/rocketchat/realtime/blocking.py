"""Listening for blocking programs: the async one, run by an event loop in a thread."""

from __future__ import annotations

from threading import Lock
from types import TracebackType
from typing import Self
from weakref import WeakSet

from backchannel.drive import Driver
from backchannel.live.loop import LoopThread, ThreadRunner
from backchannel.rocketchat.realtime.events import RoomEvent
from backchannel.rocketchat.realtime.listening import Listening, client_closed
from backchannel.rocketchat.realtime.wish import Wish
from backchannel.rocketchat.session import Session

__all__ = ["BlockingListening", "BlockingListenings"]


class BlockingListening:
    """The blocking twin of `Listening`: an iterator and context manager.

        with chat.listen("#general") as events:
            for event in events:
                ...

    It runs in a thread of its own. Without `with`, close it; one that nobody holds any more closes
    itself. Threads must not share it.
    """

    def __init__(self, session: Session, driver: Driver, wish: Wish) -> None:
        self._closed = False
        self._listening = Listening(session, ThreadRunner(driver), wish)
        self._loop = LoopThread("listening")

    def __enter__(self) -> Self:
        try:
            # It closes itself when it cannot begin.
            self._loop.run(self._listening.__aenter__())
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

    def __next__(self) -> RoomEvent:
        """The next event."""
        if self._closed:
            raise StopIteration
        try:
            return self._loop.run(self._listening.__anext__())
        except StopAsyncIteration:
            self.close()
        raise StopIteration

    def end(self, error: Exception) -> None:
        """Stop listening. For any thread: the one that listens gets the error, after what came."""
        if not self._closed:
            self._loop.run(self._listening.end(error))

    def close(self) -> None:
        """Stop listening, and end the thread."""
        if self._closed:
            return
        self._closed = True
        try:
            self._loop.run(self._listening.aclose())
        finally:
            self._loop.stop()
            self._loop.join()

    def __del__(self) -> None:
        # Wherever this runs, perhaps in the loop's own thread, it must not wait.
        if not self._closed and self._loop.runs:
            self._closed = True
            self._loop.begin(self._abandon(self._listening, self._loop))

    @staticmethod
    async def _abandon(listening: Listening, loop: LoopThread) -> None:
        try:
            await listening.aclose()
        finally:
            loop.stop()


class BlockingListenings:
    """All listenings of a client, which end with it. Threads may share it.

    Args:
        session: who asks whom.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = Lock()
        self._open: WeakSet[BlockingListening] = WeakSet()

    def open(self, driver: Driver, wish: Wish) -> BlockingListening:
        """A listening that has not begun."""
        listening = BlockingListening(self._session, driver, wish)
        with self._lock:
            self._open.add(listening)
        return listening

    def close(self) -> None:
        """End them with ConnectionLost."""
        with self._lock:
            left = list(self._open)
        for listening in left:
            listening.end(client_closed(self._session))
