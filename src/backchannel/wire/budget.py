"""How many retries the calls of one client may cost in all."""

from __future__ import annotations

import threading
from typing import Final

EARNED: Final = 0.25
"""What a call that ends well earns back, in retries."""


class RetryBudget:
    """Retries that the calls of a client share. Threads may share it.

    A single call's retries are few, but while a server is down every call would make them, and
    multiply the load that keeps it down. So they are spent from one budget, which only success
    fills again.

    Args:
        capacity: retries that can be spent while nothing ends well.
    """

    def __init__(self, capacity: float) -> None:
        self._lock = threading.Lock()
        self._capacity = capacity
        self._left = capacity

    @property
    def left(self) -> float:
        """Retries that could be spent now."""
        with self._lock:
            return self._left

    def spend(self) -> bool:
        """Take one retry, if there is a whole one left."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def earn(self) -> None:
        """A call ended well."""
        with self._lock:
            self._left = min(self._capacity, self._left + EARNED)
