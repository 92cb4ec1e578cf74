"""Both clients against servers of all ages, over real HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from backchannel.errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLost,
    Outcome,
    TransportTimeout,
)
from backchannel.local.rocketchat import Account, LocalRocketChat, World
from backchannel.local.rocketchat.seed import (
    ALICE,
    ARCHIVED,
    BOB,
    BOT,
    DIRECT,
    GENERAL,
    GUEST,
    STAFF,
    TEAM,
)
from backchannel.message import Address, Draft
from backchannel.rocketchat import (
    Attachment,
    AttachmentField,
    MessageDropped,
    MessageIdTaken,
    MessageNotFound,
    NotAuthenticated,
    NotPermitted,
    RocketChat,
    RoomKind,
    RoomNotFound,
    UserNotFound,
)
from backchannel.wire.retry import NO_RETRY
from backchannel.wire.rules import Limits

SEND = "chat.sendMessage"
CARD = Attachment(
    color="#ff0000",
    text="Yay",
    ts=datetime(2016, 12, 9, 16, 53, 6, 761000, UTC),
    message_link="https://example.org/",
    collapsed=False,
    title="Build",
    fields=[AttachmentField("Status", "online", short=True), AttachmentField("Tests", "12")],
)


def texts(world: World, room_id: str) -> list[object]:
    return [stored.document["msg"] for stored in world.messages_in(room_id)]


def test_everything_sent_is_read_back(connect, any_server):
    client = connect(any_server.url)
    sent = client.send_message(
        GENERAL,
        "Hello @alice, see #team and https://example.org/",
        alias="Gruggy",
        emoji=":smirk:",
        avatar="/avatar/gruggy",
        attachments=[CARD],
    )
    assert not sent.deduplicated
    message = client.get_message(sent.message.id)
    assert message == sent.message
    assert message.room_id == GENERAL
    assert (message.alias, message.emoji, message.avatar) == (
        "Gruggy",
        ":smirk:",
        "/avatar/gruggy",
    )
    assert message.attachments == (CARD,)
    assert (message.author.id, message.author.username) == (BOT.user_id, BOT.username)
    assert [user.username for user in message.mentions] == ["alice"]
    assert [channel.id for channel in message.channels] == [TEAM]
    assert [link.url for link in message.urls] == ["https://example.org/"]
    assert message.ts.tzinfo is UTC


def test_the_documented_call_runs_as_it_is_printed(connect, any_server, page):
    headers, body = page["example call"]["headers"], page["example call"]["body"]["message"]
    account = Account(headers["X-User-Id"], "", "", headers["X-Auth-Token"], "")
    sent = connect(any_server.url, account).send_message(body["rid"], body["msg"])
    stored = any_server.world.messages[sent.message.id].document
    assert {name: stored[name] for name in body} == body
    assert set(page["example result"]["message"]) - {"unread"} <= set(stored)


def test_an_answer_in_a_thread(connect, any_server):
    client = connect(any_server.url)
    first = client.send_message(GENERAL, "Question").message
    answer = client.send_message(TEAM, "Answer", thread_id=first.id, show_in_channel=True).message
    assert (answer.room_id, answer.thread_id, answer.show_in_channel) == (GENERAL, first.id, True)
    hidden = client.send_message(GENERAL, "Aside", thread_id=answer.id).message
    assert hidden.thread_id == first.id
    assert hidden.id in [message.id for message in client.history("#general")]


@pytest.mark.parametrize(
    ("asked", "room_id", "kind", "name"),
    [
        ("general", GENERAL, RoomKind.CHANNEL, "general"),
        ("#general", GENERAL, RoomKind.CHANNEL, "general"),
        (GENERAL, GENERAL, RoomKind.CHANNEL, "general"),
        ("staff", STAFF, RoomKind.GROUP, "staff"),
        (DIRECT, DIRECT, RoomKind.DIRECT, ""),
        ("@bob", DIRECT, RoomKind.DIRECT, ""),
    ],
)
def test_a_room_is_found_by_name_id_or_user(connect, any_server, asked, room_id, kind, name):
    room = connect(any_server.url, ALICE).room_info(asked)
    assert (room.id, room.kind, room.name) == (room_id, kind, name)
    if kind is RoomKind.DIRECT:
        assert set(room.usernames) == {"alice", "bob"}


@pytest.mark.parametrize(
    ("asked", "account", "kind"),
    [
        ("nowhere", ALICE, RoomNotFound),
        ("#GENERAL", ALICE, RoomNotFound),
        ("@nobody", ALICE, UserNotFound),
        ("staff", BOB, NotPermitted),
    ],
)
def test_a_room_that_is_not_there_or_not_for_you(connect, any_server, asked, account, kind):
    with pytest.raises(kind):
        connect(any_server.url, account).room_info(asked)


@pytest.mark.parametrize("room", ["#general", "staff", "@bob", STAFF])
def test_every_kind_of_room_has_a_history(connect, any_server, room):
    client = connect(any_server.url, ALICE)
    room_id = client.room_info(room).id
    sent = [client.send_message(room_id, f"message {n}").message.id for n in range(3)]
    assert [message.id for message in client.history(room, limit=3)] == sent[::-1]
    last_two = client.history(room, limit=2, newest_first=False)
    assert [message.id for message in last_two] == sent[1:]
    everything = client.history(client.room_info(room), newest_first=False)
    stored = any_server.world.messages_in(room_id)
    assert [message.id for message in everything] == [one.id for one in stored]


def test_a_long_history_comes_in_pages(connect, any_server):
    world = any_server.world
    for index in range(230):
        ts = f"2026-11-20T10:00:00.{index // 90:03}Z"
        sent = datetime.fromisoformat(ts).timestamp()
        document = {"_id": f"m{index}", "rid": TEAM, "msg": "x", "ts": ts, "u": {"_id": "u-bob"}}
        world.insert(document, sent)
    ids = [message.id for message in connect(any_server.url, ALICE).history("team")]
    assert sorted(ids) == sorted(stored.id for stored in world.messages_in(TEAM))


@pytest.mark.parametrize(
    ("room_id", "arguments", "account", "expected"),
    [
        ("nowhere", {}, BOT, {3: RoomNotFound, 7: RoomNotFound, 8: RoomNotFound}),
        (STAFF, {}, BOB, {3: NotPermitted, 7: NotPermitted, 8: NotPermitted}),
        (GENERAL, {"alias": "X"}, GUEST, {3: MessageDropped, 7: NotPermitted, 8: NotPermitted}),
        (
            GENERAL,
            {},
            Account("u-bob", "", "", "wrong", ""),
            dict.fromkeys((3, 7, 8), NotAuthenticated),
        ),
    ],
)
def test_a_refused_message_was_not_sent(connect, any_server, room_id, arguments, account, expected):
    before = len(any_server.world.messages)
    with pytest.raises(expected[any_server.age]) as caught:
        connect(any_server.url, account).send_message(room_id, "hi", **arguments)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert len(any_server.world.messages) == before


def test_codes_of_the_server_are_on_the_error(connect, server):
    with pytest.raises(RoomNotFound) as caught:
        connect(server.url).send_message("nowhere", "hi")
    assert caught.value.code == "error-invalid-room"
    with pytest.raises(Exception, match="room_is_archived") as caught:
        connect(server.url).send_message(ARCHIVED, "hi")
    assert caught.value.code == "room_is_archived"


def test_an_unknown_message(connect, any_server):
    with pytest.raises(MessageNotFound):
        connect(any_server.url).get_message("nothing")
    stored = any_server.world.messages_in(STAFF)[0]
    with pytest.raises(NotPermitted):
        connect(any_server.url, BOB).get_message(stored.id)


class TestFaults:
    def test_a_reply_lost_after_storing(self, connect, any_server):
        any_server.faults.cut_after_apply(SEND)
        sent = connect(any_server.url).send_message(TEAM, "once")
        assert sent.deduplicated
        assert texts(any_server.world, TEAM) == ["once"]
        assert sent.message.id in any_server.world.messages

    def test_a_request_lost_before_storing(self, connect, any_server):
        any_server.faults.cut_before_apply(SEND)
        sent = connect(any_server.url).send_message(TEAM, "once")
        assert not sent.deduplicated
        assert texts(any_server.world, TEAM) == ["once"]

    def test_half_a_reply(self, connect, server):
        server.faults.close_mid_body(SEND)
        assert connect(server.url).send_message(TEAM, "once").deduplicated
        assert texts(server.world, TEAM) == ["once"]

    @pytest.mark.parametrize("applied", [False, True])
    def test_a_proxy_that_gives_up(self, connect, server, applied):
        server.faults.html(SEND, status=504, apply=applied)
        assert connect(server.url).send_message(TEAM, "once").deduplicated is applied
        assert texts(server.world, TEAM) == ["once"]

    def test_a_reply_that_is_too_late(self, connect, server):
        server.faults.delay(SEND, seconds=0.5)
        client = connect(server.url, limits=Limits(timeout=0.2), retry=NO_RETRY)
        with pytest.raises(TransportTimeout) as caught:
            client.send_message(TEAM, "when?")
        assert caught.value.outcome is Outcome.UNKNOWN

    def test_a_lost_reply_whose_look_up_is_lost_too(self, connect, server):
        server.faults.cut_after_apply(SEND)
        server.faults.cut_before_apply("chat.getMessage", times=100)
        with pytest.raises(ConnectionLost) as caught:
            connect(server.url).send_message(TEAM, "once")
        assert caught.value.outcome is Outcome.UNKNOWN
        assert texts(server.world, TEAM) == ["once"]

    def test_sending_again_under_the_same_id(self, connect, any_server):
        client = connect(any_server.url)
        first = client.send_message(TEAM, "once", message_id="order:17")
        again = client.send_message(TEAM, "once", message_id="order:17")
        assert (first.deduplicated, again.deduplicated) == (False, True)
        assert first.message == again.message
        assert texts(any_server.world, TEAM) == ["once"]

    def test_an_id_that_another_message_has(self, connect, any_server):
        client = connect(any_server.url)
        client.send_message(GENERAL, "there", message_id="taken")
        with pytest.raises(MessageIdTaken) as caught:
            client.send_message(TEAM, "here", message_id="taken")
        assert caught.value.outcome is Outcome.NOT_SENT
        assert texts(any_server.world, TEAM) == []

    def test_a_server_that_is_not_there(self, connect):
        with LocalRocketChat() as gone:
            url = gone.url
        with pytest.raises(ConnectError) as caught:
            connect(url).send_message(TEAM, "hi")
        assert (caught.value.outcome, caught.value.retry_safe) == (Outcome.NOT_SENT, True)

    def test_reads_are_repeated(self, connect, server):
        server.faults.cut_before_apply("rooms.info")
        server.faults.html("channels.history", status=503)
        server.faults.html("im.create", status=502, apply=True)
        client = connect(server.url)
        assert [message.text for message in client.history("#general", limit=1)]
        assert client.room_info("@alice").kind is RoomKind.DIRECT
        assert server.faults.pending == 0


def test_the_dispatchers_flows_run_on_the_clients_driver(connect, any_server):
    client = connect(any_server.url)
    backend = client.client.backend
    for address in (Address("rocketchat", "general"), Address("rocketchat", GENERAL, by_id=True)):
        receipt = client.drive(
            lambda driver, to=address: driver.run(backend.send(to, Draft(text="hello")))
        )
        assert receipt.outcome is Outcome.SENT
        assert receipt.require().room.name == "general"
        read = client.drive(lambda driver, to=address: driver.iterate(backend.history(to, limit=1)))
        assert [message.id for message in read] == [receipt.idempotency_key]


def test_a_direct_room_keeps_the_name_it_was_addressed_by(connect, server):
    client = connect(server.url, ALICE)
    backend = client.client.backend
    address = Address("rocketchat", "@bob")
    receipt = client.drive(lambda driver: driver.run(backend.send(address, Draft(text="psst"))))
    assert (receipt.require().room.id, receipt.require().room.name) == (DIRECT, "@bob")


def test_an_address_by_id_is_no_name(connect, server):
    client = connect(server.url)
    backend = client.client.backend
    with pytest.raises(RoomNotFound):
        client.drive(
            lambda driver: driver.run(
                backend.send(Address("rocketchat", "general", by_id=True), Draft(text="hello"))
            )
        )


def test_threads_share_a_client(server):
    with (
        RocketChat(server.url, user_id=BOT.user_id, auth_token=BOT.token) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        sent = list(pool.map(lambda n: client.send_message(TEAM, f"message {n}"), range(80)))
    assert len({one.message.id for one in sent}) == 80
    assert sorted(one.message.text for one in sent) == sorted(texts(server.world, TEAM))


def test_authentication_errors_are_the_common_ones(connect, server):
    wrong = Account(BOT.user_id, "", "", "wrong", "")
    with pytest.raises(AuthenticationError) as caught:
        connect(server.url, wrong).get_message("m")
    assert json.loads(caught.value.response.body)["success"] is False
