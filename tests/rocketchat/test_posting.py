"""The same message for several rooms: a receipt for each."""

from __future__ import annotations

import asyncio
import json

import pytest

from backchannel.errors import InvalidInput, Outcome
from backchannel.local.rocketchat.seed import GENERAL, READ_ONLY, STAFF, TEAM
from backchannel.rocketchat import (
    AsyncRocketChat,
    Attachment,
    PostReceipt,
    RocketChatRoom,
    RoomKind,
    RoomNotFound,
)
from backchannel.rocketchat.ids import id_of_key
from support.rawserver import Peer, RawServer, http, wait_until

ROOMS = ["#general", TEAM, "@bob"]


def said(server, text: str) -> list[str]:
    """The rooms in which the bot said it, each as often as it did."""
    return sorted(
        stored.room_id
        for stored in server.world.messages.values()
        if stored.document["msg"] == text
    )


def test_each_room_gets_the_message_and_each_has_a_receipt(connect, any_server):
    receipts = connect(any_server.url).messages.post_to(
        ROOMS, "hello", alias="Ann", attachments=[Attachment(text="box")]
    )
    assert [receipt.room for receipt in receipts] == ROOMS
    assert {receipt.outcome for receipt in receipts} == {Outcome.SENT}
    rooms = [receipt.require().message.room_id for receipt in receipts]
    assert said(any_server, "hello") == sorted(rooms)
    assert {receipt.require().message.alias for receipt in receipts} == {"Ann"}


def test_a_failure_in_one_room_is_seen_and_keeps_no_other_from_it(connect, any_server):
    client = connect(any_server.url)
    receipts = client.messages.post_to(["#nowhere", GENERAL, READ_ONLY], "hello")
    assert [receipt.outcome for receipt in receipts] == [
        Outcome.NOT_SENT,
        Outcome.SENT,
        Outcome.NOT_SENT,
    ]
    assert isinstance(receipts[0].error, RoomNotFound)
    with pytest.raises(Exception, match="readonly"):
        receipts[2].require()
    assert said(any_server, "hello") == [GENERAL]


def test_posting_again_with_the_key_doubles_nothing(connect, any_server):
    client = connect(any_server.url)
    any_server.faults.html("chat.", status=503, apply=True, times=6)
    first = client.messages.post_to([GENERAL, STAFF], "hello")
    (key,) = {receipt.idempotency_key for receipt in first}
    again = client.messages.post_to([GENERAL, STAFF, TEAM], "hello", idempotency_key=key)
    assert {receipt.outcome for receipt in again} == {Outcome.SENT}
    assert said(any_server, "hello") == sorted([GENERAL, STAFF, TEAM])


def test_an_async_client_sends_to_all_at_the_same_time():
    rooms = [RocketChatRoom(id=f"r{number}", kind=RoomKind.CHANNEL) for number in range(3)]

    def answer_when_all_are_there(peer: Peer) -> None:
        request = peer.read()
        assert request is not None
        wait_until(lambda: len(server.requests) == len(rooms))
        message = {**request.json()["message"], "ts": "2026-11-21T12:00:00.000Z", "u": {"_id": "u"}}
        peer.write(http(json.dumps({"success": True, "message": message}).encode()))

    async def post() -> list[PostReceipt]:
        async with AsyncRocketChat(server.url, user_id="u", auth_token="t") as client:
            return await client.messages.post_to(rooms, "hello")

    with RawServer(answer_when_all_are_there) as server:
        receipts = asyncio.run(post())
    assert [receipt.require().message.room_id for receipt in receipts] == ["r0", "r1", "r2"]


def test_a_room_given_twice_gets_it_once(connect, server):
    receipts = connect(server.url).messages.post_to(["#general", GENERAL], "hello")
    assert {receipt.outcome for receipt in receipts} == {Outcome.SENT}
    assert len({receipt.require().message.id for receipt in receipts}) == 1
    assert said(server, "hello") == [GENERAL]


def test_a_key_stands_for_another_message_in_each_room():
    assert id_of_key("order 17", "r1") == id_of_key("order 17", "r1")
    ids = {id_of_key(key, room) for key in ("a", "b", "") for room in ("r1", "r2")}
    assert len(ids) == 6
    assert all(len(one) == 17 and one.isalnum() for one in ids)


@pytest.mark.parametrize(
    ("rooms", "arguments", "match"),
    [
        ([], {}, "rooms: must be at least one room"),
        (GENERAL, {}, "rooms: must be a sequence of rooms"),
        ([GENERAL, " "], {}, "rooms: must not be blank"),
        ([GENERAL], {"text": " "}, "text: must not be blank"),
        ([GENERAL], {"text": "x" * 5001}, "at most 5000"),
        ([GENERAL], {"text": "x", "emoji": "no"}, "emoji"),
        ([GENERAL], {"text": "x", "idempotency_key": " "}, "idempotency_key"),
    ],
)
def test_nothing_is_sent_when_an_argument_is_bad(connect, server, rooms, arguments, match):
    before = len(server.world.messages)
    with pytest.raises(InvalidInput, match=match):
        connect(server.url).messages.post_to(rooms, **arguments)
    assert len(server.world.messages) == before
