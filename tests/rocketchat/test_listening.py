"""Listening to rooms of a local server: what is told, and what happens when things go wrong."""

from __future__ import annotations

import asyncio
import logging
import pickle
import time
from collections.abc import Callable

import pytest

from backchannel.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    InvalidInput,
    RefusedError,
    ReplyTooLarge,
)
from backchannel.live.buffer import Overflow
from backchannel.live.events import Dropped, FillDelayed, Filled
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.limits import RateLimit
from backchannel.local.rocketchat.realtime import connection as local_connection
from backchannel.local.rocketchat.realtime.limits import CallLimits
from backchannel.local.rocketchat.seed import ALICE, BOB, BOT, DIRECT, GENERAL, STAFF, TEAM
from backchannel.rocketchat import (
    AsyncRocketChat,
    NotPermitted,
    PasswordLogin,
    RocketChat,
    RoomNotFound,
)
from backchannel.rocketchat.realtime.events import (
    ListeningEvent,
    MessageDeleted,
    MessageNew,
    Polling,
)
from backchannel.rocketchat.realtime.timing import ListeningTiming
from backchannel.wire.rules import Limits
from support.listening import ONCE, QUICK, client_of, kinds, listening, take, told
from support.rawserver import wait_until
from support.rocketchat_world import delete, edit, react


@pytest.fixture
def server():
    with LocalRocketChat() as server:
        yield server


def say(server: LocalRocketChat, text: str, room: str = TEAM) -> str:
    (said,) = server.say(room, ALICE.user_id, text)
    return str(said["_id"])


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def test_what_happens_to_messages_is_told_as_what_it_is(server: LocalRocketChat) -> None:
    async with listening(server, TEAM) as events:
        message_id = say(server, "one")
        edit(server, message_id, "https://example.org")
        react(server, message_id)
        server.world.preview(message_id, {"title": "a page"})
        delete(server, message_id)
        assert [told(event) for event in await take(events, 5)] == [
            ("MessageNew", "one"),
            ("MessageEdited", "https://example.org"),
            ("MessageChanged", "https://example.org"),
            ("MessageChanged", "https://example.org"),
            ("MessageDeleted", message_id),
        ]


async def test_many_rooms_share_a_socket_and_are_told_once(server: LocalRocketChat) -> None:
    names = ("#general", GENERAL, "general", "#team", STAFF)
    async with listening(server, *names) as events:
        assert server.sockets.handshakes == 1
        for room in (GENERAL, TEAM, STAFF):
            say(server, room, room)
        got = await take(events, 3)
        assert [(event.message.room_id, event.message.text) for event in got] == [
            (room, room) for room in (GENERAL, TEAM, STAFF)
        ]


async def test_a_direct_room_is_named_after_the_other(server: LocalRocketChat) -> None:
    async with listening(server, "@alice", account=BOB) as events:
        say(server, "lunch!", DIRECT)
        assert told(await anext(events)) == ("MessageNew", "lunch!")


async def test_own_messages_are_told_and_known_by_their_id(server: LocalRocketChat) -> None:
    async with client_of(server) as chat, chat.listen(TEAM, timing=QUICK) as events:
        sent = await chat.send_message(TEAM, "hello")
        event = await anext(events)
        assert isinstance(event, MessageNew)
        assert event.message.id == sent.message.id
        assert event.message.ts == sent.message.ts


async def test_a_change_of_a_message_from_before_is_no_new_message(
    server: LocalRocketChat,
) -> None:
    old = say(server, "old")
    async with listening(server, TEAM) as events:
        react(server, old)
        edit(server, old, "older")
        delete(server, old)
        assert [told(event) for event in await take(events, 3)] == [
            ("MessageChanged", "old"),
            ("MessageEdited", "older"),
            ("MessageDeleted", old),
        ]


LOSSES: dict[str, Callable[[LocalRocketChat], object]] = {
    "reset": lambda server: server.sockets.reset(),
    "close 1000": lambda server: server.sockets.close(),
    "close 1012": lambda server: server.sockets.close(1012),
    "half a frame": lambda server: server.sockets.cut_frame(),
    "silence": lambda server: server.sockets.silence(),
    "disconnect": lambda server: server.sockets.disconnect(BOT.token),
}


@pytest.mark.parametrize("loss", LOSSES)
async def test_what_happened_in_a_gap_comes_once(server: LocalRocketChat, loss: str) -> None:
    seen: list[ListeningEvent] = []
    async with listening(server, TEAM, GENERAL, seen=seen) as events:
        first, second = say(server, "first"), say(server, "second")
        await take(events, 2)
        server.sockets.refuse(503, times=1_000)
        LOSSES[loss](server)
        say(server, "third")
        edit(server, first, "first, edited")
        delete(server, second)
        delete(server, say(server, "never seen"))
        server.sockets.clear()
        got = {told(event) for event in await take(events, 4)}
        assert {kind for kind, _ in got} == {"MessageNew", "MessageEdited", "MessageDeleted"}
        assert {of for _, of in got} >= {"third", "first, edited", second}
        await until(lambda: "Filled" in kinds(seen))
        say(server, "elsewhere", GENERAL)
        assert told(await anext(events)) == ("MessageNew", "elsewhere")
    assert [event.count for event in seen if isinstance(event, Filled)] == [4]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_handshake_that_fails_for_a_while_is_tried_again(
    server: LocalRocketChat, status: int
) -> None:
    async with listening(server, TEAM) as events:
        server.sockets.refuse(status, times=3, headers={"retry-after": "0"})
        server.sockets.reset()
        say(server, "in between")
        assert told(await anext(events)) == ("MessageNew", "in between")


async def test_a_handshake_without_an_answer_is_given_up(server: LocalRocketChat) -> None:
    async with listening(server, TEAM) as events:
        server.sockets.ignore()
        server.sockets.reset()
        say(server, "in between")
        assert told(await anext(events)) == ("MessageNew", "in between")


async def test_a_reading_that_fails_is_repeated_and_nothing_is_passed_over(
    server: LocalRocketChat,
) -> None:
    seen: list[ListeningEvent] = []
    async with listening(server, TEAM, seen=seen) as events:
        server.faults.answer("/api/v1/chat.syncMessages", status=502, times=3)
        server.sockets.refuse(503)
        server.sockets.reset()
        say(server, "in the gap")
        wait = asyncio.create_task(take(events, 2))
        await until(lambda: "FillDelayed" in kinds(seen))
        say(server, "after it")
        assert [told(event)[1] for event in await wait] == ["in the gap", "after it"]
    assert [event.attempt for event in seen if isinstance(event, FillDelayed)] == [1, 2, 3]


async def test_a_gap_that_is_too_large_to_read_ends_the_listening(
    server: LocalRocketChat,
) -> None:
    limits = Limits(max_reply_bytes=20_000)
    async with client_of(server, limits=limits) as chat, chat.listen(TEAM, timing=QUICK) as events:
        server.sockets.refuse(503)
        server.sockets.reset()
        server.say(TEAM, ALICE.user_id, *["x" * 1_000] * 30)
        with pytest.raises(ReplyTooLarge, match=f"{TEAM}.*max_reply_bytes"):
            await anext(events)
        with pytest.raises(StopAsyncIteration):
            await anext(events)


@pytest.mark.parametrize("hours", [-30, 30])
async def test_the_clock_of_the_server_may_be_another(hours: int) -> None:
    with LocalRocketChat(clock=lambda: time.time() + hours * 3600) as server:
        async with listening(server, TEAM) as events:
            server.sockets.refuse(503)
            server.sockets.reset()
            say(server, "in the gap")
            assert told(await anext(events)) == ("MessageNew", "in the gap")


@pytest.mark.parametrize("age", [3, 7, 8])
async def test_servers_of_all_ages_are_listened_to(age: int) -> None:
    with LocalRocketChat(age=age) as server:
        async with listening(server, "#team", STAFF) as events:
            gone = say(server, "gone")
            await anext(events)
            server.sockets.refuse(503)
            server.sockets.reset()
            delete(server, gone)
            assert told(await anext(events)) == ("MessageDeleted", gone)


# Where there is no socket


@pytest.mark.parametrize("status", [401, 403, 404, 200, 302])
async def test_where_the_socket_is_refused_rooms_are_polled(
    server: LocalRocketChat, status: int
) -> None:
    seen: list[ListeningEvent] = []
    server.sockets.refuse(status, times=100, headers={"location": "https://example.org/"})
    async with listening(server, TEAM, seen=seen) as events:
        message_id = say(server, "one")
        assert told(await anext(events)) == ("MessageNew", "one")
        edit(server, message_id, "two")
        assert told(await anext(events)) == ("MessageEdited", "two")
        react(server, message_id)
        assert told(await anext(events)) == ("MessageChanged", "two")
        delete(server, message_id)
        assert told(await anext(events)) == ("MessageDeleted", message_id)
    assert kinds(seen) == ["Polling"]
    assert str(status) in str(seen[0].reason)


async def test_a_refused_socket_is_tried_again(server: LocalRocketChat) -> None:
    seen: list[ListeningEvent] = []
    timing = ListeningTiming(poll=0.01, again=0.05, overlap=1.0)
    server.sockets.refuse(404)
    async with listening(server, TEAM, seen=seen, timing=timing) as events:
        while "Connected" not in kinds(seen):
            say(server, "again")
            assert told(await anext(events)) == ("MessageNew", "again")
    assert kinds(seen)[0] == "Polling"


async def test_a_program_may_want_no_socket(server: LocalRocketChat) -> None:
    seen: list[ListeningEvent] = []
    async with listening(server, TEAM, GENERAL, seen=seen, poll=0.02) as events:
        say(server, "one", GENERAL)
        assert told(await anext(events)) == ("MessageNew", "one")
    assert seen == [Polling(0.02)]
    assert server.sockets.handshakes == 0


async def test_polling_waits_for_the_rate_limit(server: LocalRocketChat) -> None:
    seen: list[ListeningEvent] = []
    async with listening(server, TEAM, seen=seen, poll=0.02) as events:
        server.faults.answer("/api/v1/chat.syncMessages", status=429, headers={"retry-after": "0"})
        say(server, "one")
        assert told(await anext(events)) == ("MessageNew", "one")
    assert "FillDelayed" in kinds(seen)


# Who may listen, and to what


async def test_the_first_connection_is_tried_once() -> None:
    with LocalRocketChat() as server:
        client = client_of(server)
    async with client as chat:
        with pytest.raises(ConnectError):
            async with chat.listen(TEAM):
                pass


async def test_a_token_that_is_not_good_ends_it(server: LocalRocketChat) -> None:
    async with AsyncRocketChat(server.url, user_id=BOT.user_id, auth_token="wrong") as chat:
        with pytest.raises(AuthenticationError):
            async with chat.listen(TEAM):
                pass


async def test_a_token_that_is_revoked_ends_it(server: LocalRocketChat) -> None:
    async with listening(server, TEAM) as events:
        say(server, "before")
        server.world.revoke(server.world.users[BOT.user_id], BOT.token)
        assert told(await anext(events)) == ("MessageNew", "before")
        with pytest.raises(AuthenticationError, match="logged out"):
            await anext(events)
    assert len(server.sockets) == 0


async def test_a_password_logs_in_again(server: LocalRocketChat) -> None:
    login = PasswordLogin(BOT.username, BOT.password)
    async with (
        AsyncRocketChat(server.url, credentials=login) as chat,
        chat.listen(TEAM, timing=QUICK) as events,
    ):
        token = login.held.auth_token.reveal()
        server.world.revoke(server.world.users[BOT.user_id], token)
        say(server, "after")
        assert told(await anext(events)) == ("MessageNew", "after")
        assert login.held.auth_token.reveal() != token


async def test_rooms_that_are_not_there_or_not_for_the_user(server: LocalRocketChat) -> None:
    async with client_of(server, BOB) as chat:
        with pytest.raises(RoomNotFound):
            await anext(chat.listen("#nowhere"))
        with pytest.raises(RefusedError):
            await anext(chat.listen("#general", STAFF))
    assert len(server.sockets) == 0


async def test_a_room_that_may_no_longer_be_read_is_told_and_the_others_go_on(
    server: LocalRocketChat,
) -> None:
    async with listening(server, STAFF, TEAM) as events:
        server.world.rooms[STAFF].members.remove(BOT.user_id)
        server.sockets.reset()
        with pytest.raises(NotPermitted, match=STAFF):
            await anext(events)
        say(server, "still here")
        assert told(await anext(events)) == ("MessageNew", "still here")


async def test_the_last_room_that_may_no_longer_be_read_ends_it(server: LocalRocketChat) -> None:
    async with listening(server, STAFF) as events:
        server.world.rooms[STAFF].members.remove(BOT.user_id)
        server.sockets.reset()
        with pytest.raises(NotPermitted):
            await anext(events)
        assert [event async for event in events] == []


async def test_more_subscriptions_than_the_server_takes_at_once_are_made_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class TwoAtOnce(CallLimits):
        def __init__(self, clock: Callable[[], float]) -> None:
            super().__init__(clock)
            self._streams = RateLimit(clock, calls=2, seconds=0.5)

    monkeypatch.setattr(local_connection, "CallLimits", TwoAtOnce)
    with LocalRocketChat(rate_limit=True) as server:
        async with listening(server, GENERAL, STAFF, TEAM) as events:
            say(server, "in the last one")
            assert told(await anext(events)) == ("MessageNew", "in the last one")


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((), {}),
        ((TEAM,), {"buffer": 0}),
        ((TEAM,), {"poll": 0}),
        ((TEAM,), {"poll": -1.0}),
        ((TEAM,), {"poll": float("nan")}),
    ],
)
async def test_bad_arguments_are_refused_before_anything_is_sent(
    server: LocalRocketChat, arguments: tuple[str, ...], options: dict[str, object]
) -> None:
    async with client_of(server) as chat:
        with pytest.raises(InvalidInput):
            chat.listen(*arguments, **options)
    with (
        RocketChat(server.url, user_id="u", auth_token="t") as blocking,
        pytest.raises(InvalidInput),
    ):
        blocking.listen(*arguments, **options)


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="longer than heartbeat"):
        ListeningTiming(heartbeat=5, silence=5)
    with pytest.raises(ConfigurationError, match="poll must be more than 0"):
        ListeningTiming(poll=0)


# Pings, slow consumers, ends


async def test_a_quiet_connection_is_kept_by_pings_both_ways() -> None:
    seen: list[ListeningEvent] = []
    with LocalRocketChat(ping_interval=0.05, ping_deadline=0.2) as server:
        slow = ListeningTiming(heartbeat=5.0, silence=10.0)
        async with (
            listening(server, TEAM, seen=seen, timing=slow) as answering,
            listening(server, TEAM, seen=seen) as asking,
        ):
            await asyncio.sleep(0.8)
            say(server, "still there?")
            assert told(await anext(answering)) == told(await anext(asking))
    assert "Disconnected" not in kinds(seen)


async def test_a_slow_consumer_gets_all_or_is_told_what_was_dropped(
    server: LocalRocketChat,
) -> None:
    seen: list[ListeningEvent] = []
    async with (
        listening(server, TEAM, buffer=3) as patient,
        listening(server, TEAM, buffer=3, overflow=Overflow.DROP_OLDEST, seen=seen) as hasty,
    ):
        for number in range(10):
            say(server, str(number))
        await asyncio.sleep(0.3)
        assert [told(event)[1] for event in await take(patient, 10)] == [*map(str, range(10))]
        assert [told(event)[1] for event in await take(hasty, 3)] == ["7", "8", "9"]
    assert [event for event in seen if isinstance(event, Dropped)] == [Dropped(7)]


async def test_a_step_that_is_cancelled_leaves_it_open(server: LocalRocketChat) -> None:
    async with listening(server, TEAM) as events:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(events)
        say(server, "later")
        assert told(await anext(events)) == ("MessageNew", "later")


@pytest.mark.parametrize("wait", [0.0, 0.002, 0.01, 0.05])
async def test_whoever_is_cancelled_leaves_nothing(server: LocalRocketChat, wait: float) -> None:
    before = asyncio.all_tasks()

    async def listen() -> None:
        async with listening(server, TEAM) as events:
            await anext(events)

    task = asyncio.create_task(listen())
    await asyncio.sleep(wait)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert asyncio.all_tasks() == before
    await asyncio.to_thread(wait_until, lambda: len(server.sockets) == 0)


async def test_closing_ends_a_step_that_waits(server: LocalRocketChat) -> None:
    async with listening(server, TEAM) as events:
        step = asyncio.create_task(take_all(events))
        await asyncio.sleep(0.05)
        await events.aclose()
        assert await step == []
    assert len(server.sockets) == 0


async def take_all(events):
    return [event async for event in events]


async def test_a_client_that_is_closed_ends_its_listenings(server: LocalRocketChat) -> None:
    async with client_of(server) as chat:
        async with chat.listen(TEAM) as events:
            say(server, "before")
            await asyncio.sleep(0.1)
            await chat.close()
            assert told(await anext(events)) == ("MessageNew", "before")
            with pytest.raises(ConnectionLost, match="closed"):
                await anext(events)
        with pytest.raises(ConfigurationError):
            chat.listen(TEAM)
    assert len(server.sockets) == 0


async def test_what_an_observer_raises_ends_it(server: LocalRocketChat) -> None:
    def observe(event: ListeningEvent) -> None:
        raise LookupError("of the observer")

    async with client_of(server) as chat:
        with pytest.raises(LookupError, match="of the observer"):
            async with chat.listen(TEAM, on_event=observe):
                pass
    assert len(server.sockets) == 0


async def test_nobody_shows_the_token(
    server: LocalRocketChat, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[ListeningEvent] = []
    caplog.set_level(logging.DEBUG)
    logging.getLogger("backchannel.socket.ddp").setLevel(logging.DEBUG)
    async with (
        client_of(server) as chat,
        chat.listen(TEAM, on_event=seen.append, timing=QUICK) as events,
    ):
        server.sockets.reset()
        say(server, "hello")
        await anext(events)
        server.world.revoke(server.world.users[BOT.user_id], BOT.token)
        with pytest.raises(AuthenticationError) as caught:
            await anext(events)
        shown = [repr(events), repr(seen), repr(caught.value), str(pickle.dumps(caught.value))]
    # Parts of it, too: websockets cuts long frames in the middle.
    pieces = {BOT.token[start : start + 8] for start in range(len(BOT.token) - 8)}
    for text in (caplog.text, *shown):
        assert not [piece for piece in pieces if piece in text]


# Blocking programs


def test_a_blocking_program_listens_across_a_gap(server: LocalRocketChat) -> None:
    with (
        RocketChat(server.url, user_id=BOT.user_id, auth_token=BOT.token, retry=ONCE) as chat,
        chat.listen("#team", GENERAL, timing=QUICK) as events,
    ):
        say(server, "one")
        assert told(next(events)) == ("MessageNew", "one")
        server.sockets.refuse(503)
        server.sockets.reset()
        gone = say(server, "two", GENERAL)
        delete(server, gone)
        assert next(events) == MessageDeleted(
            id=gone, room_id=GENERAL, deleted_at=deleted_at(server, gone)
        )
    assert len(server.sockets) == 0
    assert list(events) == []


def deleted_at(server: LocalRocketChat, message_id: str):
    from datetime import datetime

    return datetime.fromisoformat(str(server.world.trashed[message_id].document["_deletedAt"]))


def test_errors_reach_a_blocking_program(server: LocalRocketChat) -> None:
    with RocketChat(server.url, user_id=BOT.user_id, auth_token="wrong") as chat:
        with pytest.raises(AuthenticationError), chat.listen(TEAM):
            pass
        with pytest.raises(AuthenticationError):
            next(chat.listen(TEAM))


def test_a_blocking_client_ends_what_another_thread_listens_to(server: LocalRocketChat) -> None:
    import threading

    chat = RocketChat(server.url, user_id=BOT.user_id, auth_token=BOT.token)
    ended: list[BaseException] = []

    def listen() -> None:
        with chat.listen(TEAM) as events:
            try:
                next(events)
            except ConnectionLost as error:
                ended.append(error)

    thread = threading.Thread(target=listen)
    thread.start()
    wait_until(lambda: len(server.sockets) == 1)
    time.sleep(0.1)
    chat.close()
    thread.join(10)
    assert len(ended) == 1
    assert len(server.sockets) == 0


def test_a_blocking_listening_that_nobody_holds_ends(server: LocalRocketChat) -> None:
    chat = RocketChat(server.url, user_id=BOT.user_id, auth_token=BOT.token)
    events = chat.listen(TEAM).__enter__()
    assert len(server.sockets) == 1
    del events
    wait_until(lambda: len(server.sockets) == 0)
    chat.close()
