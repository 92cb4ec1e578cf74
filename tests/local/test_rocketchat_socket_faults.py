"""Faults of sockets on the local Rocket.Chat server: what a realtime client meets."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, BOB, TEAM
from support.ddp import connected, open_socket


@pytest.fixture
def server() -> Iterator[LocalRocketChat]:
    with LocalRocketChat() as server:
        yield server


def say(server: LocalRocketChat, text: str) -> None:
    server.world.insert({"rid": TEAM, "msg": text, "ts": server.world.now()})


@pytest.mark.parametrize("harm", ["reset", "close"])
def test_all_are_dropped(server: LocalRocketChat, harm: str):
    with connected(server.url) as alice, connected(server.url, BOB) as bob:
        assert (len(server.sockets), server.sockets.handshakes) == (2, 2)
        assert getattr(server.sockets, harm)() == 2
        for frames in (alice, bob):
            with pytest.raises(ConnectionClosed):
                frames.hear()
    assert len(server.sockets) == 0


def test_a_code_is_chosen(server: LocalRocketChat):
    with connected(server.url) as alice:
        server.sockets.close(1012)
        with pytest.raises(ConnectionClosed) as caught:
            alice.hear()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1012


def test_those_of_one_token_are_closed(server: LocalRocketChat):
    with connected(server.url) as alice, connected(server.url, BOB) as bob:
        assert server.sockets.disconnect(ALICE.token) == 1
        with pytest.raises(ConnectionClosed):
            alice.hear()
        assert bob.until_pong() == []


def test_a_frame_ends_halfway(server: LocalRocketChat):
    with connected(server.url) as alice:
        alice.subscribe()
        server.sockets.cut_frame()
        say(server, "never whole")
        with pytest.raises(ConnectionClosedError):
            alice.hear()


def test_a_silent_server_accepts_and_says_nothing(server: LocalRocketChat):
    with connected(server.url) as alice:
        alice.subscribe()
        assert server.sockets.silence() == 1
        say(server, "unheard")
        alice.say(msg="ping")
        with open_socket(server.url) as later:
            for frames in (alice, later):
                with pytest.raises(TimeoutError):
                    frames.socket.recv(timeout=0.1)
            server.sockets.speak()
            with connected(server.url) as anew:
                assert anew.until_pong() == []
            server.sockets.reset()


def test_messages_are_late_and_in_order(server: LocalRocketChat):
    with connected(server.url) as alice:
        alice.subscribe()
        server.sockets.delay(0.1)
        begun = time.monotonic()
        for text in ("1", "2", "3"):
            say(server, text)
        heard = [alice.hear()["fields"]["args"][0]["msg"] for _ in range(3)]
        assert heard == ["1", "2", "3"]
        assert time.monotonic() - begun >= 0.1


def test_handshakes_are_refused(server: LocalRocketChat):
    server.sockets.refuse(429, headers={"Retry-After": "2"}, times=2)
    for _ in range(2):
        with pytest.raises(InvalidStatus) as caught, open_socket(server.url):
            pass
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "2"
    with connected(server.url) as alice:
        assert alice.until_pong() == []


def test_what_is_ordered_can_be_forgotten(server: LocalRocketChat):
    server.sockets.refuse(503)
    server.sockets.silence_new()
    server.sockets.clear()
    with connected(server.url) as alice:
        assert alice.until_pong() == []
