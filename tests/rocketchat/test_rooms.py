"""Rooms: found once, joined, left, listed."""

from __future__ import annotations

import pytest

from backchannel import AsyncChat, Chat
from backchannel.errors import InvalidInput, Unsupported
from backchannel.local.rocketchat import World
from backchannel.local.rocketchat.seed import ALICE, BOB, DIRECT, GENERAL, STAFF, TEAM
from backchannel.local.rocketchat.world import Room
from backchannel.message import Receipt
from backchannel.rocketchat import RocketChat, RocketChatRoom, RoomKind, RoomNotFound
from backchannel.rocketchat.memory import RoomCache


def room(room_id: str) -> RocketChatRoom:
    return RocketChatRoom(id=room_id, kind=RoomKind.CHANNEL)


class TestCache:
    def test_the_room_used_longest_ago_goes_first(self):
        cache = RoomCache(max_names=2)
        cache.keep("a", room("1"), now=0)
        cache.keep("b", room("2"), now=0)
        assert cache.get("a", now=1) == room("1")
        cache.keep("c", room("3"), now=1)
        assert [cache.get(name, now=1) for name in "abc"] == [room("1"), None, room("3")]

    def test_a_room_is_kept_for_so_many_seconds(self):
        cache = RoomCache(seconds=10)
        cache.keep("a", room("1"), now=0)
        assert cache.get("a", now=9.9) == room("1")
        assert cache.get("a", now=10) is None

    def test_a_room_is_forgotten_under_all_its_names(self):
        cache = RoomCache()
        for name, room_id in (("#a", "1"), ("a", "1"), ("b", "2")):
            cache.keep(name, room(room_id), now=0)
        cache.forget("1")
        assert [cache.get(name, now=0) for name in ("#a", "a", "b")] == [None, None, room("2")]


def send(client, address: str) -> Receipt:
    """Send by the dispatcher."""
    kind = Chat if isinstance(client.client, RocketChat) else AsyncChat
    return client.drive(lambda _: kind(rocketchat=client.client).send(address, "hi"))


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("rocketchat:general", "rooms.info"),
        ("rocketchat:id=GENERAL", "rooms.info"),
        ("rocketchat:@alice", "im.create"),
    ],
)
def test_the_dispatcher_asks_for_a_room_once(connect, server, address, asked):
    client = connect(server.url)
    send(client, address).require()
    server.faults.html(asked, status=500, times=100)
    send(client, address).require()


def test_a_room_that_is_gone_is_asked_for_again(connect, server):
    client = connect(server.url)
    send(client, "rocketchat:team").require()
    with server.world.lock:
        server.world.rooms["new"] = server.world.rooms.pop(TEAM)
        server.world.rooms["new"].id = "new"
    assert isinstance(send(client, "rocketchat:team").error, RoomNotFound)
    assert send(client, "rocketchat:team").require().room.id == "new"


def test_each_kind_of_name_has_a_place_of_its_own(connect, server):
    client = connect(server.url)
    assert [message.room_id for message in client.history(GENERAL, limit=1)] == [GENERAL]
    with pytest.raises(RoomNotFound):
        send(client, f"rocketchat:{GENERAL}")


@pytest.mark.parametrize(("name", "room_id"), [("#team", TEAM), ("@bob", DIRECT), (TEAM, TEAM)])
def test_a_message_goes_to_a_name_or_an_id(connect, any_server, name, room_id):
    client = connect(any_server.url, ALICE)
    assert client.send_message(name, "hi").message.room_id == room_id
    any_server.faults.html("rooms.info", status=500, times=100)
    any_server.faults.html("im.create", status=500, times=100)
    again = client.send_message(name, "again", message_id="one")
    assert (again.message.room_id, again.message.id) == (room_id, "one")
    with pytest.raises(InvalidInput):
        client.send_message("@", "hi")


def test_info_is_of_this_moment(connect, server):
    client = connect(server.url)
    assert client.rooms.info("#team").read_only is False
    server.world.rooms[TEAM].read_only = True
    assert client.rooms.info("#team").read_only is True


def test_the_rooms_one_is_in(connect, any_server):
    joined = connect(any_server.url, ALICE).rooms.joined()
    assert {one.id for one in joined} > {GENERAL, TEAM, STAFF, DIRECT}
    assert {one.kind for one in joined} == {RoomKind.CHANNEL, RoomKind.GROUP, RoomKind.DIRECT}


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("#team", ["alice", "pimenta.bot"]),
        (STAFF, ["admin", "alice", "pimenta.bot"]),
        ("@bob", ["alice", "bob"]),
    ],
)
def test_who_is_in_a_room(connect, any_server, where, names):
    users = connect(any_server.url, ALICE).rooms.members(where)
    assert [user.username for user in users] == names


def crowd(world: World, count: int) -> None:
    """Put so many users into TEAM, whose names come before the others'."""
    from backchannel.local.rocketchat.users import User

    for number in range(count):
        user = User(f"u{number}", f"a{number:04}", "A")
        world.users[user.id] = user
        world.rooms[TEAM].members.append(user.id)


@pytest.mark.parametrize(("limit", "expected"), [(None, 252), (150, 150), (0, 0)])
def test_members_come_in_pages(connect, server, limit, expected):
    crowd(server.world, 250)
    users = connect(server.url).rooms.members("#team", limit=limit)
    assert len({user.id for user in users}) == len(users) == expected


def test_joining_and_leaving_may_be_repeated(connect, any_server):
    client, members = connect(any_server.url, BOB), any_server.world.rooms[TEAM].members
    for _ in range(2):
        assert client.rooms.join("#team").id == TEAM
        assert members.count(BOB.user_id) == 1
    for _ in range(2):
        client.rooms.leave("#team")
        assert BOB.user_id not in members


def test_joining_and_leaving_when_the_reply_is_lost(connect, server):
    client, members = connect(server.url, BOB), server.world.rooms[TEAM].members
    server.faults.cut_after_apply("channels.join")
    client.rooms.join("#team")
    assert members.count(BOB.user_id) == 1
    server.faults.cut_after_apply("channels.leave")
    client.rooms.leave("#team")
    assert BOB.user_id not in members


def test_what_cannot_be_joined_or_left(connect, server):
    client = connect(server.url, ALICE)
    for call in (client.rooms.join, client.rooms.leave):
        with pytest.raises(Unsupported):
            call("@bob")
    client.rooms.leave(STAFF)
    assert ALICE.user_id not in server.world.rooms[STAFF].members


def test_an_omnichannel_room_is_read_like_a_channel(connect, any_server):
    world = any_server.world
    world.rooms["live"] = Room("live", "l", None, [ALICE.user_id])
    any_server.say("live", ALICE.user_id, "How can I help?")
    client = connect(any_server.url, ALICE)
    assert client.room_info("live").kind is RoomKind.OMNICHANNEL
    assert [message.text for message in client.history("live")] == ["How can I help?"]
    assert [user.username for user in client.rooms.members("live")] == ["alice"]


@pytest.mark.parametrize("value", [None, " ", "#"])
def test_a_room_is_asked_for_by_a_name(connect, server, value):
    client = connect(server.url)
    for call in (client.rooms.info, client.rooms.members, client.messages.threads):
        with pytest.raises(InvalidInput, match="room"):
            call(value)
