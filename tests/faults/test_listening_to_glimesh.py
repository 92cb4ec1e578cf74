"""A listener at a Glimesh that drops, closes, goes silent and crashes: each message comes once."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

import glimesh_api as api
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.graphql.socket import Timing
from backchannel.live.events import Connected, ConnectionEvent, Disconnected, Filled
from backchannel.local.glimesh import LocalGlimesh
from backchannel.wire.backoff import Backoff

CHANNEL, STREAMER = 1, 1
TIMING = Timing(heartbeat=0.1, silence=0.5, timeout=2.0, backoff=Backoff(base=0.01, cap=0.05))

# The socket is gone, or as good as gone: until the story says so, no other is made.
OF_SOCKETS = {
    "reset": lambda server: server.sockets.reset(),
    "close 1000": lambda server: server.sockets.close(),
    "close 1011": lambda server: server.sockets.close(1011),
    "close 1012": lambda server: server.sockets.close(1012),
    "silence": lambda server: server.sockets.silence(),
}
# The socket stays.
OF_CHANNELS = {
    "phx_error": lambda server: server.sockets.raise_error(),
    "phx_close": lambda server: server.sockets.close_channels(),
}
FAULTS = {**OF_SOCKETS, **OF_CHANNELS}


class Story:
    """What happens at the server, told from a thread.

    Args:
        server: where.
        dice: when, and how much.
        messages: how many are written, at least.
        faults: how many there are.
        long: messages in the longest gap.
    """

    def __init__(
        self, server: LocalGlimesh, dice: Random, *, messages: int, faults: int, long: int
    ) -> None:
        self._server = server
        self._dice = dice
        self._kinds = [*FAULTS, *dice.choices(list(FAULTS), k=faults - len(FAULTS))]
        dice.shuffle(self._kinds)
        self._gaps = [dice.randint(1, 40) for _ in self._kinds]
        # Where the client stays away until all of them are written.
        held = [place for place, kind in enumerate(self._kinds) if kind in OF_SOCKETS]
        self._gaps[dice.choice(held)] = long
        self._live = (messages - sum(self._gaps)) // faults + 1
        self.written: list[int] = []
        self.swaps = 0

    def tell(self) -> None:
        for kind, gap in zip(self._kinds, self._gaps, strict=True):
            self._server.sockets.wait_for_subscriptions(seconds=60)
            self._live_messages()
            if kind in OF_SOCKETS:
                self._server.sockets.refuse(503, times=1_000)
            FAULTS[kind](self._server)
            self._write(gap)
            self._server.sockets.clear()
        self._server.sockets.wait_for_subscriptions(seconds=60)
        self._live_messages()
        # No push is held back behind these.
        self._server.sockets.clear()
        self._write(2)

    def _live_messages(self) -> None:
        left = self._live
        while left > 0:
            part = min(left, self._dice.randint(1, 60))
            if self._dice.random() < 0.3:
                self._server.sockets.swap_pushes()
                self.swaps += 1
            self._write(part)
            left -= part

    def _write(self, count: int) -> None:
        first = len(self.written)
        texts = [f"number {number}" for number in range(first, first + count)]
        self.written += [row.id for row in self._server.say(CHANNEL, STREAMER, *texts)]


async def listen(
    server: LocalGlimesh, story: Story, seen: list[ConnectionEvent]
) -> list[api.ChatMessageFields]:
    """Everything that came until long after the story ended."""
    got: list[api.ChatMessageFields] = []
    async with (
        AsyncGlimesh(token="tok-viewer", url=server.url, timing=TIMING) as client,
        api.chat_message_sent(client, channel_id=str(CHANNEL)).configure(
            on_event=seen.append
        ) as messages,
    ):
        telling = asyncio.create_task(asyncio.to_thread(story.tell))
        while not telling.done() or len(got) < len(story.written):
            try:
                async with asyncio.timeout(0.5):
                    got.append(await anext(messages))
            except TimeoutError:
                continue
        await telling
        # What would come twice would come now.
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                got.append(await anext(messages))
    return got


def listen_blocking(
    server: LocalGlimesh, story: Story, seen: list[ConnectionEvent]
) -> list[api.ChatMessageFields]:
    """The same in a blocking program; it hears of the end by a message."""
    with (
        Glimesh(token="tok-viewer", url=server.url, timing=TIMING) as client,
        api.chat_message_sent(client, channel_id=str(CHANNEL)).configure(
            on_event=seen.append
        ) as messages,
        ThreadPoolExecutor(1) as pool,
    ):
        telling = pool.submit(story.tell)
        telling.add_done_callback(lambda _: server.say(CHANNEL, STREAMER, "the end"))
        got = list(itertools.takewhile(lambda message: message.message != "the end", messages))
        telling.result()
    return got


@pytest.fixture(params=["steady", "jumping"])
def clock(request: pytest.FixtureRequest, dice: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's clock; one that jumps by hours at every look."""
    if request.param == "jumping":
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + dice.uniform(-1e4, 1e4))


@pytest.mark.faults
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_each_message_comes_once_in_order(kind: str, dice: Random, whole: bool) -> None:
    messages, faults, long = (10_000, 100, 2_500) if whole else (1_500, 10, 1_100)
    seen: list[ConnectionEvent] = []
    with LocalGlimesh() as server:
        story = Story(server, dice, messages=messages, faults=faults, long=long)
        if kind == "async":
            got = asyncio.run(listen(server, story, seen))
        else:
            got = listen_blocking(server, story, seen)
        assert len(server.sockets) == 0
    ids = [int(message.id) for message in got]
    assert len(story.written) >= messages
    assert Counter(ids) == Counter(story.written), "lost or doubled"
    kinds = Counter(type(event) for event in seen)
    assert kinds[Connected] - 1 == kinds[Disconnected] >= faults
    # Each gap of a lost socket held messages, which only a fill can have brought.
    filled = [event.count for event in seen if isinstance(event, Filled)]
    assert max(filled) >= long
    late = [number for place, number in enumerate(ids) if place and number < max(ids[:place])]
    print(
        f"{len(ids)} messages, {kinds[Disconnected]} losses, {sum(filled)} read, {len(late)} late"
    )
    assert len(late) <= story.swaps
    for number in late:
        assert sum(other > number for other in ids[: ids.index(number)]) <= 2
