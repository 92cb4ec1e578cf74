"""Contests of processes: interleaved, in an order that changes; medians and ratios."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping

from .processes import Cost

Contestant = Callable[[], Cost]


def contest(title: str, base: str, contestants: Mapping[str, Contestant], rounds: int) -> str:
    """Run all contestants in every round; the table in Markdown.

    Args:
        title: what is measured.
        base: the contestant whose ratio is 1.00.
        contestants: they by their names.
        rounds: how many rounds; one more warms up.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in contestants}
    order = list(contestants)
    dice = random.Random(0)
    for number in range(rounds + 1):
        dice.shuffle(order)
        for name in order:
            cost = contestants[name]()
            if number:
                costs[name].append(cost)
    lines = [
        f"## {title}",
        "",
        f"{rounds} rounds, whole processes.",
        "",
        "| | ratio | median | ratio of processor time | peak memory |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name in contestants:
        own = costs[name]
        pairs = list(zip(own, costs[base], strict=True))
        ratio = statistics.median(mine.seconds / theirs.seconds for mine, theirs in pairs)
        busy = statistics.median(mine.busy / theirs.busy for mine, theirs in pairs)
        seconds = statistics.median(each.seconds for each in own)
        peak = statistics.median(each.peak for each in own)
        lines.append(
            f"| {name} | {ratio:.3f} | {seconds:.2f} s | {busy:.3f} | {peak / 1e6:.0f} MB |"
        )
    return "\n".join([*lines, ""])
