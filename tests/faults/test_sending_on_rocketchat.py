"""Two processes that send under the same keys to a Rocket.Chat that fails: each message once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Self

import pytest

from backchannel.local.faults import Faults
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import BOT, TEAM
from support.rawserver import wait_until

SENDER = Path(__file__).with_name("rocketchat_sender.py")
SEND, LOOK = "chat.sendMessage", "chat.getMessage"
BATCH = 25
SOON, TOO_LATE = 0.1, 1.5  # seconds after the client lost the reply
WRITING = 0.02  # seconds in which two messages of one key may both be new

JSON = dict[str, Any]

# What happens to a request that sends, and how often in a hundred.
PLAN: dict[str, tuple[int, Callable[[Faults], None]]] = {
    "well": (40, lambda faults: faults.delay(SEND, seconds=0)),
    "cut after the effect": (12, lambda faults: faults.cut_after_apply(SEND)),
    "cut amid the reply": (6, lambda faults: faults.close_mid_body(SEND)),
    "502 after the effect": (6, lambda faults: faults.html(SEND, apply=True)),
    "page after the effect": (3, lambda faults: faults.html(SEND, status=200, apply=True)),
    "cut, applied soon": (5, lambda faults: faults.apply_late(SEND, seconds=SOON)),
    "cut, applied too late": (4, lambda faults: faults.apply_late(SEND, seconds=TOO_LATE)),
    "timed out, applied": (2, lambda faults: faults.apply_late(SEND, seconds=0, hang=True)),
    "cut before the effect": (10, lambda faults: faults.cut_before_apply(SEND)),
    "503, no effect": (5, lambda faults: faults.answer(SEND, status=503)),
    "500, no effect": (2, lambda faults: faults.answer(SEND, status=500)),
    "page, no effect": (3, lambda faults: faults.html(SEND, status=200)),
    "429": (2, lambda faults: faults.answer(SEND, status=429, headers={"retry-after": "0"})),
}
# What happens to a request that looks.
LOOKS: dict[str, tuple[int, Callable[[Faults], None]]] = {
    "well": (70, lambda faults: faults.delay(LOOK, seconds=0)),
    "cut": (10, lambda faults: faults.cut_before_apply(LOOK)),
    "502": (10, lambda faults: faults.html(LOOK)),
    "outage": (10, lambda faults: faults.answer(LOOK, status=503, times=15)),
}


def order(
    faults: Faults, plan: dict[str, tuple[int, Callable[[Faults], None]]], dice: Random, count: int
) -> Counter[str]:
    """Order what happens to that many requests: each kind once, others as they come."""
    shares = [share for share, _ in plan.values()]
    kinds = [*plan, *dice.choices(list(plan), shares, k=count - len(plan))]
    dice.shuffle(kinds)
    for kind in kinds:
        plan[kind][1](faults)
    return Counter(kinds)


class Sender:
    """A process that sends. `lost` counts its messages that met another of their key."""

    lost = 0

    def __init__(self, url: str, kind: str) -> None:
        self.url = url
        self.kind = kind
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(SENDER), self.url, self.kind]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def give(self, batch: list[tuple[str, str]]) -> None:
        self._process.stdin.write(json.dumps(batch) + "\n")
        self._process.stdin.flush()

    def take(self) -> list[JSON]:
        receipts, self.lost = json.loads(self._process.stdout.readline())
        return receipts

    def restart(self) -> None:
        """Kill it amid its work, and let another begin."""
        self.kill()
        self.start()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.kill()


def stored_by(server: LocalRocketChat) -> list[JSON]:
    """All that is ever stored, as it is stored."""
    documents: list[JSON] = []
    insert = server.world.insert

    def inserting(document: JSON, *arguments: object) -> object:
        documents.append(document)
        return insert(document, *arguments)

    server.world.insert = inserting
    return documents


@pytest.mark.faults
@pytest.mark.parametrize("age", [3, 7, 8], ids="age{}".format)
def test_what_two_processes_send_is_there_once(age: int, dice: Random, whole: bool) -> None:
    count = 1_000 if whole else BATCH
    said = {f"key-{dice.randrange(2**64):x}": f"number {number}" for number in range(count)}
    sends = list(said.items())
    batches = [sends[at : at + BATCH] for at in range(0, count, BATCH)]
    with (
        LocalRocketChat(age=age, write_seconds=WRITING) as server,
        Sender(server.url, "blocking") as one,
        Sender(server.url, "async") as two,
    ):
        stored = stored_by(server)
        planned = order(server.faults, PLAN, dice, 3 * count)
        order(server.faults, LOOKS, dice, count)
        killed = dice.choice(batches)
        first: list[JSON] = []
        for batch in batches:
            one.give(batch)
            two.give(batch)
            if batch is killed:
                enough = len(stored) + 5
                wait_until(lambda enough=enough: len(stored) >= enough, limit=60)
                two.restart()
                two.give(batch)
            first += one.take() + two.take()
        server.faults.clear()
        wait_until(lambda: server.faults.late == 0, limit=60)
        assert_not_sent(first, stored, but_for=dict(killed))
        # The server is well again: who does not know, sends again under the same key.
        again: list[JSON] = []
        for sender in (one, two):
            sender.give([(key, said[key]) for key in sorted(open_in(first))])
            again += sender.take()
    report(planned, first, again, stored)
    print(f"  {one.lost + two.lost} met another of their key while that was stored")
    assert one.lost + two.lost or not whole
    assert not open_in(again)
    assert_sent(first + again, said)
    times = Counter(document["_id"] for document in stored)
    assert times == Counter(said.keys()), "lost or doubled"
    assert all(document["msg"] == said[document["_id"]] for document in stored)


def open_in(receipts: list[JSON]) -> set[str]:
    """The keys that were not sent, or nobody knows."""
    return {receipt["key"] for receipt in receipts if receipt["outcome"] != "sent"}


def assert_sent(receipts: list[JSON], said: dict[str, str]) -> None:
    """Whatever is said to be sent is what was to be sent."""
    for receipt in receipts:
        if receipt["outcome"] == "sent":
            key = receipt["key"]
            expected = {"id": key, "text": said[key], "room": TEAM, "author": BOT.user_id}
            assert expected.items() <= receipt.items(), receipt
    first = [r["key"] for r in receipts if r["outcome"] == "sent" and not r["deduplicated"]]
    assert len(first) == len(set(first)), "two sends stored the same message"


def assert_not_sent(receipts: list[JSON], stored: list[JSON], but_for: dict[str, str]) -> None:
    """What nobody sent, by all receipts, is not there.

    But for keys of a process that was killed: it leaves no receipt.
    """
    there = {document["_id"] for document in stored}
    outcomes: dict[str, set[str]] = {}
    for receipt in receipts:
        outcomes.setdefault(receipt["key"], set()).add(receipt["outcome"])
    for key, ends in outcomes.items():
        if key not in but_for:
            assert not (ends == {"not_sent"} and key in there), key
        assert key in there or "sent" not in ends, key


def report(planned: Counter[str], first: list[JSON], again: list[JSON], stored: list[JSON]) -> None:
    """Print the shares."""
    print(f"{len(first)} sends in faults, {len(again)} after them, {len(stored)} messages stored")
    print("  planned: " + shares(planned))
    for title, receipts in (("receipts", first), ("sent again", again)):
        print(f"  {title}: " + shares(Counter(map(end_of, receipts))))
    assert any(receipt["deduplicated"] for receipt in first)


def end_of(receipt: JSON) -> str:
    return "sent, deduplicated" if receipt["deduplicated"] else receipt["outcome"]


def shares(counts: Counter[str]) -> str:
    whole = counts.total() or 1
    return ", ".join(f"{what}: {100 * n / whole:.1f} %" for what, n in counts.most_common())
