"""Which message is whose: the sends of a client that are under way, and what they found.

Glimesh knows no key for a message. What it has are ids that only grow: a message is stored under a
higher id than every message that was there before its send began.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from typing import Final, TypeAlias

Position: TypeAlias = tuple[int, str]
"""Where a message stands among all of the server: a number as its digits and their count."""

START: Final[Position] = (0, "")
"""In front of every message."""


def position(message_id: str) -> Position:
    """The position of a message. Of two ids, the longer one is the higher number."""
    return len(message_id), message_id


def choose(
    matches: Iterable[Position],
    *,
    floor: Position,
    claimed: Collection[Position],
    awaited: Iterable[Position],
) -> Position | None:
    """The message that a send whose reply was lost may call its own.

    It stands behind what was there when the send began, no other send has it, and none that still
    awaits its reply can be told later that it is its own.

    Args:
        matches: messages of the same author with the same text.
        floor: the newest message known when the send began.
        claimed: the messages of other sends.
        awaited: the floors of the sends of the same text that await their replies.
    """
    own = min((match for match in matches if match > floor and match not in claimed), default=None)
    if own is None or any(other < own for other in awaited):
        return None
    return own


class Attempt:
    """A send that is under way.

    Args:
        channel_id: where to.
        text: what.
        floor: the newest message known when it began: its own has a higher id.
    """

    def __init__(self, channel_id: str, text: str, floor: Position) -> None:
        self.key = (channel_id, text)
        self.floor = floor
        self.awaits_reply = True


class _Equals:
    """The sends of one text to one channel that are under way, and the messages they have."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.claimed: set[Position] = set()


class Claims:
    """The sends of one client. Threads may share it.

    It remembers the newest message that it was told of and, for as long as sends are under way,
    their texts and messages: a send that begins later begins behind these anyway.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest = START
        self._equals: dict[tuple[str, str], _Equals] = {}

    def __len__(self) -> int:
        """How many sends are under way."""
        with self._lock:
            return sum(len(equals.attempts) for equals in self._equals.values())

    def begin(self, channel_id: str, text: str, newest: Position) -> Attempt:
        """Begin a send, before its request is written. Whoever begins it ends it.

        Args:
            channel_id: where to.
            text: what.
            newest: the newest message of the channel, as it was just read.
        """
        with self._lock:
            self._newest = max(self._newest, newest)
            attempt = Attempt(channel_id, text, self._newest)
            self._equals.setdefault(attempt.key, _Equals()).attempts.append(attempt)
            return attempt

    def end(self, attempt: Attempt) -> None:
        """End a send, whatever became of it."""
        with self._lock:
            equals = self._equals[attempt.key]
            equals.attempts.remove(attempt)
            if not equals.attempts:
                del self._equals[attempt.key]

    def settle(self, attempt: Attempt, own: Position) -> None:
        """Take down the message that the reply named."""
        with self._lock:
            self._take(attempt, own)

    def doubt(self, attempt: Attempt) -> None:
        """Take down that no reply will come."""
        with self._lock:
            attempt.awaits_reply = False

    def claim(self, attempt: Attempt, matches: Iterable[Position]) -> Position | None:
        """Find the attempt's own message among those of its author and text, and take it down."""
        with self._lock:
            equals = self._equals[attempt.key]
            own = choose(
                matches,
                floor=attempt.floor,
                claimed=equals.claimed,
                awaited=[other.floor for other in equals.attempts if other.awaits_reply],
            )
            if own is not None:
                self._take(attempt, own)
            return own

    def _take(self, attempt: Attempt, own: Position) -> None:
        attempt.awaits_reply = False
        self._newest = max(self._newest, own)
        self._equals[attempt.key].claimed.add(own)
