"""What one connection does for its subscriptions, against a server that says what a test wants."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from gql.transport.common.base import SubscriptionTransportBase
from gql.transport.phoenix_channel_websockets import PhoenixChannelWebsocketsTransport
from websockets.asyncio.server import ServerConnection, serve

from backchannel.drive import Flow
from backchannel.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionLost,
    InvalidInput,
    RefusedError,
    TransportTimeout,
)
from backchannel.graphql import BlockingSubscription, Subscription
from backchannel.graphql.client import AsyncGraphQLClient
from backchannel.graphql.connection import MOST_DEATHS
from backchannel.graphql.phoenix import MOST_EARLY
from backchannel.graphql.socket import Socket, Timing
from backchannel.live.buffer import REFILL, Buffer, Note, Overflow
from backchannel.live.events import Connected, ConnectionEvent, Disconnected, Reconnecting
from backchannel.wire.backoff import Backoff
from support.operations import CHAT_MESSAGE_SENT
from support.phoenix import CONTROL, Phoenix

QUICK = Backoff(base=0.005, cap=0.01)
Frame = dict[str, object]
Talk = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The server's end of one socket."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    async def hears(self, event: str) -> Frame:
        """The next frame of this event; heartbeats before it are answered."""
        while True:
            frame: Frame = json.loads(await self._connection.recv())
            if frame["event"] == event:
                return frame
            await self.replies(frame)

    async def replies(self, to: Frame, response: object = None, status: str = "ok") -> None:
        payload = {"status": status, "response": {} if response is None else response}
        await self.says(str(to["topic"]), "phx_reply", payload, to["ref"])

    async def pushes(self, number: int, subscription: str = "s") -> None:
        result = {"data": {"chatMessage": {"id": str(number), "message": "hi"}}}
        payload = {"result": result, "subscriptionId": subscription}
        await self.says(subscription, "subscription:data", payload)

    async def says(self, topic: str, event: str, payload: object, ref: object = None) -> None:
        frame = {"topic": topic, "event": event, "payload": payload, "ref": ref}
        await self._connection.send(json.dumps(frame))

    async def joined(self) -> Frame:
        """Let the client join; its document."""
        await self.replies(await self.hears("phx_join"))
        return await self.hears("doc")

    async def stays(self) -> None:
        """Answer heartbeats until the client leaves."""
        await self.hears("phx_leave")


@asynccontextmanager
async def server(*talks: Talk) -> AsyncIterator[str]:
    """A server that holds these talks, one with each socket, the last one again and again."""
    left = list(talks)

    async def hold(connection: ServerConnection) -> None:
        talk = left.pop(0) if len(left) > 1 else left[0]
        await talk(Peer(connection))

    async with serve(hold, "127.0.0.1", 0, close_timeout=0.1) as listening:
        yield f"ws://127.0.0.1:{next(iter(listening.sockets)).getsockname()[1]}/"


def client_of(url: str, credentials: object = None, **timing: float) -> AsyncGraphQLClient:
    socket = Socket(url=url, credentials=credentials, timing=Timing(backoff=QUICK, **timing))
    return AsyncGraphQLClient("http://127.0.0.1/graph", socket=socket)


def subscribe(client: AsyncGraphQLClient, seen: list[ConnectionEvent] | None = None):
    subscription = client.subscribe(CHAT_MESSAGE_SENT, {"id": "1"})
    return subscription if seen is None else subscription.configure(on_event=seen.append)


async def test_a_push_may_come_before_the_reply_with_its_subscription() -> None:
    async def talk(peer: Peer) -> None:
        document = await peer.joined()
        await peer.pushes(1)
        await peer.pushes(7, "of somebody who left")
        await peer.replies(document, {"subscriptionId": "s"})
        await peer.pushes(2)
        await peer.stays()

    async with server(talk) as url, client_of(url) as client, subscribe(client) as messages:
        assert [(await anext(messages)).id for _ in range(2)] == ["1", "2"]


async def test_pushes_before_the_reply_wait_for_a_slow_consumer_too() -> None:
    async def talk(peer: Peer) -> None:
        document = await peer.joined()
        for number in range(100):
            await peer.pushes(number)
        await peer.replies(document, {"subscriptionId": "s"})
        await peer.stays()

    async with (
        server(talk) as url,
        client_of(url) as client,
        subscribe(client).configure(buffer=3) as messages,
    ):
        await asyncio.sleep(0.05)
        got = [(await anext(messages)).id for _ in range(100)]
    assert got == [str(number) for number in range(100)]


async def test_pushes_before_a_reply_are_not_kept_without_bound() -> None:
    async def flood(peer: Peer) -> None:
        await peer.joined()
        for number in range(MOST_EARLY + 1):
            await peer.pushes(number)

    async def talk(peer: Peer) -> None:
        await peer.replies(await peer.joined(), {"subscriptionId": "s"})
        await peer.stays()

    seen: list[ConnectionEvent] = []
    async with server(flood, talk) as url, client_of(url) as client, subscribe(client, seen):
        assert [type(event) for event in seen[:4]] == [
            Connected,
            Disconnected,
            Reconnecting,
            Connected,
        ]


async def test_an_unmatched_topic_leads_to_joining_again() -> None:
    async def talk(peer: Peer) -> None:
        await peer.replies(await peer.joined(), {"reason": "unmatched topic"}, "error")
        await peer.replies(await peer.joined(), {"subscriptionId": "s"})
        await peer.pushes(1)
        await peer.stays()

    async with server(talk) as url, client_of(url) as client, subscribe(client) as messages:
        assert (await anext(messages)).id == "1"


async def test_the_end_of_an_earlier_joining_is_not_that_of_this_one() -> None:
    async def talk(peer: Peer) -> None:
        document = await peer.joined()
        await peer.replies(document, {"subscriptionId": "s"})
        await peer.says(CONTROL, "phx_close", {}, 99)
        await peer.says("room:other", "phx_error", {}, None)
        await peer.says(CONTROL, "presence_diff", {})
        await peer.pushes(1)
        await peer.stays()

    seen: list[ConnectionEvent] = []
    async with server(talk) as url, client_of(url) as client, subscribe(client, seen) as messages:
        assert (await anext(messages)).id == "1"
        assert not [event for event in seen if isinstance(event, Disconnected)]


async def test_joining_again_may_be_refused() -> None:
    async def talk(peer: Peer) -> None:
        await peer.replies(await peer.joined(), {"subscriptionId": "s"})
        await peer.says(CONTROL, "phx_error", {})
        await peer.replies(await peer.hears("phx_join"), {"reason": "not today"}, "error")
        await peer.stays()

    async with server(talk) as url, client_of(url) as client, subscribe(client) as messages:
        with pytest.raises(RefusedError, match="not today"):
            await anext(messages)


async def test_a_document_over_which_the_channel_dies_each_time_is_given_up() -> None:
    async def talk(peer: Peer) -> None:
        while True:
            document = await peer.joined()
            if document["payload"]["variables"] == {"id": "1"}:
                await peer.says(CONTROL, "phx_error", {})
            else:
                await peer.replies(document, {"subscriptionId": "s"})
                await peer.replies(await peer.hears("doc"), {"subscriptionId": "s"})

    seen: list[ConnectionEvent] = []
    async with server(talk) as url, client_of(url) as client:
        with pytest.raises(ConnectionLost, match="phx_error"):
            async with subscribe(client, seen):
                pass
    deaths = [event for event in seen if isinstance(event, Disconnected)]
    assert len(deaths) == MOST_DEATHS - 1, "the last one is raised"


async def test_a_document_that_is_never_answered_is_sent_on_another_socket() -> None:
    async def mute(peer: Peer) -> None:
        await peer.joined()
        await peer.stays()

    async def talk(peer: Peer) -> None:
        await peer.replies(await peer.joined(), {"subscriptionId": "s"})
        await peer.stays()

    seen: list[ConnectionEvent] = []
    async with (
        server(mute, talk) as url,
        client_of(url, timeout=0.2, heartbeat=0.05) as client,
        subscribe(client, seen),
    ):
        (lost,) = [event for event in seen if isinstance(event, Disconnected)]
        assert isinstance(lost.reason, TransportTimeout)


async def test_a_program_that_holds_up_the_loop_takes_nobody_for_dead() -> None:
    async def talk(peer: Peer) -> None:
        await peer.replies(await peer.joined(), {"subscriptionId": "s"})
        await peer.stays()

    seen: list[ConnectionEvent] = []
    async with (
        server(talk) as url,
        client_of(url, heartbeat=0.2, silence=0.8) as client,
        subscribe(client, seen),
    ):
        for _ in range(3):
            await asyncio.sleep(0)
            # The server lives in this loop, too, so it is silent meanwhile.
            time.sleep(1.0)  # noqa: ASYNC251
        await asyncio.sleep(0.4)
    assert not [event for event in seen if isinstance(event, Disconnected)]


class Renewing:
    """Credentials of which the first two are refused."""

    def __init__(self, *, others: bool) -> None:
        self.given = 0
        self.refused: list[Mapping[str, str]] = []
        self._others = others

    def query(self) -> Flow[Mapping[str, str]]:
        yield from ()
        self.given += 1
        return {"apikey": f"tok {self.given}"}

    def invalidate(self, refused: Mapping[str, str]) -> bool:
        self.refused.append(refused)
        return self._others


async def test_credentials_are_asked_before_each_connection_and_logged_at_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with Phoenix("drop") as phoenix:
        credentials = Renewing(others=False)
        async with client_of(phoenix.url, credentials) as client, subscribe(client):
            await phoenix.saw("doc", times=3)
    assert [path.partition("?")[2] for path in phoenix.paths[:3]] == [
        "apikey=tok+1",
        "apikey=tok+2",
        "apikey=tok+3",
    ]
    assert "> GET /socket/websocket?*** HTTP/1.1" in caplog.text
    assert "tok+" not in caplog.text


@pytest.mark.parametrize("others", [False, True])
async def test_refused_credentials_are_renewed_once(*, others: bool) -> None:
    async with Phoenix(status=403) as phoenix:
        credentials = Renewing(others=others)
        async with client_of(phoenix.url, credentials) as client:
            with pytest.raises(AuthenticationError) as caught:
                await anext(subscribe(client))
    assert credentials.refused == [{"apikey": "tok 1"}]
    assert credentials.given == 1 + others
    assert "tok" not in str(caught.value)


@pytest.mark.parametrize(
    ("attempt", "draw", "seconds"),
    [
        (1, 0.0, 0.25),
        (1, 0.999, 0.5),
        (2, 0.0, 0.5),
        (3, 0.5, 1.5),
        (9, 0.0, 15.0),
        (9**9, 0.5, 22.5),
    ],
)
def test_waits_double_up_to_a_cap(attempt: int, draw: float, seconds: float) -> None:
    assert Backoff().delay(attempt, draw) == pytest.approx(seconds, rel=1e-2)


async def test_a_full_buffer_waits_or_drops() -> None:
    waits: Buffer[int] = Buffer(2, Overflow.WAIT)
    assert [waits.put(number) for number in (1, 2)] == [None, None]
    waits.note(REFILL)
    waits.note(REFILL)
    waiting = asyncio.create_task(waits.room())
    await asyncio.sleep(0)
    assert waits.full
    assert not waiting.done()
    assert [waits.take() for _ in range(3)] == [1, 2, REFILL]
    await waiting
    assert waits.empty
    drops: Buffer[int] = Buffer(2, Overflow.DROP_OLDEST)
    last = Note(last=True)
    drops.note(last)
    assert [drops.put(number) for number in (1, 2, 3)] == [None, None, 1]
    assert not drops.full
    assert drops.dropped == 1
    assert [drops.take() for _ in range(3)] == [last, 2, 3]


def test_notes_do_not_pile_up_where_results_are_dropped() -> None:
    drops: Buffer[int] = Buffer(1, Overflow.DROP_OLDEST)
    for number in range(1_000):
        drops.put(number)
        drops.note(REFILL)
    assert drops.dropped == 999
    assert [drops.take() for _ in range(3)] == [REFILL, 999, REFILL]
    assert drops.empty


def test_what_cannot_work_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="longer than heartbeat"):
        Timing(heartbeat=30, silence=30)
    with pytest.raises(InvalidInput, match="at least 1"):
        Buffer(0, Overflow.WAIT)


async def test_a_subscription_is_configured_before_it_begins() -> None:
    async with (
        Phoenix() as phoenix,
        client_of(phoenix.url) as client,
        subscribe(client) as messages,
    ):
        with pytest.raises(ConfigurationError, match="before"):
            messages.configure(buffer=5)


def test_both_kinds_of_subscription_are_configured_alike() -> None:
    ours, twin = (
        inspect.signature(BlockingSubscription.configure),
        inspect.signature(Subscription.configure),
    )
    assert ours == twin


def test_gql_still_has_what_the_channel_replaces_and_uses() -> None:
    base, phoenix = SubscriptionTransportBase, PhoenixChannelWebsocketsTransport
    for name in ("_receive_data_loop", "_receive", "_send", "_fail", "connect", "close"):
        assert inspect.iscoroutinefunction(getattr(base, name)), name
    assert "self.receive_data_task = asyncio.ensure_future(self._receive_data_loop())" in (
        inspect.getsource(base.connect)
    )
    assert list(inspect.signature(phoenix._send_query).parameters) == ["self", "request"]
    # The number that it takes is the one that the channel expects the reply under.
    assert inspect.getsource(phoenix._send_query).index("query_id = self.next_query_id") < (
        inspect.getsource(phoenix._send_query).index("await")
    )
    assert "self.heartbeat_task = " in inspect.getsource(phoenix._initialize)
