"""The bots of examples/, as processes, on either platform by the address alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.glimesh.seed import VIEWER
from backchannel.local.rocketchat.seed import ADMIN, BOB, GENERAL

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 60


class GlimeshRoom:
    """The streamer's channel; the bot is the streamer."""

    address = "glimesh:streamer"

    def __init__(self, server: LocalGlimesh) -> None:
        self.server = server
        self.environment = {"GLIMESH_TOKEN": "tok-streamer", "GLIMESH_URL": server.url}

    def says(self, text: str) -> None:
        self.server.say(1, VIEWER, text)

    def texts(self) -> list[str]:
        return self.server.run(lambda: [row.message for row in self.server.world.messages])

    def empty(self) -> None:
        messages = self.server.world.messages
        self.server.run(lambda: [messages.remove(row) for row in list(messages)])

    def silenced(self) -> bool:
        bans = self.server.run(lambda: list(self.server.world.bans))
        return any(ban.user_id == VIEWER for ban in bans)


class RocketChatRoom:
    """#general; the bot is an administrator."""

    address = "rocketchat:general"

    def __init__(self, server: LocalRocketChat) -> None:
        self.server = server
        self.environment = {
            "ROCKETCHAT_URL": server.url,
            "ROCKETCHAT_USER_ID": ADMIN.user_id,
            "ROCKETCHAT_AUTH_TOKEN": ADMIN.token,
        }

    def says(self, text: str) -> None:
        self.server.say(GENERAL, BOB.user_id, text)

    def texts(self) -> list[str]:
        with self.server.world.lock:
            return [row.document["msg"] for row in self.server.world.messages_in(GENERAL)]

    def empty(self) -> None:
        self.server.world.messages.clear()

    def silenced(self) -> bool:
        return BOB.username in self.server.world.rooms[GENERAL].muted


@pytest.fixture
def glimesh() -> Iterator[GlimeshRoom]:
    with LocalGlimesh() as server:
        yield GlimeshRoom(server)


@pytest.fixture
def rocketchat() -> Iterator[RocketChatRoom]:
    with LocalRocketChat() as server:
        yield RocketChatRoom(server)


@pytest.fixture(params=["glimesh", "rocketchat"])
def room(request: pytest.FixtureRequest) -> GlimeshRoom | RocketChatRoom:
    return request.getfixturevalue(request.param)


@contextmanager
def running(bot: str, *arguments: str, environment: dict[str, str]) -> Iterator[None]:
    """The bot, once it listens."""
    process = subprocess.Popen(
        [sys.executable, EXAMPLES / f"{bot}.py", *arguments],
        env=os.environ | {"BACKCHANNEL_CONFIG": os.devnull} | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().startswith("listening")
        yield
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_echo_answers_what_it_is_asked_for(room):
    with running("echo", room.address, environment=room.environment):
        room.says("hello")
        room.says("!echo and hello again")
        until(lambda: "and hello again" in room.texts())
    assert room.texts()[-3:] == ["hello", "!echo and hello again", "and hello again"]


def test_moderate_keeps_out_a_word(room):
    with running("moderate", room.address, "spoiler", environment=room.environment):
        room.says("a kind word")
        room.says("the spoiler: he wakes up")
        until(room.silenced)


def test_welcome_greets_who_is_new_once(room):
    newcomer = {"glimesh:streamer": "@viewer", "rocketchat:general": "@bob"}[room.address]
    room.empty()
    with running("welcome", room.address, environment=room.environment):
        room.says("hello")
        until(lambda: len(room.texts()) == 2)
        room.says("thank you")
        room.says("bye")
        until(lambda: len(room.texts()) == 4)
    assert room.texts() == ["hello", f"Welcome, {newcomer}!", "thank you", "bye"]


def test_relay_passes_on_what_is_said_both_ways(glimesh, rocketchat):
    both = glimesh.environment | rocketchat.environment
    with running("relay", glimesh.address, rocketchat.address, environment=both):
        glimesh.says("hello over there")
        until(lambda: any("hello over there" in text for text in rocketchat.texts()))
        rocketchat.says("and *hello* back " + "x" * 300)
        until(lambda: any("and hello back" in text for text in glimesh.texts()))
        until(lambda: sum(text.count("x") for text in glimesh.texts()[-2:]) >= 300)
    assert all(len(text) <= 255 for text in glimesh.texts())
