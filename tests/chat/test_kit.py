"""The test kit, run on both platforms and on a platform of an application's own."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backchannel import AsyncGlimesh, AsyncRocketChat, Glimesh, RocketChat
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.glimesh.seed import VIEWER
from backchannel.local.rocketchat.seed import ALICE, BOT, GENERAL
from backchannel.testing import CHECKS, Bench, Subject, check_backend

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
from noticeboard import AsyncBoardClient, Board, BoardBackend, BoardClient


@contextmanager
def glimesh(kind: str) -> Iterator[Subject]:
    make = {"sync": Glimesh, "async": AsyncGlimesh}[kind]
    with LocalGlimesh() as server:
        yield Subject(
            client=make(token="tok-streamer", url=server.url),
            room="glimesh:streamer",
            unknown="glimesh:nobody",
            other="viewer",
            says=lambda text: server.say(1, VIEWER, text),
        )


@contextmanager
def rocketchat(kind: str, age: int = 8) -> Iterator[Subject]:
    make = {"sync": RocketChat, "async": AsyncRocketChat}[kind]
    with LocalRocketChat(age=age) as server:
        server.world.rooms[GENERAL].owner = BOT.user_id
        yield Subject(
            client=make(server.url, user_id=BOT.user_id, auth_token=BOT.token),
            room="rocketchat:general",
            unknown="rocketchat:nowhere",
            other=ALICE.username,
            says=lambda text: server.say(GENERAL, ALICE.user_id, text),
        )


@contextmanager
def old_rocketchat(kind: str) -> Iterator[Subject]:
    with rocketchat(kind, age=3) as subject:
        yield subject


@contextmanager
def noticeboard(kind: str) -> Iterator[Subject]:
    make = {"sync": BoardClient, "async": AsyncBoardClient}[kind]
    board = Board(["lobby", "attic"])
    yield Subject(
        client=make(board, "ann"),
        room="board:lobby",
        unknown="board:cellar",
        other="bob",
        says=lambda text: board.pin("lobby", "bob", text),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("make", [glimesh, rocketchat, old_rocketchat, noticeboard])
def test_a_backend_keeps_its_promises(make, kind, check):
    with make(kind) as subject, Bench(subject) as bench:
        check(bench)


def test_all_checks_can_be_run_at_once():
    check_backend(lambda: noticeboard("sync"))


class Forgetful(BoardBackend):
    """Sends nothing, and says that it did."""

    def send(self, address, draft):
        receipt = yield from super().send(address, draft)
        self._board.notices[address.name].pop()
        return receipt


def test_a_backend_that_breaks_a_promise_is_found_out():
    @contextmanager
    def forgetful():
        with noticeboard("sync") as subject:
            client = subject.client
            client.backend = Forgetful(client.backend._board, "ann")
            yield subject

    with pytest.raises(AssertionError, match=re.escape("the newest message is")) as caught:
        check_backend(forgetful)
    assert caught.value.__notes__ == [f"in the check {CHECKS[0].__name__}"]
