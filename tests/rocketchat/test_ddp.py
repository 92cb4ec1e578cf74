"""One DDP connection, against a server that says what a test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from backchannel.errors import (
    ApiError,
    BackchannelError,
    ConnectionLost,
    RateLimited,
    RefusedError,
    TransportTimeout,
)
from backchannel.rocketchat import EndpointNotFound, NotPermitted
from backchannel.rocketchat.credentials import make_token
from backchannel.rocketchat.errors import LoginRefused
from backchannel.rocketchat.realtime import inbox
from backchannel.rocketchat.realtime.socket import Socket, socket_url
from backchannel.rocketchat.realtime.timing import ListeningTiming

Frame = dict[str, object]
QUICK = ListeningTiming(heartbeat=0.1, silence=0.4, timeout=0.2)
ROOM = "stream-room-messages"


class Peer:
    """The server's end of a socket."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.heard: list[Frame] = []

    async def hears(self, msg: str) -> Frame:
        """The next frame of this kind; pings before it are answered."""
        while True:
            frame: Frame = json.loads(await self._connection.recv())
            self.heard.append(frame)
            if frame["msg"] == msg:
                return frame
            if frame["msg"] == "ping":
                await self.says(msg="pong", id=frame["id"])

    async def says(self, **frame: object) -> None:
        await self._connection.send(json.dumps(frame))

    async def says_text(self, text: str) -> None:
        await self._connection.send(text)

    async def connected(self) -> None:
        await self.hears("connect")
        await self.says(msg="connected", session="s")

    async def subscribed(self) -> Frame:
        sub = await self.hears("sub")
        await self.says(msg="ready", subs=[sub["id"]])
        return sub

    async def pushes(self, number: int) -> None:
        fields = {"eventName": "R", "args": [{"_id": str(number)}]}
        await self.says(msg="changed", collection=ROOM, id="id", fields=fields)

    async def closed(self) -> None:
        """Hear nothing, until there is nobody any more."""
        await self._connection.wait_closed()

    async def stays(self) -> None:
        await self.hears("nothing that anybody says")


@asynccontextmanager
async def connection(
    talk: Callable[[Peer], Awaitable[None]], timing: ListeningTiming = QUICK
) -> AsyncIterator[Socket]:
    """A socket that is open, to a server that holds this talk."""

    async def hold(connection: ServerConnection) -> None:
        try:
            await talk(Peer(connection))
        except ConnectionClosed:
            return

    async with serve(hold, "127.0.0.1", 0, close_timeout=0.1) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        socket = Socket(f"http://127.0.0.1:{port}", timing)
        try:
            yield socket
        finally:
            await socket.close()


async def test_frames_without_a_kind_and_of_unknown_kinds_are_ignored() -> None:
    async def talk(peer: Peer) -> None:
        await peer.says(server_id="0")
        await peer.connected()
        await peer.says(msg="added", collection="users", id="u", fields={"username": "bob"})
        await peer.says(msg="changed", collection="users", id="u", fields={"name": "Bob"})
        await peer.says(msg="changed", collection=ROOM, id="id")
        await peer.says(msg="ready", subs=["of nobody"])
        await peer.says(msg="nosub", id="of nobody")
        await peer.says(msg="result", id="of nobody")
        await peer.subscribed()
        await peer.pushes(1)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        await socket.subscribe(ROOM, "R")
        push = await socket.inbox.next()
        assert (push.stream, push.event, push.args) == (ROOM, "R", ({"_id": "1"},))


async def test_an_update_may_come_before_the_result() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        call = await peer.hears("method")
        assert (call["method"], call["params"]) == ("login", [{"resume": "secret"}])
        await peer.says(msg="updated", methods=[call["id"]])
        await peer.says(msg="result", id=call["id"], result={"id": "u", "token": "secret"})
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        await socket.log_in(make_token("u", "secret"))


async def test_ids_are_never_used_twice() -> None:
    ids: list[object] = []

    async def talk(peer: Peer) -> None:
        await peer.connected()
        ids.extend([(await peer.subscribed())["id"] for _ in range(3)])
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        for _ in range(3):
            await socket.subscribe(ROOM, "R")
    assert len(set(ids)) == 3


async def test_a_question_without_an_answer_ends_the_connection() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        with pytest.raises(TransportTimeout, match=r"no answer within 0\.2 seconds"):
            await socket.subscribe(ROOM, "R")
        assert socket.failure is not None


async def test_a_server_that_does_not_begin_is_given_up() -> None:
    async def talk(peer: Peer) -> None:
        await peer.stays()

    async with connection(talk) as socket:
        with pytest.raises(TransportTimeout):
            await socket.open()


async def test_a_server_of_another_version_is_refused() -> None:
    async def talk(peer: Peer) -> None:
        await peer.hears("connect")
        await peer.says(msg="failed", version="2")

    async with connection(talk) as socket:
        with pytest.raises(RefusedError, match="version 1"):
            await socket.open()


def fault(error: object, reason: str = "", **more: object) -> Frame:
    return {"isClientSafe": True, "error": error, "reason": reason, **more}


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        ({}, NotPermitted, "without a reason"),
        ({"error": fault(404, "Subscription not found")}, EndpointNotFound, "not found .404."),
        ({"error": fault(400, "Match failed")}, ApiError, "Match failed"),
        ({"error": fault("error-not-allowed")}, NotPermitted, "error-not-allowed"),
        ({"error": fault(500, "Internal server error")}, ConnectionLost, "Internal"),
        ({"error": "what"}, ApiError, "not known"),
    ],
)
async def test_a_refused_subscription_says_why(
    answer: Frame, kind: type[BackchannelError], said: str
) -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        sub = await peer.hears("sub")
        await peer.says(msg="nosub", id=sub["id"], **answer)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        with pytest.raises(kind, match=said) as caught:
            await socket.subscribe(ROOM, "R")
        assert type(caught.value) is kind


async def test_a_limit_says_when_to_try_again() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        sub = await peer.hears("sub")
        error = fault("too-many-requests", "Slow down.", details={"timeToReset": 1500})
        await peer.says(msg="nosub", id=sub["id"], error=error)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        with pytest.raises(RateLimited) as caught:
            await socket.subscribe(ROOM, "R")
        assert caught.value.retry_after == 1.5


async def test_a_refused_login_says_why() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        call = await peer.hears("method")
        await peer.says(msg="result", id=call["id"], error=fault(403, "You've been logged out"))
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        with pytest.raises(LoginRefused, match=r"logged out .403."):
            await socket.log_in(make_token("u", "secret"))


async def test_a_subscription_that_the_server_ends_is_told_after_what_came_before() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        sub = await peer.subscribed()
        await peer.pushes(1)
        await peer.says(msg="nosub", id=sub["id"])
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        await socket.subscribe(ROOM, "R")
        assert (await socket.inbox.next()).number == 1
        with pytest.raises(NotPermitted):
            await socket.inbox.next()
        assert socket.failure is None


@pytest.mark.parametrize("text", ["no frame", "[1]", '{"msg": 1}', "[" * 100_000])
async def test_what_is_no_frame_ends_the_connection(text: str) -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        await peer.subscribed()
        await peer.says_text(text)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        await socket.subscribe(ROOM, "R")
        with pytest.raises(ConnectionLost, match="no frame"):
            await socket.inbox.next()


async def test_a_complaint_ends_the_connection_and_is_not_shown_whole() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        call = await peer.hears("method")
        await peer.says(msg="error", reason="Bad request", offendingMessage=call)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        with pytest.raises(ConnectionLost, match="Bad request") as caught:
            await socket.log_in(make_token("u", "very-secret"))
        assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("ping", [{"msg": "ping"}, {"msg": "ping", "id": "p1"}])
async def test_pings_of_the_server_are_answered(ping: Frame) -> None:
    pongs: list[Frame] = []

    async def talk(peer: Peer) -> None:
        await peer.connected()
        await peer.says(**ping)
        pongs.append(await peer.hears("pong"))
        await peer.pushes(1)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        await socket.inbox.next()
    assert pongs == [{**ping, "msg": "pong"}]


async def test_a_server_that_answers_no_ping_is_taken_for_dead() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        await peer.closed()

    async with connection(talk) as socket:
        await socket.open()
        with pytest.raises(TransportTimeout, match=r"no frame within 0\.4 seconds"):
            await socket.inbox.next()


async def test_what_came_before_the_end_is_handed_over_first() -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        await peer.pushes(1)
        await peer.pushes(2)

    async with connection(talk) as socket:
        await socket.open()
        await socket.ended.wait()
        assert [(await socket.inbox.next()).number for _ in range(2)] == [1, 2]
        with pytest.raises(ConnectionLost, match="the socket ended"):
            await socket.inbox.next()


async def test_a_fence_waits_for_what_was_pushed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(peer: Peer) -> None:
        await peer.connected()
        await peer.pushes(1)
        await peer.pushes(2)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        await socket.fence()
        assert socket.inbox.count == 2


async def test_pushes_nobody_takes_are_not_kept_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox, "MOST_WAITING", 10)

    async def talk(peer: Peer) -> None:
        await peer.connected()
        await peer.hears("sub")
        for number in range(11):
            await peer.pushes(number)
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        with pytest.raises(ConnectionLost, match="too many pushes"):
            await socket.subscribe(ROOM, "R")


async def test_a_slow_consumer_stops_the_reading_and_not_the_pings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox, "MOST_WAITING", 10)
    pinged = asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.connected()
        for number in range(20):
            await peer.pushes(number)
        for _ in range(6):
            await peer.hears("ping")
        pinged.set()
        await peer.stays()

    async with connection(talk) as socket:
        await socket.open()
        await pinged.wait()
        assert socket.inbox.count == 10
        assert socket.failure is None
        assert [(await socket.inbox.next()).number for _ in range(20)] == [*range(1, 21)]


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://chat.example.org", "wss://chat.example.org/websocket"),
        ("http://127.0.0.1:3000/chat", "ws://127.0.0.1:3000/chat/websocket"),
        ("HTTPS://chat.example.org", "wss://chat.example.org/websocket"),
    ],
)
def test_the_socket_is_beside_the_api(url: str, where: str) -> None:
    assert socket_url(url) == where
