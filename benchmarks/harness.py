"""Measuring side by side: interleaved rounds, medians, ratios.

A lone time says more about the machine, and what else it is doing, than about the code. So all
contestants take a turn in every round, in an order that changes; within a round each is compared
with one of them, the base; and the median of these ratios is the result.
"""

from __future__ import annotations

import asyncio
import gc
import math
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
)
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")
Batch = Callable[[int], object]


@dataclass(frozen=True)
class Row:
    """What was measured of one contestant.

    Attributes:
        name: what it is.
        median: seconds of one call, the median of all rounds.
        ratio: the median of its time divided by the base's in the same round.
        low: the first quartile of these ratios.
        high: the third quartile.
    """

    name: str
    median: float
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Table:
    """A measurement, which prints as a table in Markdown.

    Attributes:
        title: what was measured.
        rounds: how many rounds.
        calls: how many calls each contestant made in each round.
        rows: one for each contestant.
    """

    title: str
    rounds: int
    calls: int
    rows: list[Row]

    def __str__(self) -> str:
        head = ("", "ratio", "middle half", "median")
        lines = [
            (row.name, f"{row.ratio:.2f}", f"{row.low:.2f} to {row.high:.2f}", _time(row.median))
            for row in self.rows
        ]
        widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
        rule = tuple(
            "-" * widths[0] if not column else "-" * (width - 1) + ":"
            for column, width in enumerate(widths)
        )
        table = "\n".join(
            "| "
            + " | ".join(
                cell.rjust(width) if column else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            + " |"
            for line in (head, rule, *lines)
        )
        calls = "one call" if self.calls == 1 else f"{self.calls} calls"
        return f"## {self.title}\n\n{self.rounds} rounds of {calls} each.\n\n{table}\n"


class Contest:
    """Contestants that do the same thing, blocking or on one asyncio loop. A context manager.

    Args:
        title: what is measured.
        base: the name of the contestant whose ratio is 1.00.
    """

    def __init__(self, title: str, base: str) -> None:
        self._title = title
        self._base = base
        self._batches: dict[str, Batch] = {}
        self._results: dict[str, object] = {}
        self._stack = ExitStack()
        self._async_stack = AsyncExitStack()

    def __enter__(self) -> Self:
        self._runner = self._stack.enter_context(asyncio.Runner())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._stack:
            self._runner.run(self._async_stack.aclose())

    def open(self, manager: AbstractContextManager[T]) -> T:
        """Enter what a contestant needs; it is left at the end."""
        return self._stack.enter_context(manager)

    def open_async(self, make: Callable[[], AbstractAsyncContextManager[T]]) -> T:
        """The same for asyncio; `make` is called on the loop."""

        async def enter() -> T:
            return await self._async_stack.enter_async_context(make())

        return self._runner.run(enter())

    def run_async(self, call: Callable[[], Awaitable[T]]) -> T:
        """Run something else on the loop, once."""

        async def once() -> T:
            return await call()

        return self._runner.run(once())

    def add(
        self, name: str, call: Callable[[], T], plain: Callable[[T], object] | None = None
    ) -> None:
        """Add a contestant.

        Args:
            name: what it is.
            call: what is measured.
            plain: makes of a result what must be equal for all contestants.
        """

        def batch(times: int) -> None:
            for _ in range(times):
                call()

        self._enter(name, batch, call(), plain)

    def add_async(
        self,
        name: str,
        call: Callable[[], Awaitable[T]],
        plain: Callable[[T], object] | None = None,
        *,
        in_flight: int = 1,
    ) -> None:
        """Add a contestant whose calls are awaited.

        Args:
            name: what it is.
            call: what is measured.
            plain: makes of a result what must be equal for all contestants.
            in_flight: how many calls are made at once. The time of a call is that of them all,
                divided by their number.
        """

        async def once() -> T:
            return await call()

        async def one_by_one(times: int) -> None:
            for _ in range(times):
                await call()

        async def batch(times: int) -> None:
            shares = (len(range(start, times, in_flight)) for start in range(in_flight))
            await asyncio.gather(*map(one_by_one, shares))

        self._enter(
            name, lambda times: self._runner.run(batch(times)), self._runner.run(once()), plain
        )

    def _enter(
        self, name: str, batch: Batch, result: T, plain: Callable[[T], object] | None
    ) -> None:
        self._batches[name] = batch
        self._results[name] = result if plain is None else plain(result)

    def run(self, rounds: int, calls: int) -> Table:
        """Measure.

        Args:
            rounds: how many rounds.
            calls: how many calls each contestant makes in each round.

        Raises:
            ValueError: the contestants do not give the same result.
        """
        expected = self._results[self._base]
        different = [name for name, result in self._results.items() if result != expected]
        if different:
            raise ValueError(f"not the same result as {self._base}: {', '.join(different)}")
        times = _interleave(self._batches, rounds, calls)
        return Table(
            self._title,
            rounds,
            calls,
            [_row(name, own, times[self._base]) for name, own in times.items()],
        )


def _interleave(batches: dict[str, Batch], rounds: int, calls: int) -> dict[str, list[float]]:
    """Seconds of one call, by contestant and round. The first round only warms up."""
    times: dict[str, list[float]] = {name: [] for name in batches}
    order = list(batches)
    dice = random.Random(0)
    # What is there already is nobody's garbage; and nobody pays for the garbage of another.
    gc.collect()
    gc.freeze()
    for number in range(rounds + 1):
        dice.shuffle(order)
        for name in order:
            gc.collect()
            start = time.perf_counter()
            batches[name](calls)
            seconds = time.perf_counter() - start
            if number:
                times[name].append(seconds / calls)
    gc.unfreeze()
    return times


def _row(name: str, own: list[float], base: list[float]) -> Row:
    ratios = [mine / theirs for mine, theirs in zip(own, base, strict=True)]
    low, middle, high = (
        statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    )
    return Row(name, statistics.median(own), middle, low, high)


def _time(seconds: float) -> str:
    """Milliseconds with three digits that count."""
    milliseconds = seconds * 1000
    return f"{milliseconds:.{max(0, 2 - math.floor(math.log10(milliseconds)))}f} ms"
