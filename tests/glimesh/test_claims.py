"""Whose message is whose, where several sends of the same text may have stored it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.glimesh.claims import START, Attempt, Claims, choose, position


def at(*numbers: int) -> list[tuple[int, str]]:
    return [position(str(number)) for number in numbers]


# The matches, the newest message when the send began, the messages of other sends, and what was
# newest when others began that still await their replies; then the message that is ours.
TABLE = {
    "nothing there": ([], 12, [], [], None),
    "the new one": ([13], 12, [], [], 13),
    "an equal text of before": ([12], 12, [], [], None),
    "an equal text of before, and the new one": ([9, 12, 13], 12, [], [], 13),
    "the first message of the server": ([1], None, [], [], 1),
    "one of another send": ([13], 12, [13], [], None),
    "one of another send, and ours": ([13, 14], 12, [13], [], 14),
    "two, and nobody else": ([13, 14], 12, [], [], 13),
    "one, and another send awaits its reply": ([13], 12, [], [12], None),
    "two, and another send awaits its reply": ([13, 14], 12, [], [12], None),
    "one that came before the other send began": ([13], 12, [], [13], 13),
    "one before and one after another began": ([13, 15], 12, [], [14], 13),
    "another began with less knowledge": ([13], 12, [], [7], None),
    "more digits are a higher number": ([99, 100], 99, [], [], 100),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_message_that_is_ours(case: str) -> None:
    matches, floor, claimed, awaited, own = TABLE[case]
    found = choose(
        at(*matches),
        floor=START if floor is None else position(str(floor)),
        claimed=set(at(*claimed)),
        awaited=at(*awaited),
    )
    assert found == (None if own is None else position(str(own)))


@given(st.lists(st.integers(0, 10**12), unique=True))
def test_positions_are_in_the_order_of_the_numbers(numbers: list[int]) -> None:
    assert [int(text) for _, text in sorted(at(*numbers))] == sorted(numbers)
    assert all(place > START for place in at(*numbers))


def test_what_is_over_is_forgotten() -> None:
    claims = Claims()
    first = claims.begin("1", "hi", START)
    claims.settle(first, position("13"))
    claims.end(first)
    assert len(claims) == 0
    # And yet the next one knows: the room was looked up before the first was stored.
    second = claims.begin("1", "hi", position("12"))
    assert len(claims) == 1
    claims.doubt(second)
    assert claims.claim(second, at(13)) is None
    assert claims.claim(second, at(13, 14)) == position("14")


def test_other_texts_and_channels_do_not_matter() -> None:
    claims = Claims()
    ours = claims.begin("1", "hi", START)
    claims.begin("1", "ho", START)
    claims.begin("2", "hi", START)
    claims.doubt(ours)
    assert claims.claim(ours, at(1)) == position("1")


@dataclass
class Sending:
    """A send as only the server sees it: with the message that it stored."""

    attempt: Attempt
    stored: int | None = None
    found: int | None = None

    @property
    def awaits_reply(self) -> bool:
        return self.attempt.awaits_reply


class World:
    """Sends of equal texts in any order of storing, replying, losing, looking and giving up."""

    def __init__(self) -> None:
        self.claims = Claims()
        self.messages: list[int] = []
        self.open: list[Sending] = []
        self.given_up: list[Sending] = []
        self.found: list[int] = []
        self.known = 0

    def begin(self, which: int) -> None:
        newest = at(*self.messages[: self.known])
        attempt = self.claims.begin("1", "hi", max(newest, default=START))
        self.open.append(Sending(attempt))

    def look_up(self, which: int) -> None:
        """Somebody reads what is newest, for the sends to come."""
        self.known = len(self.messages)

    def store(self, which: int) -> None:
        """One of the messages is stored, perhaps when nobody looks for it any more."""
        waiting = [each for each in self.open + self.given_up if each.stored is None]
        if waiting:
            each = waiting[which % len(waiting)]
            each.stored = len(self.messages) + 1
            self.messages.append(each.stored)

    def reply(self, which: int) -> None:
        replied = [each for each in self.open if each.awaits_reply and each.stored is not None]
        if replied:
            each = replied[which % len(replied)]
            self.claims.settle(each.attempt, position(str(each.stored)))
            self.end(each, each.stored)

    def lose(self, which: int) -> None:
        waiting = [each for each in self.open if each.awaits_reply]
        if waiting:
            self.claims.doubt(waiting[which % len(waiting)].attempt)

    def look(self, which: int) -> None:
        doubtful = [each for each in self.open if not each.awaits_reply]
        if doubtful:
            each = doubtful[which % len(doubtful)]
            own = self.claims.claim(each.attempt, at(*self.messages))
            if own is not None:
                self.end(each, int(own[1]))

    def give_up(self, which: int) -> None:
        doubtful = [each for each in self.open if not each.awaits_reply]
        if doubtful:
            each = doubtful[which % len(doubtful)]
            self.end(each, None)
            self.given_up.append(each)

    def end(self, each: Sending, found: int | None) -> None:
        self.claims.end(each.attempt)
        self.open.remove(each)
        if found is not None:
            assert position(str(found)) > each.attempt.floor
            assert found not in self.found, "two sends have the same message"
            self.found.append(found)


STEPS = ["begin", "look_up", "store", "store", "reply", "lose", "look", "give_up"]


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), min_size=20, max_size=60))
def test_no_message_is_ever_two_sends_and_none_that_can_be_told_stays_unknown(
    steps: list[tuple[str, int]],
) -> None:
    world = World()
    for step, which in steps:
        getattr(world, step)(which)
    # Now every reply is there or lost, and everybody looks once more.
    while any(each.awaits_reply for each in world.open):
        world.reply(0)
        world.lose(0)
    for _ in range(len(world.open)):
        for which in range(len(world.open)):
            world.look(which)
    for each in world.open:
        assert each.stored is None or each.stored in world.found
    for each in list(world.open):
        world.end(each, None)
    assert len(world.claims) == 0
