"""A listener at a Rocket.Chat that drops, closes and goes silent: each change comes once."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from random import Random

import pytest

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, BOT, GENERAL, TEAM
from backchannel.rocketchat import AsyncRocketChat, RocketChat
from backchannel.rocketchat.realtime.events import (
    ListeningEvent,
    MessageDeleted,
    MessageNew,
    RoomEvent,
)
from backchannel.rocketchat.realtime.timing import ListeningTiming
from backchannel.wire.backoff import Backoff
from support.rawserver import wait_until
from support.rocketchat_world import delete, edit, react

ROOMS = (TEAM, GENERAL)
READING = "/api/v1/chat.syncMessages"
TIMING = ListeningTiming(
    heartbeat=0.1,
    silence=0.5,
    timeout=2.0,
    backoff=Backoff(base=0.01, cap=0.05),
    overlap=0.2,
    poll=0.05,
)

FAULTS = {
    "reset": lambda server: server.sockets.reset(),
    "close 1000": lambda server: server.sockets.close(),
    "close 1012": lambda server: server.sockets.close(1012),
    "disconnect": lambda server: server.sockets.disconnect(BOT.token),
    "half a frame": lambda server: server.sockets.cut_frame(),
    "silence": lambda server: server.sockets.silence(),
}


class Story:
    """What happens at the server, told from a thread.

    Args:
        server: where.
        dice: when, and how much.
        messages: how many are written, at least.
        faults: how many there are.
        seen: what happened to the listener's connection so far.
    """

    def __init__(
        self,
        server: LocalRocketChat,
        dice: Random,
        *,
        messages: int,
        faults: int,
        seen: list[ListeningEvent],
    ) -> None:
        self._server = server
        self._dice = dice
        self._seen = seen
        faults_of = server.faults
        self._spoil = [faults_of.html, faults_of.cut_before_apply, faults_of.close_mid_body]
        self._kinds = [*FAULTS, *dice.choices(list(FAULTS), k=faults - len(FAULTS))]
        dice.shuffle(self._kinds)
        self._part = messages // (2 * faults) + 1
        self.there: list[str] = []
        self.deleted: list[str] = []

    def tell(self) -> None:
        self._happen(self._part)
        for number, kind in enumerate(self._kinds):
            self._server.sockets.refuse(503, times=1_000)
            FAULTS[kind](self._server)
            self._happen(self._part)
            if self._dice.random() < 0.3:
                self._spoil_readings()
            self._server.sockets.clear()
            # While the listener connects, reads, and takes what is pushed meanwhile.
            self._happen(self._part)
            wait_until(lambda number=number: count(self._seen, "Filled") > number, limit=60)

    def tell_without_sockets(self) -> None:
        for _ in self._kinds:
            self._happen(2 * self._part)
            self._spoil_readings()

    def _spoil_readings(self) -> None:
        self._dice.choice(self._spoil)(READING, times=self._dice.randint(1, 3))

    def _happen(self, written: int) -> None:
        """Messages, with some edits, deletions and reactions of them and of earlier ones."""
        for _ in range(written):
            (said,) = self._server.say(self._dice.choice(ROOMS), ALICE.user_id, self._text())
            self.there.append(said["_id"])
            if self._dice.random() < 0.3:
                self._dice.choice([self._edit, self._edit, self._react, self._delete])()
        for change in (self._edit, self._delete, self._react):
            change()

    def _text(self) -> str:
        return f"{self._dice.random()}"

    def _one(self) -> str:
        """A message, more likely a late one."""
        late = self.there[-20:] if self._dice.random() < 0.7 else self.there
        return self._dice.choice(late)

    def _edit(self) -> None:
        edit(self._server, self._one(), self._text())

    def _react(self) -> None:
        one = self._one()
        # Two reactions of a millisecond would look alike in what is kept of a message.
        before = self._server.world.messages[one].updated
        wait_until(lambda: self._server.world.time() > before)
        react(self._server, one)

    def _delete(self) -> None:
        gone = self._one()
        self.there.remove(gone)
        self.deleted.append(gone)
        delete(self._server, gone)


def count(seen: list[ListeningEvent], name: str) -> int:
    return sum(type(event).__name__ == name for event in list(seen))


def settled(story: Story, got: list[RoomEvent], server: LocalRocketChat) -> bool:
    """Whether the last thing that was told of each message is how it is."""
    last = {told_of(event): event for event in got}
    return all(isinstance(last.get(gone), MessageDeleted) for gone in story.deleted) and all(
        version(last.get(there)) == stored_version(server, there) for there in story.there
    )


def told_of(event: RoomEvent) -> str:
    return event.id if isinstance(event, MessageDeleted) else event.message.id


def version(event: RoomEvent | None) -> object:
    if event is None or isinstance(event, MessageDeleted):
        return None
    return event.message.text, event.message.updated_at.timestamp()


def stored_version(server: LocalRocketChat, message_id: str) -> object:
    stored = server.world.messages[message_id]
    return stored.document["msg"], stored.updated


def check(story: Story, got: list[RoomEvent], server: LocalRocketChat) -> None:
    assert settled(story, got, server), "lost"
    of_each: dict[str, list[RoomEvent]] = {}
    for event in got:
        of_each.setdefault(told_of(event), []).append(event)
    assert set(of_each) == {*story.there, *story.deleted}
    for message_id, events in of_each.items():
        kinds = [type(event) for event in events]
        assert kinds.count(MessageNew) <= 1, "doubled"
        assert kinds.count(MessageDeleted) <= 1, "doubled"
        # One that was written and deleted inside a gap is told as deleted only.
        assert kinds[0] in {MessageNew, MessageDeleted}
        assert MessageDeleted not in kinds[:-1]
        assert (message_id in story.deleted) == (kinds[-1] is MessageDeleted)
    same = Counter(repr(event) for event in got)
    assert max(same.values()) == 1, "doubled"


async def listen(
    server: LocalRocketChat,
    story: Story,
    seen: list[ListeningEvent],
    *,
    poll: float | None = None,
) -> list[RoomEvent]:
    got: list[RoomEvent] = []
    async with (
        AsyncRocketChat(server.url, user_id=BOT.user_id, auth_token=BOT.token) as chat,
        chat.listen(*ROOMS, on_event=seen.append, timing=TIMING, poll=poll) as events,
    ):
        tell = story.tell if poll is None else story.tell_without_sockets
        telling = asyncio.create_task(asyncio.to_thread(tell))
        while True:
            try:
                async with asyncio.timeout(0.5):
                    got.append(await anext(events))
            except TimeoutError:
                # What would come twice would have come.
                if telling.done() and settled(story, got, server):
                    break
        await telling
    return got


def listen_in_threads(
    server: LocalRocketChat, story: Story, seen: list[ListeningEvent]
) -> list[RoomEvent]:
    got: list[RoomEvent] = []
    with (
        RocketChat(server.url, user_id=BOT.user_id, auth_token=BOT.token) as chat,
        chat.listen(*ROOMS, on_event=seen.append, timing=TIMING) as events,
    ):

        def tell() -> None:
            story.tell()
            server.say(TEAM, ALICE.user_id, "the end")

        telling = threading.Thread(target=tell)
        telling.start()
        for event in events:
            if isinstance(event, MessageNew) and event.message.text == "the end":
                break
            got.append(event)
        telling.join()
    return got


@pytest.mark.faults
def test_each_change_comes_once(dice: Random, whole: bool) -> None:
    messages, faults = (10_000, 100) if whole else (1_000, 10)
    seen: list[ListeningEvent] = []
    with LocalRocketChat() as server:
        story = Story(server, dice, messages=messages, faults=faults, seen=seen)
        got = asyncio.run(listen(server, story, seen))
        assert len(server.sockets) == 0
        check(story, got, server)
    assert len(story.there) + len(story.deleted) >= messages
    assert count(seen, "Connected") - 1 == count(seen, "Disconnected") >= faults
    assert all(event.count for event in seen if type(event).__name__ == "Filled")
    kinds = Counter(type(event).__name__ for event in got)
    print(f"{dict(kinds)}, {count(seen, 'Disconnected')} losses")


@pytest.mark.faults
def test_each_change_comes_once_to_a_blocking_program(dice: Random) -> None:
    seen: list[ListeningEvent] = []
    with LocalRocketChat() as server:
        story = Story(server, dice, messages=300, faults=len(FAULTS), seen=seen)
        got = listen_in_threads(server, story, seen)
        check(story, got, server)


@pytest.mark.faults
def test_each_change_comes_once_by_polling(dice: Random) -> None:
    seen: list[ListeningEvent] = []
    with LocalRocketChat() as server:
        story = Story(server, dice, messages=200, faults=6, seen=seen)
        got = asyncio.run(listen(server, story, seen, poll=0.02))
        assert server.sockets.handshakes == 0
        check(story, got, server)
