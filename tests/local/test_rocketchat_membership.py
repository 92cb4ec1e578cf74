"""The local Rocket.Chat server: rooms that are made, joined, left and listed; other users."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backchannel.local.rocketchat import seed
from backchannel.local.rocketchat.seed import (
    ADMIN,
    ALICE,
    BOB,
    DIRECT,
    GENERAL,
    GUEST,
    STAFF,
    TEAM,
)
from support.ddp import connected
from support.rocketchat_calls import Caller, assert_refused


@pytest.fixture
def chat(fresh: Callable[..., Caller]) -> Caller:
    return fresh()


def names(chat: Caller, route: str, key: str, account=BOB) -> list[str]:
    return [room.get("name", room["_id"]) for room in chat.get(route, account).json()[key]]


def test_a_channel_is_made_joined_and_left(chat: Caller):
    body = {"name": "garden", "members": ["bob"], "readOnly": True}
    room = chat.post("channels.create", body).json()["channel"]
    assert (room["t"], room["ro"], room["u"]["username"]) == ("c", True, "alice")
    assert "garden" in names(chat, "channels.list.joined", "channels")
    left = chat.post("channels.leave", {"roomId": room["_id"]}, BOB).json()
    assert left["channel"]["usersCount"] == 1
    assert "garden" not in names(chat, "channels.list.joined", "channels")
    assert "garden" in names(chat, "channels.list", "channels")
    for _ in range(2):
        joined = chat.post("channels.join", {"roomName": "garden"}, BOB).json()
        assert joined["channel"]["usersCount"] == 2


def test_a_group_is_seen_by_its_members(chat: Caller):
    room = chat.post("groups.create", {"name": "secret"}).json()["group"]
    assert chat.get("groups.info", roomId=room["_id"]).json()["group"]["name"] == "secret"
    assert names(chat, "groups.list", "groups", ALICE) == ["staff", "secret"]
    reply = chat.get("groups.info", BOB, roomId=room["_id"])
    assert reply.json()["errorType"] == "error-room-not-found"
    assert chat.get("groups.listAll", BOB).status_code == 403


@pytest.mark.parametrize(
    ("name", "code"),
    [("general", "error-duplicate-channel-name"), ("no spaces", "error-invalid-room-name")],
)
def test_names_that_cannot_be(chat: Caller, name: str, code: str):
    reply = chat.post("channels.create", {"name": name})
    assert (reply.status_code, reply.json()["errorType"]) == (400, code)


def test_making_rooms_needs_a_permission(chat: Caller):
    assert chat.post("channels.create", {"name": "x"}, GUEST).status_code == 403


def test_leaving_what_one_is_not_in_or_owns(chat: Caller):
    for route in ("channels.leave", "rooms.leave"):
        reply = chat.post(route, {"roomId": TEAM}, BOB).json()
        assert reply["errorType"] == "error-user-not-in-room"
        reply = chat.post(route, {"roomId": TEAM}, ALICE).json()
        assert reply["errorType"] == "error-you-are-last-owner"


def test_a_group_is_not_joined_uninvited(chat: Caller):
    reply = chat.post("rooms.join", {"roomId": STAFF}, BOB)
    assert reply.json()["errorType"] == "error-not-allowed"
    assert chat.post("rooms.join", {"roomId": TEAM}, BOB).json()["room"]["usersCount"] == 3


def test_members_are_listed_by_name(chat: Caller):
    page = chat.get("channels.members", roomId=GENERAL, count="2", offset="1").json()
    assert [member["username"] for member in page["members"]] == ["alice", "bob"]
    assert (page["count"], page["offset"], page["total"]) == (2, 1, 5)
    assert chat.get("im.members", roomId=DIRECT).json()["total"] == 2
    assert chat.get("groups.members", roomId=STAFF).json()["total"] == 3


def test_subscriptions_count_what_is_unread(chat: Caller):
    def unread() -> tuple[int, bool]:
        entries = chat.get("subscriptions.get", BOB).json()["update"]
        entry = next(entry for entry in entries if entry["rid"] == DIRECT)
        return entry["unread"], entry["alert"]

    chat.post("subscriptions.read", {"rid": DIRECT}, BOB)
    assert unread() == (0, False)
    chat.sent(ALICE, rid=DIRECT, msg="psst")
    assert unread() == (1, True)
    one = chat.get("subscriptions.getOne", BOB, roomId=DIRECT).json()["subscription"]
    assert (one["name"], one["unread"]) == ("alice", 1)


def test_clients_hear_of_their_rooms(chat: Caller):
    with connected(chat.url, BOB) as bob:
        bob.subscribe("u-bob/rooms-changed", "stream-notify-user")
        frames = [*bob.call("joinRoom", TEAM), *bob.call("leaveRoom", TEAM)]
    told = [frame["fields"]["args"] for frame in frames if frame["msg"] == "changed"]
    assert [(action, room["_id"]) for action, room in told] == [
        ("inserted", TEAM),
        ("removed", TEAM),
    ]


def test_users_are_found(chat: Caller):
    by_name = chat.get("users.info", username="bob").json()
    assert by_name == chat.get("users.info", userId="u-bob").json()
    assert by_name["user"]["name"] == "Bob Example"
    assert_refused(
        chat.get("users.info", username="nobody"), 400, success=False, error="User not found."
    )
    assert chat.get("users.list", count="2").json()["total"] == 5
    assert chat.get("users.list", GUEST).status_code == 403
    found = chat.get("spotlight", query="te").json()
    assert [room["name"] for room in found["rooms"]] == ["team"]
    assert chat.get("spotlight", query="@bo").json()["users"][0]["username"] == "bob"


def test_settings_need_no_token(chat: Caller):
    everything = chat.get("settings.public", None).json()
    assert everything["total"] > 5
    for query in ({"_id": "Message_MaxAllowedSize"}, {"query": '{"_id":"Message_MaxAllowedSize"}'}):
        (setting,) = chat.get("settings.public", None, **query).json()["settings"]
        assert setting["value"] == 5000


def test_the_longest_message_is_a_setting(fresh: Callable[..., Caller]):
    world = seed()
    world.settings["Message_MaxAllowedSize"] = 4
    chat = fresh(world=world)
    assert chat.send(msg="\U0001f600\U0001f600").status_code == 200
    assert chat.send(msg="12345").json()["errorType"] == "error-message-size-exceeded"


def test_a_blocked_direct_room(fresh: Callable[..., Caller]):
    world = seed()
    world.rooms[DIRECT].blocked = True
    reply = fresh(world=world).send(rid=DIRECT, msg="x")
    assert_refused(reply, 400, success=False, error="room_is_blocked")


def test_edits_can_come_too_late(fresh: Callable[..., Caller]):
    world = seed()
    world.settings["Message_AllowEditing_BlockEditInMinutes"] = 5
    chat = fresh(world=world)
    old = world.messages_in(GENERAL)[0]
    body = {"roomId": GENERAL, "msgId": old.id, "text": "too late"}
    assert chat.post("chat.update", body).json()["errorType"] == "error-message-editing-blocked"
    assert chat.post("chat.update", body, ADMIN).status_code == 200


@pytest.mark.parametrize("setting", ["Editing", "Deleting"])
def test_editing_and_deleting_can_be_switched_off(fresh: Callable[..., Caller], setting: str):
    world = seed()
    world.settings[f"Message_Allow{setting}"] = False
    chat = fresh(world=world)
    body = {"roomId": TEAM, "msgId": chat.sent(rid=TEAM, msg="mine")["_id"]}
    route = "chat.delete"
    if setting == "Editing":
        route, body = "chat.update", {**body, "text": "other"}
    assert chat.post(route, body).json()["errorType"] == "error-action-not-allowed"
