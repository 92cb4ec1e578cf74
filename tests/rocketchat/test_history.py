"""A room's history, page by page: each message once, however the pages are cut."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backchannel.errors import InvalidInput, Unsupported
from backchannel.message import Address, Room
from backchannel.rocketchat import RocketChatBackend, RocketChatRoom, RoomKind
from backchannel.rocketchat.reading import history
from backchannel.wire.messages import Request, Response

CHANNEL = RocketChatRoom(id="r", kind=RoomKind.CHANNEL, name="general")
START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def message(index: int, tick: int, **more: object) -> dict[str, object]:
    time = (START + timedelta(milliseconds=tick)).isoformat(timespec="milliseconds")
    ts = time.replace("+00:00", "Z")
    return {
        "_id": f"m{index}",
        "rid": "r",
        "msg": f"text {index}",
        "ts": ts,
        "u": {"_id": "u"},
    } | more


def body(**fields: object) -> Response:
    return Response(status=200, headers={}, body=json.dumps({"success": True, **fields}).encode())


class Server:
    """The history of one room, as the endpoint gives it: at most `most` messages at once."""

    def __init__(self, messages: list[dict[str, object]], most: int = 100) -> None:
        self.newest_first = sorted(messages, key=lambda m: m["ts"], reverse=True)
        self.most = most

    def __call__(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("rooms.info"):
            return body(room={"_id": "r", "t": "c", "name": "general"})
        latest, inclusive = query.get("latest", "9"), query.get("inclusive") == "true"
        found = [
            m for m in self.newest_first if m["ts"] < latest or (inclusive and m["ts"] == latest)
        ]
        start = int(query.get("offset", "0"))
        return body(messages=found[start : start + min(int(query["count"]), self.most)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ticks=st.lists(st.integers(0, 6), max_size=60),
    most=st.integers(1, 20),
    limit=st.none() | st.integers(0, 70),
    newest_first=st.booleans(),
)
def test_each_message_comes_once_in_order(session, play, ticks, most, limit, newest_first):
    server = Server([message(index, tick) for index, tick in enumerate(ticks)], most)
    flow = history(session, CHANNEL, limit=limit, newest_first=newest_first)
    got = [item.id for item in play(flow, server).items]
    expected = [m["_id"] for m in server.newest_first][:limit]
    assert got == (expected if newest_first else expected[::-1])


def test_messages_that_arrive_meanwhile_shift_nothing(session, play):
    server = Server([message(index, index) for index in range(250)])

    def busy(request: Request) -> Response:
        answer = server(request)
        server.newest_first.insert(0, message(1000 + len(server.newest_first), 10**6))
        return answer

    got = [item.id for item in play(history(session, CHANNEL), busy).items]
    assert got == [f"m{index}" for index in reversed(range(250))]


def test_nothing_is_doubled_where_equal_times_come_in_any_order(session, play):
    server = Server([message(index, index // 40) for index in range(80)], most=7)

    def shuffled(request: Request) -> Response:
        dice.shuffle(server.newest_first)
        server.newest_first.sort(key=lambda m: m["ts"], reverse=True)
        return server(request)

    for seed in range(20):
        dice = random.Random(seed)
        got = [item.id for item in play(history(session, CHANNEL), shuffled).items]
        assert len(got) == len(set(got))


@pytest.mark.parametrize("most", [3, 100])
def test_a_server_that_always_gives_the_same_page_is_left(session, play, most):
    server = Server([message(index, index // 2) for index in range(7)], most)
    newest = server(Request(method="GET", url="https://x/?count=100", headers={}))
    played = play(history(session, CHANNEL), lambda request: newest)
    got = [item.id for item in played.items]
    assert len(got) == len(set(got)) == min(7, most)
    assert len(played.requests) <= 4


def test_no_more_is_asked_for_than_is_wanted(session, play):
    server = Server([message(index, index) for index in range(250)])
    played = play(history(session, CHANNEL, limit=120), server)
    counts = [parse_qs(urlsplit(request.url).query)["count"] for request in played.requests]
    assert (len(played.items), counts) == (120, [["100"], ["21"]])


def test_flags_are_words_and_times_have_milliseconds(session, play):
    server = Server([message(0, 5), message(1, 7)])
    first, second = play(history(session, CHANNEL), server).requests[:2]
    assert parse_qs(urlsplit(first.url).query) == {
        "roomId": ["r"],
        "count": ["100"],
        "showThreadMessages": ["true"],
    }
    query = parse_qs(urlsplit(second.url).query)
    assert (query["inclusive"], query["latest"]) == (["true"], ["2026-11-21T12:00:00.005Z"])


@pytest.mark.parametrize(
    ("kind", "endpoint"),
    [
        (RoomKind.CHANNEL, "channels.history"),
        (RoomKind.GROUP, "groups.history"),
        (RoomKind.DIRECT, "im.history"),
        (RoomKind.OMNICHANNEL, "channels.history"),
    ],
)
def test_each_kind_of_room_has_its_endpoint(session, play, kind, endpoint):
    played = play(history(session, RocketChatRoom(id="r", kind=kind)), body(messages=[]))
    assert urlsplit(played.requests[0].url).path == f"/api/v1/{endpoint}"
    assert played.requests[0].effect is False


@pytest.mark.parametrize("kind", [RoomKind.OTHER, RoomKind("v")])
def test_other_rooms_have_no_history(session, play, kind):
    played = play(history(session, RocketChatRoom(id="r", kind=kind)))
    assert (type(played.error), played.requests) == (Unsupported, [])


def test_a_negative_limit_is_refused_before_the_stream_begins(session):
    with pytest.raises(InvalidInput):
        history(session, "general", limit=-1)


def test_the_dispatcher_gets_what_people_wrote(session, play):
    server = Server(
        [
            message(0, 0, u={"_id": "u", "username": "bob", "name": "Bob"}, tmid="t"),
            message(1, 1, t="uj", msg="bob"),
            message(2, 2, u={"_id": "u", "username": "bob"}, editedAt="2026-11-21T13:00:00.000Z"),
            message(3, 3, u={"_id": "u", "username": "bob", "name": "Bob"}, alias="Gruggy"),
        ]
    )
    address = Address("rocketchat", "#general")
    played = play(RocketChatBackend(session).history(address, limit=3), server)
    newest, edited, oldest = played.items
    room = Room(address=address, id="r", name="general")
    assert [item.id for item in played.items] == ["m3", "m2", "m0"]
    assert {item.room for item in played.items} == {room}
    assert (newest.author.username, newest.author.display_name) == ("bob", "Gruggy")
    assert [edited.author.display_name, oldest.author.display_name] == ["bob", "Bob"]
    assert edited.edited_at == datetime(2026, 11, 21, 13, tzinfo=UTC)
    assert (oldest.thread_id, oldest.text, oldest.sent_at) == ("t", "text 0", START)
    assert oldest.native.id == "m0"
