"""What a test may do to the sockets of the local Glimesh server, and what a client then meets."""

from __future__ import annotations

import asyncio
import json
import random
import socket as tcp

import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from backchannel.local.glimesh import LocalGlimesh
from support.glimesh_site import write
from support.glimesh_socket import CONTROL, VIEWER, dial, receive

MESSAGES = "subscription { chatMessage(channelId: 1) { id message } }"


@pytest.fixture
def server():
    with LocalGlimesh() as running:
        yield running


def join(socket):
    socket.send(json.dumps(["1", "1", CONTROL, "phx_join", {}]))
    assert json.loads(receive(socket))[4]["status"] == "ok"


def subscribe(socket, document=MESSAGES):
    """Join, subscribe, and give the subscription's id."""
    join(socket)
    socket.send(json.dumps(["1", "2", CONTROL, "doc", {"query": document}]))
    return json.loads(receive(socket))[4]["response"]["subscriptionId"]


def message(socket):
    return json.loads(receive(socket))[4]["result"]["data"]["chatMessage"]["message"]


def heartbeat(socket):
    socket.send(json.dumps([None, "9", "phoenix", "heartbeat", {}]))


def answers(socket):
    heartbeat(socket)
    return json.loads(receive(socket))[1] == "9"


def says_nothing(socket):
    heartbeat(socket)
    try:
        socket.recv(timeout=0.2)
    except TimeoutError:
        return True
    return False


class TestSaying:
    def test_what_is_said_is_stored_and_pushed_in_order(self, server):
        with dial(server) as socket:
            subscribe(socket)
            said = server.say(1, 3, *(f"number {number}" for number in range(1000)))
            assert [message(socket) for _ in said] == [row.message for row in said]
        assert len(server.world.messages) == 1012

    def test_a_text_that_the_server_takes_from_nobody_is_refused(self, server):
        for text in ("", "x" * 256, "\0", "e\u0301" * 200):
            with pytest.raises(ValueError, match="refused"):
                server.say(1, 3, text)
        with pytest.raises(KeyError):
            server.say(99, 3, "nowhere")

    def test_saying_to_a_closed_server_is_an_error(self, server):
        server.close()
        with pytest.raises(RuntimeError, match="closed"):
            server.say(1, 3, "too late")

    async def test_an_asynchronous_program_may_speak_and_listen(self, server):
        async with connect_async(server.url.replace("http", "ws") + VIEWER) as socket:
            await socket.send(json.dumps(["1", "1", CONTROL, "phx_join", {}]))
            await socket.send(json.dumps(["1", "2", CONTROL, "doc", {"query": MESSAGES}]))
            await asyncio.to_thread(server.sockets.wait_for_subscriptions)
            server.say(1, 3, "hello")
            frames = [json.loads(await socket.recv()) for _ in range(3)]
        assert frames[2][4]["result"]["data"]["chatMessage"]["message"] == "hello"

    def test_waiting_for_subscriptions_ends(self, server):
        with pytest.raises(TimeoutError, match="not 1"):
            server.sockets.wait_for_subscriptions(seconds=0.01)


class TestEnding:
    def test_a_reset_is_no_end_of_stream(self, server):
        with dial(server) as socket:
            join(socket)
            assert server.sockets.reset() == 1
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=20)
            assert closed.value.rcvd is None
            assert isinstance(closed.value.__cause__, ConnectionResetError)

    @pytest.mark.parametrize("code", [1000, 1012])
    def test_a_clean_close_has_its_code(self, server, code):
        with dial(server) as socket:
            join(socket)
            assert server.sockets.close(code) == 1
            assert receive(socket).startswith(f"(connection closed: code={code} ")

    def test_a_frame_is_cut_in_the_middle(self, server):
        raw = tcp.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
        with raw, raw.makefile("rb") as stream:
            raw.sendall(
                f"GET {VIEWER} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            while stream.readline().strip():
                pass
            assert server.sockets.cut_frame() == 1
            text = b'[null,"9","phoenix","heartbeat",{}]'
            raw.sendall(bytes([0x81, 0x80 | len(text)]) + bytes(4) + text)
            reply = b'[null,"9","phoenix","phx_reply",{"response":{},"status":"ok"}]'
            whole = bytes([0x81, len(reply)]) + reply
            assert stream.read() == whole[: len(whole) // 2]

    def test_subscriptions_end_with_their_socket(self, server):
        with dial(server) as one, dial(server) as other:
            subscribe(one)
            subscribe(other)
            assert (len(server.sockets), server.sockets.subscriptions) == (2, 2)
            one.close()
            assert answers(other)
            server.sockets.disconnect("tok-viewer")
            receive(other)
        write(server, "to nobody")
        assert (len(server.sockets), server.sockets.subscriptions) == (0, 0)
        assert server.sockets.handshakes == 2

    @pytest.mark.parametrize("harm", ["reset", "close", "silence", "cut_frame"])
    def test_what_was_harmed_is_not_counted_any_more(self, server, harm):
        with dial(server) as socket:
            subscribe(socket)
            assert getattr(server.sockets, harm)() == 1
            server.say(1, 3, "into the blue")
            assert server.sockets.subscriptions == 0
            assert len(server.sockets) == (harm == "silence")
            server.sockets.speak()
            with dial(server) as again:
                subscribe(again)
                server.sockets.wait_for_subscriptions()
                server.say(1, 3, "hello")
                assert message(again) == "hello"

    @pytest.mark.parametrize("event", ["phx_error", "phx_close"])
    def test_a_channel_ends_and_its_socket_stays(self, server, event):
        harm = {"phx_error": "raise_error", "phx_close": "close_channels"}[event]
        with dial(server) as socket:
            subscribe(socket)
            assert getattr(server.sockets, harm)() == 1
            assert json.loads(receive(socket)) == ["1", "1", CONTROL, event, {}]
            assert server.sockets.subscriptions == 0
            subscribe(socket)
            server.say(1, 3, "again")
            assert message(socket) == "again"


class TestSilence:
    def test_silent_sockets_neither_read_nor_push_nor_end(self, server):
        with LocalGlimesh(idle_seconds=0.1) as hasty, dial(hasty) as socket:
            subscribe(socket)
            hasty.sockets.silence()
            hasty.say(1, 3, "unheard")
            assert says_nothing(socket)
            pong = socket.ping()
            assert not pong.wait(0.2)
            assert len(hasty.sockets) == 1

    def test_sockets_that_open_later_are_silent_until_the_server_is_well(self, server):
        server.sockets.silence()
        with dial(server) as silent:
            assert says_nothing(silent)
            server.sockets.speak()
            assert says_nothing(silent)
            with dial(server) as well:
                assert answers(well)

    def test_only_those_that_open_later(self, server):
        with dial(server) as before:
            server.sockets.silence_new()
            with dial(server) as after:
                assert says_nothing(after)
                assert answers(before)


class TestMeeting:
    @pytest.mark.parametrize("status", [403, 429, 500, 503])
    def test_handshakes_are_refused_so_many_times(self, server, status):
        server.sockets.refuse(status, headers={"Retry-After": "3"}, times=2)
        for _ in range(2):
            with pytest.raises(InvalidStatus) as refused:
                dial(server)
            assert refused.value.response.status_code == status
            assert refused.value.response.headers["retry-after"] == "3"
        with dial(server) as socket:
            assert answers(socket)
        assert server.sockets.handshakes == 1

    def test_a_handshake_is_left_without_an_answer(self, server):
        server.sockets.ignore()
        url = server.url.replace("http:", "ws:") + VIEWER
        with pytest.raises(TimeoutError):
            connect(url, open_timeout=0.2)
        with dial(server) as socket:
            assert answers(socket)

    @pytest.mark.parametrize("end", ["expire", "revoke"])
    def test_a_token_is_only_looked_at_when_a_socket_opens(self, server, end):
        with dial(server) as socket:
            getattr(server, end)("tok-viewer")
            assert answers(socket)
            with pytest.raises(InvalidStatus) as refused:
                dial(server)
            assert refused.value.response.status_code == 403

    def test_an_unknown_token_cannot_be_revoked(self, server):
        with pytest.raises(LookupError):
            server.revoke("nobody's")


class TestOrder:
    def test_a_push_changes_places_with_the_next(self, server):
        with dial(server) as socket:
            subscribe(socket)
            server.sockets.swap_pushes(2)
            server.say(1, 3, "1", "2", "3", "4", "5")
            assert [message(socket) for _ in range(5)] == ["2", "1", "4", "3", "5"]

    def test_a_push_without_a_next_is_late_and_not_lost(self, server):
        with dial(server) as socket:
            subscribe(socket)
            server.sockets.swap_pushes(seconds=0.05)
            server.say(1, 3, "alone")
            assert message(socket) == "alone"
            server.say(1, 3, "after")
            assert message(socket) == "after"

    def test_delayed_messages_keep_their_order(self, server):
        with dial(server) as socket:
            subscribe(socket)
            server.sockets.delay(0.05)
            server.say(1, 3, *map(str, range(20)))
            server.sockets.delay(0)
            server.say(1, 3, "20")
            assert [message(socket) for _ in range(21)] == [str(number) for number in range(21)]

    def test_orders_can_be_taken_back(self, server):
        server.sockets.refuse(times=5)
        server.sockets.swap_pushes(5)
        server.sockets.silence_new()
        server.sockets.clear()
        with dial(server) as socket:
            subscribe(socket)
            server.say(1, 3, "1", "2")
            assert [message(socket), message(socket)] == ["1", "2"]


def test_closing_the_server_closes_sockets_with_a_word(server):
    with dial(server) as socket:
        join(socket)
        server.close()
        assert receive(socket).startswith("(connection closed: code=1012 ")


def test_closing_the_server_does_not_wait_for_who_does_not_read(server, caplog):
    copies = " ".join(f"copy{number}: message" for number in range(50))
    with dial(server) as socket:
        subscribe(socket, f"subscription {{ chatMessage {{ {copies} }} }}")
        server.say(1, 3, *["x" * 255] * 1000)  # 13 MB, more than the sockets' buffers hold
        server.close()
    assert not caplog.records  # uvicorn complains when it has waited for long enough


@pytest.mark.parametrize("seed", [1, 2])
def test_any_harms_in_any_order_leave_a_server_that_is_well(server, caplog, seed):
    dice, sockets = random.Random(seed), server.sockets
    harms = [
        sockets.reset,
        sockets.close,
        sockets.cut_frame,
        sockets.raise_error,
        sockets.close_channels,
        sockets.silence,
        sockets.silence_new,
        lambda: sockets.swap_pushes(3),
        lambda: sockets.delay(dice.choice([0, 0.001])),
        lambda: sockets.disconnect("tok-viewer"),
    ]
    clients = [dial(server) for _ in range(20)]
    for client in clients:
        subscribe(client)
    for _ in range(20):
        dice.choice(harms)()
        server.say(1, 3, *["said"] * 20)
    sockets.clear()
    with dial(server) as well:
        subscribe(well)
        server.say(1, 3, "well")
        assert message(well) == "well"
    for client in clients:
        client.close()
    assert (len(server.world.messages), sockets.subscriptions) == (12 + 401, 0)
    assert not caplog.records
