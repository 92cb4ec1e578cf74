"""Running a function in many threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def in_threads(call: Callable[[int], T], *, threads: int, calls: int) -> list[T]:
    """Call it with 0, 1, 2, ... in `threads` threads that start together, `calls` times each.

    Returns the results in the order of the numbers.
    """
    together = threading.Barrier(threads)

    def work(thread: int) -> list[T]:
        together.wait()
        return [call(thread * calls + number) for number in range(calls)]

    with ThreadPoolExecutor(threads) as pool:
        return [result for results in pool.map(work, range(threads)) for result in results]
