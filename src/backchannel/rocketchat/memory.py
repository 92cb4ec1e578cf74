"""What a session remembers of its server, so that it need not ask at each call."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from backchannel.rocketchat.rooms import RocketChatRoom

__all__ = ["Memory", "RoomCache"]

MAX_NAMES: Final = 1000
SECONDS: Final = 300.0


class RoomCache:
    """Rooms by what they were asked for as; the one used longest ago goes first.

    Threads may share it. A room renamed meanwhile is found under its old name until its time is
    over: what is kept is its id, which never changes.

    Args:
        max_names: names and ids at most.
        seconds: how long one is kept.
    """

    def __init__(self, max_names: int = MAX_NAMES, seconds: float = SECONDS) -> None:
        self._max_names = max_names
        self._seconds = seconds
        self._lock = threading.Lock()
        self._found: OrderedDict[str, tuple[RocketChatRoom, float]] = OrderedDict()

    def get(self, name: str, now: float) -> RocketChatRoom | None:
        """The room, unless it is not known or its time is over.

        Args:
            name: what it was kept as.
            now: seconds of the monotonic clock.
        """
        with self._lock:
            room, until = self._found.get(name, (None, 0.0))
            if room is None or now >= until:
                self._found.pop(name, None)
                return None
            self._found.move_to_end(name)
            return room

    def keep(self, name: str, room: RocketChatRoom, now: float) -> None:
        """Keep a room that was found just now."""
        with self._lock:
            self._found[name] = (room, now + self._seconds)
            self._found.move_to_end(name)
            while len(self._found) > self._max_names:
                self._found.popitem(last=False)

    def forget(self, room_id: str) -> None:
        """Keep a room no more, whatever it was asked for as."""
        with self._lock:
            for name in [name for name, (room, _) in self._found.items() if room.id == room_id]:
                del self._found[name]


class Memory:
    """What all who share a session know.

    Attributes:
        rooms: the rooms found lately.
        version: of the server, major and minor, once it was asked.
    """

    def __init__(self) -> None:
        self.rooms = RoomCache()
        self.version: tuple[int, int] | None = None
