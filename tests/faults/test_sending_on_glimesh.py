"""Many sends to a Glimesh that loses requests and replies, and acts late: every receipt is true."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from backchannel.errors import Outcome
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.local.faults import Faults
from backchannel.local.glimesh import LocalGlimesh
from backchannel.wire.retry import RetryPolicy
from backchannel.wire.rules import Limits
from support.rawserver import wait_until
from support.watching import CURRENT, Watched, WatchingAiohttp, WatchingRequests

SEND, LOOK = "CreateChatMessage", "ReadBack"
VIEWER = 3
LIMITS = Limits(timeout=1.0)
QUICKLY = RetryPolicy(attempts=8, base=0.05, cap=0.2)
LOOKS = RetryPolicy(attempts=7, base=0.1, cap=0.5, deadline=20.0)
SOON, TOO_LATE = 0.2, 6.0  # seconds after the client lost the reply

# What happens to a request that sends, and how often in a hundred.
PLAN: dict[str, tuple[int, Callable[[Faults], None]]] = {
    "well": (40, lambda faults: faults.delay(operation=SEND, seconds=0)),
    "cut after the effect": (20, lambda faults: faults.cut_after_apply(operation=SEND)),
    "cut amid the reply": (7, lambda faults: faults.close_mid_body(operation=SEND)),
    "502 after the effect": (7, lambda faults: faults.html(operation=SEND, apply=True)),
    "cut, applied soon": (7, lambda faults: faults.apply_late(operation=SEND, seconds=SOON)),
    "timed out, applied soon": (
        4,
        lambda faults: faults.apply_late(operation=SEND, seconds=SOON, hang=True),
    ),
    "cut, applied too late": (
        4,
        lambda faults: faults.apply_late(operation=SEND, seconds=TOO_LATE),
    ),
    "cut before the effect": (5, lambda faults: faults.cut_before_apply(operation=SEND)),
    "503, no effect": (2, lambda faults: faults.answer(operation=SEND, status=503)),
    "429": (
        2,
        lambda faults: faults.answer(operation=SEND, status=429, headers={"retry-after": "0"}),
    ),
    "redirected": (
        2,
        lambda faults: faults.answer(operation=SEND, status=307, headers={"location": "/"}),
    ),
}


def order(faults: Faults, dice: Random, count: int) -> Counter[str]:
    """Order what happens to each request that sends, and to some of those that look."""
    shares = [share for share, _ in PLAN.values()]
    kinds = [*PLAN, *dice.choices(list(PLAN), shares, k=count - len(PLAN))]
    dice.shuffle(kinds)
    for kind in kinds:
        PLAN[kind][1](faults)
    for _ in range(count // 20):
        dice.choice([faults.cut_before_apply, faults.html])(operation=LOOK)
    return Counter(kinds)


def texts(dice: Random, count: int) -> list[str]:
    """A third of the texts are equal to others."""
    return [
        f"again {dice.randrange(4)}" if dice.random() < 1 / 3 else f"number {number}"
        for number in range(count)
    ]


def in_threads(url: str, said: list[str]) -> list[Watched]:
    transport = WatchingRequests(LIMITS)
    with (
        Glimesh(
            token="tok-viewer", url=url, transport=transport, retry=QUICKLY, reading_back=LOOKS
        ) as client,
        ThreadPoolExecutor(12) as pool,
    ):

        def send(text: str) -> Watched:
            watched = Watched(text)
            CURRENT.set(watched)
            watched.end(client.send_message("1", text))
            return watched

        done = list(pool.map(lambda text: contextvars.copy_context().run(send, text), said))
    transport.close()
    return done


async def in_tasks(url: str, said: list[str]) -> list[Watched]:
    transport = WatchingAiohttp(LIMITS)
    at_once = asyncio.Semaphore(24)
    async with AsyncGlimesh(
        token="tok-viewer", url=url, transport=transport, retry=QUICKLY, reading_back=LOOKS
    ) as client:

        async def send(text: str) -> Watched:
            async with at_once:
                watched = Watched(text)
                CURRENT.set(watched)
                watched.end(await client.send_message("1", text))
                return watched

        done = await asyncio.gather(*(send(text) for text in said))
    await transport.close()
    return done


@pytest.mark.faults
@pytest.mark.parametrize("kind", ["threads", "tasks"])
def test_every_receipt_is_true_whatever_is_lost(kind: str, dice: Random, whole: bool) -> None:
    count = 500 if whole else 50
    with LocalGlimesh() as server:
        stored_at = times_of(server)
        planned = order(server.faults, dice, count)
        said = texts(dice, count)
        if kind == "threads":
            sends = in_threads(server.url, said)
        else:
            sends = asyncio.run(in_tasks(server.url, said))
        wait_until(lambda: server.faults.late == 0, limit=60)
        rows = {str(row.id): row for row in server.world.messages if row.id > 12}
    report(planned, sends, rows)
    groups: dict[str, list[Watched]] = {}
    for watched in sends:
        groups.setdefault(watched.text, []).append(watched)
    found = Counter(watched.receipt.require().id for watched in sends if is_sent(watched))
    assert all(times == 1 for times in found.values()), "two sends have the same message"
    for text, group in groups.items():
        stored = [number for number, row in rows.items() if row.message == text]
        outcomes = Counter(watched.receipt.outcome for watched in group)
        assert outcomes[Outcome.SENT] <= len(stored) <= len(group) - outcomes[Outcome.NOT_SENT]
        for watched in filter(is_sent, group):
            row = rows[watched.receipt.require().id]
            assert (row.message, row.user_id, row.channel_id) == (text, VIEWER, 1)
        nobodys = [stored_at[number] for number in stored if number not in found]
        for watched in filter(is_unknown, group):
            assert_nobody_could_know(watched, group, nobodys)


def times_of(server: LocalGlimesh) -> dict[str, float]:
    """When each message was stored, by the clock of the test."""
    times: dict[str, float] = {}
    add = server.world.messages.add

    def adding(row: object) -> object:
        times[str(row.id)] = time.monotonic()
        return add(row)

    server.world.messages.add = adding
    return times


def is_sent(watched: Watched) -> bool:
    return watched.receipt.outcome is Outcome.SENT


def is_unknown(watched: Watched) -> bool:
    return watched.receipt.outcome is Outcome.UNKNOWN


def assert_nobody_could_know(watched: Watched, group: list[Watched], nobodys: list[float]) -> None:
    """No message that a send might have called its own stood there when it last looked.

    Except while an equal send awaited its reply, which might have named that message.
    """
    [*_, last] = [look for look in watched.looks if look.well] or [None]
    if last is None:
        return
    for other in group:
        began, settled = other.in_flight
        if other is not watched and began <= watched.ended and settled >= last.began:
            return
    there = [stored for stored in nobodys if watched.creates[0].began < stored < last.began]
    assert not there, f"{watched.text!r} is unknown, and could have been found"


def report(planned: Counter[str], sends: list[Watched], rows: dict[str, object]) -> None:
    """Print the shares."""
    ends = Counter(
        "sent, read back" if watched.receipt.read_back else watched.receipt.outcome.value
        for watched in sends
    )
    print(f"{len(sends)} sends, {len(rows)} messages stored")
    for title, counts in (("planned", planned), ("receipts", ends)):
        shares = ", ".join(f"{what}: {times}" for what, times in counts.most_common())
        print(f"  {title}: {shares}")
    unknown = ends[Outcome.UNKNOWN.value]
    late = len(rows) - ends[Outcome.SENT.value] - ends["sent, read back"]
    print(f"  of {unknown} unknown, {late} were stored after the last look, none doubled")
    assert ends["sent, read back"]
    assert unknown
