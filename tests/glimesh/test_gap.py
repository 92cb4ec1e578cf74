"""Each message once: the law of the sequencer, and reading a real history back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.glimesh import AsyncGlimesh
from backchannel.glimesh.gap import Sequencer
from backchannel.glimesh.live import ChatFill
from backchannel.local.glimesh import LocalGlimesh

MARGIN, WINDOW = 4, 12


@st.composite
def commits(draw: st.DrawFn) -> list[int]:
    """Ids in the order in which they become visible: each is overtaken by fewer than MARGIN."""
    waiting = sorted(draw(st.sets(st.integers(1, 500), max_size=80)))
    order: list[int] = []
    overtaken: dict[int, int] = {}
    while waiting:
        first = draw(st.integers(0, min(len(waiting), MARGIN) - 1))
        if first and overtaken.get(waiting[0], 0) >= MARGIN - 1:
            first = 0
        number = waiting.pop(first)
        for other in waiting[:first]:
            overtaken[other] = overtaken.get(other, 0) + 1
        order.append(number)
    # Of those that were overtaken as often as may be, none may be overtaken once more.
    return order if all(count < MARGIN for count in overtaken.values()) else sorted(order)


class Listening:
    """A listener whose connection comes and goes, as a subscription of one channel merges it."""

    def __init__(self) -> None:
        self.sequencer = Sequencer(MARGIN, WINDOW)
        self.history: list[int] = []
        self.pushes: list[int] = []
        self.connected = False
        self.got: list[int] = []

    def begin(self) -> None:
        newest = sorted(self.history)[-MARGIN:]
        self.sequencer.begin(newest, whole=len(newest) == len(self.history))

    def commit(self, number: int) -> None:
        self.history.append(number)
        if self.connected:
            self.pushes.append(number)

    def fill(self) -> None:
        known = self.sequencer.known
        read = [number for number in sorted(self.history) if number >= known]
        fresh = [number for number in read if self.sequencer.admit(number)]
        assert fresh == sorted(fresh)
        self.got += fresh

    def take(self) -> None:
        self.got += [number for number in self.pushes if self.sequencer.admit(number)]
        self.pushes.clear()


@given(commits(), st.data())
def test_each_message_comes_once_whatever_is_dropped_when(
    order: list[int], data: st.DataObject
) -> None:
    listening = Listening()
    before = data.draw(st.integers(0, len(order)))
    for number in order[:before]:
        listening.commit(number)
    listening.begin()
    for number in order[before:]:
        match data.draw(st.sampled_from(["goes on", "goes on", "takes", "drops", "connects"])):
            case "takes":
                listening.take()
            case "drops":
                # What was pushed and not read by then is lost, too.
                listening.connected = False
                listening.pushes = listening.pushes[: data.draw(st.integers(0, 3))]
            case "connects" if not listening.connected:
                listening.connected = True
                listening.take()
                listening.fill()
        listening.commit(number)
    listening.connected = True
    listening.take()
    listening.fill()
    assert sorted(listening.got) == sorted(order[before:])


def test_a_late_lower_id_is_no_old_one() -> None:
    sequencer = Sequencer()
    assert [sequencer.admit(number) for number in (7, 9, 8, 9, 7)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_fell_out_of_the_window_counts_as_seen() -> None:
    sequencer = Sequencer(margin=1, window=3)
    assert all(sequencer.admit(number) for number in (1, 2, 4, 5))
    assert not sequencer.admit(1)
    assert sequencer.admit(3)


@pytest.mark.parametrize(
    ("known", "whole", "expected"),
    [([], True, 0), ([5], True, 0), ([5, 6, 7], True, 6), ([5, 6], False, 5)],
)
def test_how_far_back_to_read(known: list[int], whole: bool, expected: int) -> None:
    sequencer = Sequencer(margin=2)
    sequencer.begin(known, whole=whole)
    assert sequencer.known == expected


@pytest.mark.parametrize(
    ("before", "missed"),
    [
        *[(before, missed) for before in (0, 99, 100, 101) for missed in (0, 1, 99, 100, 101)],
        *[(0, 200), (0, 201), (5, 201), (150, 200), (1_500, 101), (101, 1_100), (0, 2_300)],
    ],
)
async def test_a_gap_of_any_length_is_read_in_order(
    server: LocalGlimesh, before: int, missed: int
) -> None:
    # Channels of their own, so that one server does for all.
    channel = server.world.channels[2]
    earlier = [row.id for row in say(server, channel.id, before)]
    async with AsyncGlimesh(token="tok-viewer", url=server.url) as client:
        fill = ChatFill(client.endpoint, str(channel.id))
        await client.driver.run(fill.begin())
        written = [row.id for row in say(server, channel.id, missed)]
        fill.restart()
        got: list[int] = []
        while True:
            part = await client.driver.run(fill.read())
            got += [int(message.id) for message in part.results if fill.admit(message)]
            if part.last:
                break
    assert got == written
    assert not set(got) & set(earlier)


def say(server: LocalGlimesh, channel_id: int, count: int):
    return server.say(channel_id, 1, *["hi"] * count) if count else []


@pytest.fixture
def server():
    with LocalGlimesh() as server:
        yield server
