"""Each change of a room's messages once, whatever is pushed, read, and pushed again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backchannel.rocketchat import RocketChatMessage, RocketChatUser
from backchannel.rocketchat.realtime.documents import Document, Tombstone
from backchannel.rocketchat.realtime.events import (
    MessageChanged,
    MessageDeleted,
    MessageEdited,
    MessageNew,
    RoomEvent,
)
from backchannel.rocketchat.realtime.sequencer import EPOCH, Sequencer

START = datetime(2026, 1, 1, tzinfo=UTC)
BOB = RocketChatUser(id="u-bob")
OVERLAP = timedelta(milliseconds=5)


def moment(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


def document(
    name: str, *, ts: int, at: int | None = None, edited: int | None = None, text: str = ""
) -> Document:
    message = RocketChatMessage(
        id=name,
        room_id="R",
        author=BOB,
        ts=moment(ts),
        text=text,
        updated_at=moment(ts if at is None else at),
        edited_at=None if edited is None else moment(edited),
    )
    return Document(message, hash(text))


def begun(*documents: Document, since: int = 0) -> Sequencer:
    sequencer = Sequencer("R")
    sequencer.begin(documents, [], moment(since))
    return sequencer


def test_what_was_there_before_is_not_told() -> None:
    old = document("a", ts=1)
    sequencer = begun(old)
    assert sequencer.pushed(old, early=True) is None
    assert sequencer.read([old], []) == []


def test_a_message_is_new_edited_changed_and_deleted() -> None:
    sequencer = begun(since=10)
    steps = [
        document("a", ts=20, text="one"),
        document("a", ts=20, at=30, edited=30, text="two"),
        document("a", ts=20, at=40, edited=30, text="two, with a reaction"),
    ]
    events = [sequencer.pushed(step, early=False) for step in steps]
    assert [type(event) for event in events] == [MessageNew, MessageEdited, MessageChanged]
    assert sequencer.pushed_deletion("a", early=False) == MessageDeleted(id="a", room_id="R")
    assert sequencer.pushed_deletion("a", early=False) is None


def test_a_change_of_an_old_message_is_no_new_message() -> None:
    sequencer = begun(since=10)
    reacted = sequencer.pushed(document("a", ts=5, at=20, edited=6), early=False)
    edited = sequencer.pushed(document("b", ts=5, at=21, edited=21), early=False)
    assert (type(reacted), type(edited)) == (MessageChanged, MessageEdited)


def test_a_late_word_of_a_deleted_message_does_not_revive_it() -> None:
    sequencer = begun(since=10)
    sequencer.pushed(document("a", ts=20), early=False)
    sequencer.pushed_deletion("a", early=False)
    assert sequencer.pushed(document("a", ts=20, at=30), early=False) is None


def test_a_message_with_the_id_of_a_deleted_one_is_new() -> None:
    sequencer = begun(since=10)
    sequencer.pushed(document("a", ts=20), early=False)
    sequencer.pushed_deletion("a", early=False)
    assert type(sequencer.pushed(document("a", ts=30), early=False)) is MessageNew


def test_two_changes_in_a_millisecond_are_two() -> None:
    sequencer = begun(since=10)
    texts = ["one", "two", "two", "three"]
    events = [sequencer.pushed(document("a", ts=20, text=text), early=False) for text in texts]
    assert [event is not None for event in events] == [True, True, False, True]


def test_a_message_written_and_deleted_in_a_gap_is_told_as_deleted() -> None:
    sequencer = begun(since=10)
    assert sequencer.read([], [Tombstone("a", moment(30))]) == [
        MessageDeleted(id="a", room_id="R", deleted_at=moment(30))
    ]
    assert sequencer.read([], [Tombstone("a", moment(30))]) == []


def test_the_deletion_before_a_message_that_was_read_is_not_its_own() -> None:
    sequencer = begun(document("a", ts=5), since=4)
    again = document("a", ts=30)
    told = sequencer.read([again], [Tombstone("a", moment(20))])
    assert [type(event) for event in told] == [MessageDeleted, MessageNew]
    assert sequencer.pushed_deletion("a", early=True) is None
    assert sequencer.pushed(again, early=True) is None
    assert sequencer.unsure, "it may have been deleted once more"


def test_a_gap_is_told_in_the_order_in_which_it_happened() -> None:
    sequencer = begun(document("old", ts=5), since=4)
    late = document("b", ts=21, text="written second, reacted to first")
    events = sequencer.read(
        [late, document("a", ts=20, at=50), document("old", ts=5, at=22)],
        [Tombstone("c", moment(23))],
    )
    assert [getattr(event, "id", None) or event.message.id for event in events] == [
        "a",
        "b",
        "old",
        "c",
    ]


def test_a_window_forgets_and_what_it_forgot_is_known_when_it_is_read() -> None:
    sequencer = Sequencer("R", window=3)
    sequencer.begin([], [], moment(0))
    many = [document(str(number), ts=number) for number in range(1, 10)]
    assert len(sequencer.read(many, [])) == 9
    assert sequencer.read(many, []) == []
    assert [sequencer.pushed(one, early=True) for one in many] == [None] * 9


def test_a_long_reading_forgets_nothing_before_it_is_told() -> None:
    sequencer = Sequencer("R", window=3)
    sequencer.begin([], [], moment(0))
    first = [document(name, ts=ts) for name, ts in (("a", 1), ("b", 2), ("c", 3))]
    sequencer.read(first, [])
    events = sequencer.read(
        [document("x", ts=4), document("y", ts=5), document("a", ts=1, at=6, edited=6), first[1]],
        [Tombstone("c", moment(7))],
    )
    assert [type(event) for event in events] == [
        MessageNew,
        MessageNew,
        MessageEdited,
        MessageDeleted,
    ]


class Room:
    """A room, its clock, and what its stream says."""

    def __init__(self) -> None:
        self.clock = 1_000
        self.alive: dict[str, Document] = {}
        self.trash: dict[str, Tombstone] = {}
        self.said: list[Document | str] = []
        self.ever: set[str] = set()
        self._changes = 0

    def happens(self, what: str, name: str, passed: int) -> None:
        self.clock += passed
        known = self.alive.get(name)
        self._changes += 1
        text = str(self._changes)
        if known is None:
            # What was deleted is gone for a while, before its id is used again.
            if name in self.trash:
                self.clock += 1
            self._is_now(document(name, ts=self.clock, text=text))
        elif what == "delete":
            del self.alive[name]
            self.trash[name] = Tombstone(name, moment(self.clock))
            self.said.append(name)
        else:
            born = (known.message.ts - START) // timedelta(milliseconds=1)
            edited = self.clock if what == "edit" else None
            self._is_now(document(name, ts=born, at=self.clock, edited=edited, text=text))

    def read(self, since: datetime) -> tuple[list[Document], list[Tombstone]]:
        return (
            [one for one in self.alive.values() if one.at > since],
            [stone for stone in self.trash.values() if stone.at > since],
        )

    def _is_now(self, one: Document) -> None:
        self.ever.add(one.message.id)
        self.alive[one.message.id] = one
        self.said.append(one)


steps = st.lists(
    st.tuples(
        st.sampled_from(["write", "edit", "edit", "react", "delete"]),
        st.sampled_from("abcd"),
        st.integers(0, 2),
    ),
    max_size=6,
)


class Listener:
    """A listener as the keeper is one: it reads, and then takes what was pushed."""

    def __init__(self, room: Room) -> None:
        self.events: list[RoomEvent] = []
        self._room = room
        self._sequencer = Sequencer("R")
        since = moment(room.clock) - OVERLAP if room.ever else EPOCH
        self._sequencer.begin(*room.read(since), since)

    def connection(self, parts: list[list[tuple[str, str, int]]]) -> None:
        """What happens between the subscription, readings, and the end of the connection."""
        for part in parts:
            heard = len(self._room.said)
            before, after = part[: len(part) // 2], part[len(part) // 2 :]
            self._happen(before)
            self._read()
            self._happen(after)
            self._take(self._room.said[heard:], early=True)
            if not self._sequencer.unsure:
                break
        if self._sequencer.unsure:
            self._read()
        heard = len(self._room.said)
        self._happen(parts[-1])
        self._take(self._room.said[heard:], early=False)

    def _read(self) -> None:
        since = self._sequencer.newest - OVERLAP
        self.events += self._sequencer.read(*self._room.read(since))

    def _happen(self, part: list[tuple[str, str, int]]) -> None:
        for step in part:
            self._room.happens(*step)

    def _take(self, said: list[Document | str], *, early: bool) -> None:
        for word in said:
            if isinstance(word, str):
                event = self._sequencer.pushed_deletion(word, early=early)
            else:
                event = self._sequencer.pushed(word, early=early)
            if event is not None:
                self.events.append(event)


def told_of(event: RoomEvent) -> str:
    return event.id if isinstance(event, MessageDeleted) else event.message.id


@given(
    before=steps,
    connections=st.lists(
        st.tuples(steps, st.lists(steps, min_size=1, max_size=3)), min_size=1, max_size=4
    ),
)
def test_what_is_told_last_is_how_it_is_and_nothing_is_told_twice(
    before: list[tuple[str, str, int]],
    connections: list[tuple[list[tuple[str, str, int]], list[list[tuple[str, str, int]]]]],
) -> None:
    room = Room()
    for step in before:
        room.happens(*step)
    room.clock += 10
    there_before = dict(room.alive)
    listener = Listener(room)
    for gap, parts in connections:
        for step in gap:
            room.happens(*step)
        listener.connection(parts)
    last = {told_of(event): event for event in listener.events}
    for name in room.ever:
        event = last.get(name)
        if event is None:
            assert room.alive.get(name) is there_before.get(name), "lost"
        elif isinstance(event, MessageDeleted):
            assert name not in room.alive, "lost"
        else:
            assert room.alive[name].message == event.message, "lost"
    states = [event.message for event in listener.events if not isinstance(event, MessageDeleted)]
    assert len(states) == len({(state.id, state.text) for state in states}), "doubled"
    for name in room.ever:
        of_one = [event for event in listener.events if told_of(event) == name]
        for former, event in pairwise(of_one):
            if isinstance(former, MessageDeleted):
                assert type(event) is MessageNew, "deleted twice, or changed after that"
