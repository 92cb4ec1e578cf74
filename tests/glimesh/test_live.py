"""Live subscriptions at the local server: what is recorded of the real one, and survived."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

import pytest

import glimesh_api as api
from backchannel.errors import (
    AuthenticationError,
    ConnectionLost,
    GraphQLError,
    MalformedReply,
    RefusedError,
    ServerFailure,
    TransportTimeout,
)
from backchannel.glimesh import AsyncGlimesh, Glimesh, ResourceNotFound
from backchannel.graphql.models import Result
from backchannel.graphql.operation import Operation
from backchannel.graphql.socket import Timing
from backchannel.live.buffer import Overflow
from backchannel.live.events import (
    Connected,
    ConnectionEvent,
    Disconnected,
    Dropped,
    FillDelayed,
    Filled,
    Gap,
    Reconnecting,
    Subscribed,
)
from backchannel.local.glimesh import LocalGlimesh
from backchannel.wire.backoff import Backoff
from backchannel.wire.retry import NO_RETRY

QUICK = Timing(heartbeat=0.1, silence=1.0, timeout=5.0, backoff=Backoff(base=0.01, cap=0.02))
STREAMER = 1
CLIENT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def server() -> Iterator[LocalGlimesh]:
    with LocalGlimesh() as server:
        yield server


def client_of(server: LocalGlimesh, token: str = "tok-viewer", **options: object) -> AsyncGlimesh:
    return AsyncGlimesh(token=token, url=server.url, timing=QUICK, retry=NO_RETRY, **options)


async def texts(messages: AsyncIterator[api.ChatMessageFields], count: int) -> list[str]:
    return [(await anext(messages)).message for _ in range(count)]


def subscription(document: str, variables=None) -> Operation[dict[str, object]]:
    """One of an application's own."""
    return Operation(
        name="Own",
        kind="subscription",
        document=document,
        result=dict,
        root=None,
        fields=("chatMessage",),
        variables=variables or {},
    )


HARM: dict[str, Callable[[LocalGlimesh], object]] = {
    "reset": lambda server: server.sockets.reset(),
    "cut frame": lambda server: (server.sockets.cut_frame(), server.say(1, STREAMER, "half")),
    "close 1000 (W17, W19)": lambda server: server.sockets.close(),
    "close 1011 (W14)": lambda server: server.sockets.close(1011),
    "close 1012": lambda server: server.sockets.close(1012),
    "phx_error (W10, W11)": lambda server: server.sockets.raise_error(),
    "phx_close (W13)": lambda server: server.sockets.close_channels(),
    "silence": lambda server: server.sockets.silence(),
}


@pytest.mark.parametrize("harm", HARM)
async def test_whatever_ends_it_the_messages_go_on(server: LocalGlimesh, harm: str) -> None:
    seen: list[ConnectionEvent] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1").configure(on_event=seen.append) as messages,
    ):
        server.say(1, STREAMER, "before")
        assert await texts(messages, 1) == ["before"]
        HARM[harm](server)
        server.say(1, STREAMER, "in the gap")
        server.sockets.speak()
        expected = ["half"] * (harm == "cut frame") + ["in the gap"]
        assert await texts(messages, len(expected)) == expected
        await asyncio.to_thread(server.sockets.wait_for_subscriptions)
        server.say(1, STREAMER, "after")
        assert await texts(messages, 1) == ["after"]
    kinds = [type(event) for event in seen]
    assert kinds[:3] == [Connected, Subscribed, Filled]
    assert kinds[3:6] == [Disconnected, Reconnecting, Connected]
    expected_reason = TransportTimeout if harm == "silence" else ConnectionLost
    assert isinstance(seen[3].reason, expected_reason)
    assert len(server.sockets) == 0


async def test_heartbeats_keep_a_quiet_socket_open() -> None:
    """The server closes after a time without any frame (W19)."""
    with LocalGlimesh(idle_seconds=1.0) as server:
        async with client_of(server) as client, api.channel_updated(client):
            await asyncio.sleep(2.0)
            assert server.sockets.handshakes == 1


async def test_what_is_written_before_the_subscription_is_answered_comes(
    server: LocalGlimesh,
) -> None:
    server.say(1, STREAMER, "old")
    server.sockets.delay(0.1)
    async with client_of(server) as client:
        messages = api.chat_message_sent(client, channel_id="1")
        first = asyncio.create_task(anext(messages))
        while not len(server.sockets):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        server.say(1, STREAMER, "meanwhile")
        assert (await first).message == "meanwhile"
        await messages.aclose()


async def test_all_channels_have_no_history_and_say_which_time_is_missing(
    server: LocalGlimesh,
) -> None:
    seen: list[ConnectionEvent] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client).configure(on_event=seen.append) as messages,
    ):
        server.say(2, STREAMER, "in two")
        assert await texts(messages, 1) == ["in two"]
        server.sockets.reset()
        server.say(2, STREAMER, "lost")
        await asyncio.to_thread(server.sockets.wait_for_subscriptions)
        server.say(1, STREAMER, "in one")
        assert await texts(messages, 1) == ["in one"]
    (gap,) = [event for event in seen if isinstance(event, Gap)]
    assert gap.since < gap.until


async def test_a_credential_refused_later_ends_it_with_the_reason(server: LocalGlimesh) -> None:
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1") as messages,
    ):
        server.sockets.refuse(403)
        server.sockets.close()
        with pytest.raises(AuthenticationError, match="refused the credential"):
            await anext(messages)
        with pytest.raises(StopAsyncIteration):
            await anext(messages)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_server_that_cannot_yet_is_asked_again(server: LocalGlimesh, status: int) -> None:
    seen: list[ConnectionEvent] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1").configure(on_event=seen.append) as messages,
    ):
        server.sockets.refuse(status, times=3)
        server.sockets.close()
        server.say(1, STREAMER, "hi")
        assert await texts(messages, 1) == ["hi"]
        await asyncio.to_thread(server.sockets.wait_for_subscriptions)
    attempts = [event.attempt for event in seen if isinstance(event, Reconnecting)]
    assert attempts == [1, 2, 3, 4]


async def test_the_first_connection_is_tried_once(server: LocalGlimesh) -> None:
    server.sockets.refuse(503)
    async with client_of(server) as client:
        with pytest.raises(ServerFailure):
            async with api.chat_message_sent(client, channel_id="1"):
                pass
        with pytest.raises(ResourceNotFound):
            async with api.chat_message_sent(client, channel_id="999"):
                pass


async def test_a_push_with_errors_is_raised_and_the_next_step_goes_on(
    server: LocalGlimesh,
) -> None:
    email = subscription(
        "subscription { chatMessage(channelId: 1) { id user { username email } } }"
    )
    async with client_of(server) as client, client.subscribe(email, {}) as messages:
        server.say(1, STREAMER, "one")
        with pytest.raises(GraphQLError, match="unauthorized") as caught:
            await anext(messages)
        assert caught.value.errors[0].path == ("chatMessage", "user", "email")
        assert caught.value.data["chatMessage"]["user"]["username"] == "streamer"
        server.say(1, 3, "two")
        with pytest.raises(GraphQLError):
            await anext(messages)


class _Strict(Result):
    chat_message: int


async def test_a_push_of_another_shape_is_raised_and_the_next_step_goes_on(
    server: LocalGlimesh,
) -> None:
    odd = subscription("subscription { chatMessage(channelId: 1) { message } }")
    odd.result = _Strict
    async with client_of(server) as client, client.subscribe(odd, {}) as messages:
        for _ in range(2):
            server.say(1, STREAMER, "hi")
            with pytest.raises(MalformedReply, match="does not fit its type"):
                await anext(messages)


@pytest.mark.parametrize(
    "document",
    [
        "subscription { chatMessage(channelId: 1) { nope } }",
        "subscription { chatMessage(channelId: 1) { id } channel(id: 1) { id } }",
        "subscription A { channel(id: 1) { id } } subscription B { channel(id: 1) { id } }",
    ],
    ids=["unknown field", "two root fields", "two operations"],
)
async def test_a_refused_document_ends_its_subscription_only(
    server: LocalGlimesh, document: str
) -> None:
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1") as messages,
    ):
        with pytest.raises(GraphQLError):
            async with client.subscribe(subscription(document), {}):
                pass
        server.say(1, STREAMER, "still here")
        assert await texts(messages, 1) == ["still here"]
        assert server.sockets.handshakes == 1


async def test_no_text_that_is_not_graphql_reaches_the_channel(server: LocalGlimesh) -> None:
    async with client_of(server) as client:
        for broken in ("subscription { chatMessage(channelId: 1) {", "", "fragment"):
            with pytest.raises(ValueError, match="must be GraphQL"):
                client.subscribe(subscription(broken), {})
    assert server.sockets.handshakes == 0


async def test_subscriptions_come_and_go_on_one_socket(server: LocalGlimesh) -> None:
    async with client_of(server) as client:
        async with (
            api.chat_message_sent(client, channel_id="1") as one,
            api.chat_message_sent(client, channel_id="2") as two,
            api.channel_updated(client, channel_id="1"),
            api.follower_added(client, streamer_id="1"),
        ):
            assert server.sockets.subscriptions == 4
            server.say(1, STREAMER, "one")
            server.say(2, STREAMER, "two")
            assert await texts(two, 1) == ["two"]
            assert await texts(one, 1) == ["one"]
            server.sockets.reset()
            await asyncio.to_thread(server.sockets.wait_for_subscriptions, 4)
        assert server.sockets.handshakes == 2
        while len(server.sockets):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        async with api.chat_message_sent(client, channel_id="1"):
            assert server.sockets.handshakes == 3


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21, 34])
async def test_one_may_come_while_the_last_one_leaves(server: LocalGlimesh, steps: int) -> None:
    async with client_of(server) as client:
        leaving = api.channel_updated(client)
        begun = asyncio.create_task(leaving.__aenter__())
        for _ in range(steps):
            await asyncio.sleep(0)
        begun.cancel()
        coming = api.chat_message_sent(client, channel_id="1")
        (_, entered) = await asyncio.gather(
            leaving.aclose(), asyncio.create_task(coming.__aenter__())
        )
        server.say(1, STREAMER, "hi")
        assert await texts(entered, 1) == ["hi"]
        while len(server.sockets) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await coming.aclose()
        with suppress(asyncio.CancelledError):
            await begun


async def test_a_fill_that_fails_is_tried_again_while_pushes_wait(server: LocalGlimesh) -> None:
    seen: list[ConnectionEvent] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1").configure(on_event=seen.append) as messages,
    ):
        server.faults.answer("/api/graph", status=503, times=2)
        server.faults.cut_before_apply("/api/graph", times=1)
        server.sockets.reset()
        server.say(1, STREAMER, "missed")
        await asyncio.to_thread(server.sockets.wait_for_subscriptions)
        server.say(1, STREAMER, "pushed")
        assert await texts(messages, 2) == ["missed", "pushed"]
    delayed = [event.attempt for event in seen if isinstance(event, FillDelayed)]
    assert delayed == [1, 2, 3]


async def test_a_fill_that_cannot_be_is_raised_and_nothing_is_skipped(
    server: LocalGlimesh,
) -> None:
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1") as messages,
    ):
        server.say(1, STREAMER, "before")
        await texts(messages, 1)
        server.faults.answer("/api/graph", status=404, times=1)
        server.sockets.reset()
        server.say(1, STREAMER, "missed")
        with pytest.raises(RefusedError):
            await anext(messages)
        assert await texts(messages, 1) == ["missed"]


async def test_a_step_may_be_given_up_and_nothing_is_lost(server: LocalGlimesh) -> None:
    got: list[str] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1") as messages,
    ):
        server.sockets.reset()
        server.say(1, STREAMER, *map(str, range(300)))
        for attempt in itertools.count():
            if len(got) == 300:
                break
            step = asyncio.create_task(anext(messages))
            for _ in range(attempt % 5):
                await asyncio.sleep(0)
            if not step.done():
                step.cancel()
            try:
                got.append((await step).message)
            except asyncio.CancelledError:
                await asyncio.sleep(0.001)
    assert got == list(map(str, range(300)))


async def test_a_slow_consumer_makes_the_socket_wait_and_loses_nothing(
    server: LocalGlimesh,
) -> None:
    seen: list[ConnectionEvent] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client).configure(on_event=seen.append, buffer=5) as messages,
    ):
        server.say(1, STREAMER, *map(str, range(3_000)))
        # Longer than the silence that would count if we were reading; heartbeats go on.
        await asyncio.sleep(1.5 * QUICK.silence)
        assert await texts(messages, 3_000) == list(map(str, range(3_000)))
    assert [type(event) for event in seen] == [Connected, Subscribed]


async def test_a_socket_that_is_lost_while_nobody_reads_is_made_again(
    server: LocalGlimesh,
) -> None:
    seen: list[ConnectionEvent] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1").configure(
            on_event=seen.append, buffer=5
        ) as messages,
    ):
        server.say(1, STREAMER, "first")
        assert await texts(messages, 1) == ["first"]
        server.say(1, STREAMER, *map(str, range(500)))
        # A heartbeat finds out, while the reading waits for the consumer.
        server.sockets.reset()
        await asyncio.sleep(5 * QUICK.heartbeat)
        server.say(1, STREAMER, "last")
        assert await texts(messages, 501) == [*map(str, range(500)), "last"]
    assert [type(event) for event in seen].count(Connected) == 2


@pytest.mark.parametrize("options", [{"client_id": CLIENT}, {"token": "tok-noscope"}])
async def test_reading_needs_no_scope_and_no_user(
    server: LocalGlimesh, options: dict[str, str]
) -> None:
    async with (
        AsyncGlimesh(**options, url=server.url, timing=QUICK) as client,
        api.chat_message_sent(client, channel_id="1") as messages,
    ):
        server.say(1, STREAMER, "hi")
        assert await texts(messages, 1) == ["hi"]


async def test_equal_subscriptions_both_get_what_the_client_itself_says(
    server: LocalGlimesh,
) -> None:
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1") as one,
        api.chat_message_sent(client, channel_id="1") as two,
    ):
        text = api.ChatMessageInput(message="mine")
        said = await api.create_chat_message(client, channel_id="1", message=text)
        assert (await anext(one)) == (await anext(two)) == said
        await one.aclose()
        server.say(1, STREAMER, "next")
        assert await texts(two, 1) == ["next"]


async def test_a_client_id_that_is_none_is_refused_with_the_status(server: LocalGlimesh) -> None:
    async with AsyncGlimesh(client_id="abc", url=server.url, timing=QUICK) as client:
        with pytest.raises(RefusedError, match="400"):
            await anext(api.channel_updated(client))


async def test_a_consumer_may_rather_have_the_newest_and_hears_how_many_it_missed(
    server: LocalGlimesh,
) -> None:
    seen: list[ConnectionEvent] = []
    async with (
        client_of(server) as client,
        api.chat_message_sent(client).configure(
            on_event=seen.append, buffer=5, overflow=Overflow.DROP_OLDEST
        ) as messages,
    ):
        server.say(1, STREAMER, *map(str, range(100)))
        await asyncio.sleep(0.3)
        got = await texts(messages, 5)
    assert got == ["95", "96", "97", "98", "99"]
    assert [event.count for event in seen if isinstance(event, Dropped)] == [95]


async def test_what_a_listener_of_events_raises_is_raised_to_its_consumer(
    server: LocalGlimesh,
) -> None:
    def fail(event: ConnectionEvent) -> None:
        if isinstance(event, Disconnected):
            raise ZeroDivisionError

    async with client_of(server) as client, api.channel_updated(client) as other:
        messages = api.chat_message_sent(client, channel_id="1").configure(on_event=fail)
        async with messages:
            server.sockets.reset()
            with pytest.raises(ZeroDivisionError):
                await anext(messages)
        await asyncio.to_thread(server.sockets.wait_for_subscriptions)
        waiting = asyncio.create_task(anext(other))
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()


async def test_two_tasks_do_not_share_an_iterator(server: LocalGlimesh) -> None:
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1") as messages,
    ):
        waiting = asyncio.create_task(anext(messages))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="another task"):
            await anext(messages)
        await messages.aclose()
        with pytest.raises(StopAsyncIteration):
            await waiting


async def test_the_token_is_in_no_log_record(
    server: LocalGlimesh, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        client_of(server) as client,
        api.chat_message_sent(client, channel_id="1") as messages,
    ):
        server.sockets.reset()
        server.say(1, STREAMER, "hi")
        await texts(messages, 1)
        server.sockets.refuse(403)
        server.sockets.close()
        with pytest.raises(AuthenticationError) as caught:
            await anext(messages)
    assert "/api/graph/websocket" in caplog.text, "nothing was logged"
    for record in caplog.records:
        assert "tok-viewer" not in record.getMessage() + repr(record.__dict__)
    assert "tok-viewer" not in repr(caught.value) + repr(vars(caught.value))


class TestBlocking:
    """The same, for blocking programs."""

    def test_messages_come_across_drops_and_leaving_ends_everything(
        self, server: LocalGlimesh
    ) -> None:
        threads = threading.active_count()
        with Glimesh(token="tok-viewer", url=server.url, timing=QUICK) as client:
            with api.chat_message_sent(client, channel_id="1") as messages:
                server.say(1, STREAMER, "one")
                assert next(messages).message == "one"
                server.sockets.reset()
                server.say(1, STREAMER, "two", "three")
                for message in messages:
                    if message.message == "three":
                        break
            assert list(messages) == []
            assert threading.active_count() == threads
            # And again, on a new loop.
            with api.chat_message_sent(client, channel_id="1") as messages:
                server.say(1, STREAMER, "four")
                assert next(messages).message == "four"
        assert threading.active_count() == threads

    def test_leaving_a_loop_is_enough(self, server: LocalGlimesh) -> None:
        with Glimesh(token="tok-viewer", url=server.url, timing=QUICK) as client:
            messages = api.chat_message_sent(client, channel_id="1")
            first = iter(messages)
            del messages
            threading.Timer(0.3, server.say, (1, STREAMER, "hi")).start()
            assert next(first).message == "hi"
            del first
            while len(server.sockets):
                pass

    def test_closing_the_client_ends_it(self, server: LocalGlimesh) -> None:
        client = Glimesh(token="tok-viewer", url=server.url, timing=QUICK)
        with api.chat_message_sent(client, channel_id="1") as messages:
            client.close()
            with pytest.raises(ConnectionLost, match="client was closed"):
                next(messages)

    def test_refusals_are_raised(self, server: LocalGlimesh) -> None:
        with Glimesh(token="tok-expired", url=server.url, timing=QUICK) as client:
            with pytest.raises(AuthenticationError):
                next(api.chat_message_sent(client))
            with pytest.raises(AuthenticationError), api.chat_message_sent(client):
                pass

    def test_an_interruption_ends_the_wait(self, server: LocalGlimesh) -> None:
        with (
            Glimesh(token="tok-viewer", url=server.url, timing=QUICK) as client,
            api.chat_message_sent(client, channel_id="1") as messages,
        ):
            interrupt = threading.Timer(0.2, _interrupt)
            interrupt.start()
            with pytest.raises(KeyboardInterrupt):
                next(messages)
            server.say(1, STREAMER, "hi")
            assert next(messages).message == "hi"


def _interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)
