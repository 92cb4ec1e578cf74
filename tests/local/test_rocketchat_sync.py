"""The local Rocket.Chat server: `chat.syncMessages`, since a moment and along a cursor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from backchannel.local.rocketchat.seed import BOB, STAFF, TEAM
from support.rocketchat_calls import Caller, Clock, assert_refused

Result = dict[str, object]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chat(fresh: Callable[..., Caller], clock: Clock) -> Caller:
    return fresh(clock=clock)


def sync(chat: Caller, **query: str) -> Result:
    reply = chat.get("chat.syncMessages", roomId=TEAM, **query)
    assert reply.status_code == 200, reply.text
    return reply.json()["result"]


def say(chat: Caller, clock: Clock, *texts: str) -> list[str]:
    ids: list[str] = []
    for text in texts:
        clock.now += 1
        ids.append(str(chat.sent(rid=TEAM, msg=text)["_id"]))
    return ids


def test_what_was_sent_edited_and_deleted_since(chat: Caller, clock: Clock):
    old, edited, deleted = say(chat, clock, "old", "edited", "deleted")
    clock.now += 1
    since = clock.iso()
    clock.now += 1
    chat.post("chat.update", {"roomId": TEAM, "msgId": edited, "text": "differently"})
    chat.post("chat.delete", {"roomId": TEAM, "msgId": deleted})
    gone = clock.iso()
    (fresh,) = say(chat, clock, "new")
    result = sync(chat, lastUpdate=since)
    assert [message["_id"] for message in result["updated"]] == [fresh, edited]
    assert result["deleted"] == [{"_id": deleted, "_deletedAt": gone}]
    assert old not in str(result)
    assert "cursor" not in result


def test_pages_forward(chat: Caller, clock: Clock):
    begun = round(clock.now * 1000)
    ids = say(chat, clock, "1", "2", "3", "4", "5")
    seen: list[object] = []
    cursor: str | None = str(begun)
    while cursor is not None:
        page = sync(chat, type="UPDATED", next=cursor, count="2")
        seen.append([message["_id"] for message in page["updated"]])
        cursor = page["cursor"]["next"]
    assert seen == [ids[:2], ids[2:4], ids[4:]]


def test_pages_backward(chat: Caller, clock: Clock):
    ids = say(chat, clock, "1", "2", "3")
    cursor: str | None = str(round(clock.now * 1000) + 1)
    seen: list[object] = []
    while cursor is not None:
        page = sync(chat, type="UPDATED", previous=cursor, count="2")
        seen.append([message["_id"] for message in page["updated"]])
        cursor = page["cursor"]["previous"]
    assert seen == [[ids[2], ids[1]], [ids[0]]]


def test_deletions_along_a_cursor(chat: Caller, clock: Clock):
    (message_id,) = say(chat, clock, "gone soon")
    begun = str(round(clock.now * 1000))
    clock.now += 1
    chat.post("chat.delete", {"roomId": TEAM, "msgId": message_id})
    page = sync(chat, type="DELETED", next=begun, count="10")
    assert page["deleted"] == [{"_id": message_id, "_deletedAt": clock.iso()}]
    assert (page["updated"], page["cursor"]["next"]) == ([], None)


def test_nothing_changed(chat: Caller, clock: Clock):
    now = str(round(clock.now * 1000) + 1)
    page = sync(chat, type="UPDATED", next=now)
    assert page == {"updated": [], "deleted": [], "cursor": {"next": None, "previous": None}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"next": "1", "type": "OTHER"}, "invalid-params"),
        ({"next": "1"}, "error-param-required"),
        ({"next": "1", "lastUpdate": "2024-01-01T00:00:00.000Z"}, "error-type-param-required"),
        ({"type": "UPDATED", "next": "1", "previous": "2"}, "error-cursor-conflict"),
        (
            {"type": "UPDATED", "next": "1", "lastUpdate": "2024-01-01T00:00:00.000Z"},
            "error-cursor-and-lastUpdate-conflict",
        ),
        ({"lastUpdate": "yesterday"}, "error-lastUpdate-param-invalid"),
        ({}, "error-param-required"),
        ({"lastUpdate": "2024-01-01T00:00:00.000Z", "x": "1"}, "invalid-params"),
        ({"type": "UPDATED", "count": "many"}, "invalid-params"),
    ],
)
def test_refused(chat: Caller, query: dict[str, str], code: str):
    reply = chat.get("chat.syncMessages", roomId=TEAM, **query)
    assert (reply.status_code, reply.json()["errorType"]) == (400, code)


def test_without_access(chat: Caller):
    reply = chat.get("chat.syncMessages", BOB, roomId=STAFF, lastUpdate="2024-01-01T00:00:00Z")
    assert_refused(
        reply,
        400,
        success=False,
        error="Not allowed [error-not-allowed]",
        errorType="error-not-allowed",
        details={"method": "messages/get"},
    )


def test_the_3_line_knows_no_cursors(fresh: Callable[..., Caller]):
    chat = fresh(age=3)
    reply = chat.get("chat.syncMessages", roomId=TEAM, type="UPDATED", next="1")
    assert reply.json()["errorType"] == "error-lastUpdate-param-not-provided"
    since = "2024-01-01T00:00:00.000Z"
    assert sync(chat, lastUpdate=since, type="UPDATED").keys() == {"updated", "deleted"}


def test_a_deleted_id_can_be_sent_again(chat: Caller, clock: Clock):
    message = {"_id": "two-lives", "rid": TEAM, "msg": "first"}
    since = clock.iso()
    for _ in range(2):
        clock.now += 1
        assert chat.send(**message).status_code == 200
        chat.post("chat.delete", {"roomId": TEAM, "msgId": "two-lives"})
    assert chat.send(**message).status_code == 200
    result = sync(chat, lastUpdate=since)
    assert [found["_id"] for found in result["updated"]] == ["two-lives"]
    assert [found["_id"] for found in result["deleted"]] == ["two-lives"]


def test_of_two_in_flight_one_is_refused_by_the_database(fresh: Callable[..., Caller]):
    chat = fresh(write_seconds=0.2)
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda _: chat.send(_id="raced", rid=TEAM, msg="x"), range(2)))
    first, second = sorted(replies, key=lambda reply: reply.status_code)
    text = (
        "E11000 duplicate key error collection: rocketchat.rocketchat_message "
        'index: _id_ dup key: { _id: "raced" }'
    )
    assert first.status_code == 200
    assert_refused(second, 400, success=False, error=text)
    assert "starred" in chat.send(_id="raced", rid=TEAM, msg="x").json()["error"]
