"""Every recorded exchange of the socket is had again with the local server, frame for frame.

The frames are compared as texts. What is substituted, and checked: the ids of subscriptions,
whose numbers the real server draws and whose digests are its own. Ids of messages and times are
the recorded ones, because the world is brought to the recorded point first.
"""

from __future__ import annotations

import ast
import http.client
import json
import re
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from backchannel.local.glimesh import LocalGlimesh
from support.glimesh_exchanges import RECORDED_AT
from support.glimesh_site import Clock, post
from support.glimesh_socket import (
    CONTROL,
    SOCKET,
    SUBSCRIPTION_ID,
    VIEWER,
    Replay,
    dial,
    receive,
    sections,
)

SECTIONS = sections()
READ_ONLY = f"{SOCKET}?vsn=2.0.0&client_id=11111111-2222-4333-8444-555555555555"

# Exchanges of one socket, with its path and the id of the first message that it is told of.
SESSIONS = {
    ("W2", "W3", "W3b", "W4", "W5", "W6"): (VIEWER, 13),
    ("W7",): (VIEWER, 19),
    ("W9", "W10"): (READ_ONLY, 13),
    ("W11",): (VIEWER, 13),
    ("W12",): (VIEWER, 13),
    ("W13",): (VIEWER, 13),
    ("W14",): (VIEWER, 13),
    ("W15",): (f"{SOCKET}?vsn=1.0.0&token=tok-viewer", 16),
    ("W16",): (f"{SOCKET}?token=tok-viewer", 13),
    ("W21",): (VIEWER, 17),
    ("W22",): (VIEWER, 13),
}
ALONE = {"W1", "W8", "W17", "W18", "W19", "W20"}  # more than frames happens in these


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = RECORDED_AT
    return clock


@pytest.fixture
def server(clock: Clock) -> Iterator[LocalGlimesh]:
    with LocalGlimesh(clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def replays() -> dict[str, tuple[list[tuple[str, str]], Replay]]:
    """What was recorded from the server and what ours sent, in pairs, by exchange."""
    found: dict[str, tuple[list[tuple[str, str]], Replay]] = {}
    for names, (path, first_id) in SESSIONS.items():
        clock = Clock()
        clock.now = RECORDED_AT
        with LocalGlimesh(clock=clock) as server:
            server.say(1, 2, *["before"] * (first_id - 13))
            replay = Replay(server, clock, path)
            for name in names:
                found[name] = replay.play(SECTIONS[name]), replay
            if replay.socket is not None:
                replay.socket.close()
    return found


def test_every_exchange_is_tried():
    tried = {name for names in SESSIONS for name in names} | ALONE
    assert tried == SECTIONS.keys()


@pytest.mark.parametrize("name", [name for names in SESSIONS for name in names])
def test_recorded_exchange(name, replays):
    pairs, _ = replays[name]
    assert pairs
    for recorded, ours in pairs:
        assert ours == recorded


def test_ids_are_renamed_one_to_one_and_equal_documents_have_equal_digests(replays):
    digests: set[tuple[str, str]] = set()
    for _, replay in replays.values():
        assert len(set(replay.renamed.values())) == len(replay.renamed)
        for recorded, ours in replay.renamed.items():
            digests.add(
                (SUBSCRIPTION_ID.fullmatch(recorded)[2], SUBSCRIPTION_ID.fullmatch(ours)[2])
            )
    assert len({one for one, _ in digests}) == len({other for _, other in digests}) == len(digests)


# W1


def shake_hands(server, target, headers):
    """Status, headers and body of the answer to a handshake, by a client that knows only HTTP."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        body = b"" if response.status == 101 else response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        return f"{response.status} {response.reason}", found, body
    finally:
        connection.close()


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
RECORDED_HANDSHAKES = [
    re.fullmatch(r"GET ws://[^/]+(\S+) -> (\d+ [A-Z][\w ]+?)(?: (\{.*\}) body=(.*))?", line)
    for line in SECTIONS["W1"]
    if line.startswith("GET")
]


@pytest.mark.parametrize(
    "recorded", RECORDED_HANDSHAKES, ids=lambda found: found[1].partition("?")[2]
)
def test_recorded_handshake(server, recorded):
    target, status, headers, body = recorded.groups()
    answered = shake_hands(server, target, UPGRADE)
    assert answered[0] == status
    if headers is not None:
        assert answered[1] == ast.literal_eval(headers)
        assert answered[2] == ast.literal_eval(body.removeprefix("bytearray(").removesuffix(")"))


def test_w1_the_authorization_header_is_not_looked_at(server):
    headers = {**UPGRADE, "Authorization": "Bearer tok-viewer"}
    assert shake_hands(server, f"{SOCKET}?vsn=2.0.0", headers)[0] == "403 Forbidden"


def test_w1_without_upgrade(server):
    status, _, body = shake_hands(server, VIEWER, {})
    assert (status, body) == ("426 Upgrade Required", b"")


def test_w1_no_subprotocol_is_chosen(server):
    headers = {**UPGRADE, "Sec-WebSocket-Protocol": "graphql-transport-ws"}
    status, answered, _ = shake_hands(server, VIEWER, headers)
    assert status == "101 Switching Protocols"
    assert "sec-websocket-protocol" not in answered


# W8, W17 to W20


def test_w8_deletions_and_timeouts_send_nothing(server, clock):
    lines = SECTIONS["W8"]
    replay = Replay(server, clock)
    pairs = replay.play(lines[:4])
    assert all(recorded == ours for recorded, ours in pairs)
    delete = "mutation { deleteChatMessage(channelId: 1, messageId: 3) { id } }"
    timeout = "mutation { shortTimeoutUser(channelId: 1, userId: 2) { id } }"
    assert post(server, delete, token="tok-mod").status == 200
    assert replay.play(["  (nothing within 1.0 s)"]) == [("nothing", "nothing")]
    assert post(server, timeout, token="tok-mod").status == 200
    assert replay.play(["  (nothing within 1.0 s)"]) == [("nothing", "nothing")]
    again = post(server, timeout, token="tok-mod")
    assert lines[8].endswith(json.dumps(again.body, separators=(",", ":")) + ")")
    write = 'mutation { createChatMessage(channelId: 1, message: {message: "x"}) { id } }'
    answer = post(server, write, token="tok-chatbot")
    assert lines[9].endswith(f"{answer.status} {json.dumps(answer.body)})")
    replay.socket.close()


def test_w17_a_disconnect_by_the_server(server, clock):
    replay = Replay(server, clock)
    *joined, _, closed = SECTIONS["W17"]
    assert all(recorded == ours for recorded, ours in replay.play(joined))
    with dial(server, f"{SOCKET}?vsn=2.0.0&token=tok-streamer") as other:
        assert server.sockets.disconnect("tok-viewer") == 1
        still = Replay(server, clock, socket=other).play(["  (nothing within 1.0 s)"])
        assert still == [("nothing", "nothing")]
    assert receive(replay.socket) == closed.removeprefix("< ")


def test_w18_no_complexity_limit(server, clock):
    replay = Replay(server, clock)
    replay.play(SECTIONS["W18"][:2])
    document = "{" + " ".join(f"a{number}: channel(id: 1) {{ id }}" for number in range(600)) + "}"
    replay.socket.send(json.dumps(["1", "2", CONTROL, "doc", {"query": document}]))
    frame = json.loads(receive(replay.socket))
    assert frame[:4] == ["1", "2", CONTROL, "phx_reply"]
    assert frame[4]["status"] == "ok"
    assert frame[4]["response"]["data"] == {f"a{number}": {"id": "1"} for number in range(600)}
    replay.socket.close()


def test_w19_and_w20_a_socket_without_any_frame_is_closed_and_pings_keep_one_open(clock):
    with LocalGlimesh(clock=clock, idle_seconds=1.5) as server:
        idle, pinging = Replay(server, clock), Replay(server, clock)
        *joined, closed, _ = SECTIONS["W19"]
        for replay in (idle, pinging):
            assert all(recorded == ours for recorded, ours in replay.play(joined))
        while True:
            assert pinging.socket.ping().wait(20)
            try:
                raise AssertionError(idle.socket.recv(timeout=0.1))
            except TimeoutError:
                continue
            except ConnectionClosed:
                break
        assert receive(idle.socket) == closed.removeprefix("< ")
        assert pinging.play(["  (nothing within 90.0 s)"]) == [("nothing", "nothing")]
        pinging.socket.close()
