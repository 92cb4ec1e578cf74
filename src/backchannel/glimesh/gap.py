"""Each message of a channel once: what the socket pushed, merged with what the history says.

Pure, and without I/O: it is told ids, and answers which are to be handed over.

Ids grow with time, but a message may become visible after a few with higher ids: one transaction
overtook another. So "higher than the last one" is no test of whether a message was seen. Of each
channel a window of ids is remembered, and reading begins a margin behind the highest.

What it guarantees: a message is handed over once, unless it becomes visible only after 100 others
of its channel with higher ids (`MARGIN`), while nothing is pushed; then it is lost. And one that
is pushed after 5,000 others of its channel with higher ids (`WINDOW`) is taken for seen.
"""

from __future__ import annotations

import heapq
from typing import Final

MARGIN: Final = 100
WINDOW: Final = 5_000


class Sequencer:
    """Knows which messages of a channel were handed over.

    Args:
        margin: how many messages behind the highest one reading begins again.
        window: how many ids are remembered, at least `margin`.
    """

    def __init__(self, margin: int = MARGIN, window: int = WINDOW) -> None:
        self._margin = margin
        self._window = window
        self._seen: set[int] = set()
        # The same ids, the lowest first.
        self._lowest: list[int] = []
        # All up to this one count as seen.
        self._floor = 0

    def begin(self, newest: list[int], *, whole: bool) -> None:
        """Take what is in the channel already as seen.

        Args:
            newest: the newest ids, at least `margin` of them if there are that many.
            whole: whether they are all there are.
        """
        for number in newest:
            self.admit(number)
        if newest and not whole:
            self._floor = max(self._floor, min(newest))

    def admit(self, number: int) -> bool:
        """Whether the message with this id is to be handed over; then it counts as seen."""
        if number <= self._floor or number in self._seen:
            return False
        self._seen.add(number)
        heapq.heappush(self._lowest, number)
        if len(self._lowest) > self._window:
            self._floor = heapq.heappop(self._lowest)
            self._seen.discard(self._floor)
        return True

    @property
    def known(self) -> int:
        """Reading the history back as far as this id misses nothing; 0: to its beginning."""
        if len(self._lowest) < self._margin:
            return self._floor
        return heapq.nlargest(self._margin, self._lowest)[-1]
