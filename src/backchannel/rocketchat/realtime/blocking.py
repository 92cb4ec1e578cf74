"""Listening for blocking programs: the async one, run by an event loop in a thread."""

from __future__ import annotations

from threading import Lock
from weakref import WeakSet

from backchannel.drive import Driver
from backchannel.live.blocking import BlockingIteration
from backchannel.live.loop import LoopThread, ThreadRunner
from backchannel.rocketchat.realtime.events import RoomEvent
from backchannel.rocketchat.realtime.listening import Listening, client_closed
from backchannel.rocketchat.realtime.wish import Wish
from backchannel.rocketchat.session import Session

__all__ = ["BlockingListening", "BlockingListenings"]


class BlockingListening(BlockingIteration[RoomEvent]):
    """The blocking twin of `Listening`: an iterator and context manager.

        with chat.listen("#general") as events:
            for event in events:
                ...

    It runs in a thread of its own. Without `with`, close it; one that nobody holds any more closes
    itself. Threads must not share it.
    """

    def __init__(self, session: Session, driver: Driver, wish: Wish) -> None:
        self._listening = Listening(session, ThreadRunner(driver), wish)
        loop = LoopThread("listening")
        super().__init__(self._listening, loop, loop.stop)

    def end(self, error: Exception) -> None:
        """Stop listening. For any thread: the one that listens gets the error, after what came."""
        if not self._closed:
            self._loop.run(self._listening.end(error))


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
