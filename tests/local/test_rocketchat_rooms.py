"""The local Rocket.Chat server: rooms and their histories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backchannel.local.rocketchat import seed
from backchannel.local.rocketchat.seed import (
    ADMIN,
    BOB,
    BOT,
    DIRECT,
    GENERAL,
    GUEST,
    READ_ONLY,
    STAFF,
    TEAM,
)
from backchannel.local.rocketchat.world import Room
from support.rocketchat_calls import ISO, Caller, Clock, assert_refused


class TestRooms:
    def test_by_id_and_by_name(self, chat: Caller):
        by_id = chat.get("rooms.info", roomId=GENERAL).json()
        assert by_id == chat.get("rooms.info", roomName="general").json()
        assert by_id["success"] is True
        room = by_id["room"]
        assert (room["_id"], room["t"], room["name"], room["ro"]) == (
            GENERAL,
            "c",
            "general",
            False,
        )
        assert room["lastMessage"]["ts"] == room["lm"]
        assert ISO.fullmatch(room["_updatedAt"])

    def test_the_types(self, chat: Caller):
        rooms = [chat.get("rooms.info", roomId=rid).json()["room"] for rid in (STAFF, DIRECT)]
        assert [room["t"] for room in rooms] == ["p", "d"]
        assert (rooms[1]["usernames"], "name" in rooms[1]) == (["alice", "bob"], False)

    def test_the_endpoints_of_channels_take_omnichannel_rooms(self, fresh: Callable[..., Caller]):
        world = seed()
        world.rooms["live"] = Room("live", "l", None, [BOT.user_id])
        chat = fresh(world=world)
        assert chat.get("rooms.info", BOT, roomId="live").json()["room"]["t"] == "l"
        assert chat.get("channels.history", BOT, roomId="live").json()["messages"] == []
        (member,) = chat.get("channels.members", BOT, roomId="live").json()["members"]
        assert member["_id"] == BOT.user_id
        assert chat.get("groups.history", BOT, roomId="live").status_code == 400

    def test_an_unknown_room(self, chat: Caller):
        text = 'The required "roomId" or "roomName" param provided does not match any channel'
        code = "error-room-not-found"
        reply = chat.get("rooms.info", roomId="unknown")
        assert_refused(reply, 400, success=False, error=f"{text} [{code}]", errorType=code)

    def test_no_room_named(self, chat: Caller):
        reply = chat.get("rooms.info")
        assert (reply.status_code, reply.json()["errorType"]) == (
            400,
            "error-roomid-param-not-provided",
        )

    def test_without_access_code_and_text_are_swapped(self, chat: Caller):
        reply = chat.get("rooms.info", BOB, roomId=STAFF)
        assert_refused(reply, 400, success=False, error="not-allowed", errorType="Not Allowed")

    def test_my_rooms(self, chat: Caller):
        mine = {room["_id"] for room in chat.get("rooms.get", BOB).json()["update"]}
        assert {GENERAL, DIRECT, READ_ONLY} <= mine
        assert not {STAFF, TEAM} & mine

    def test_a_direct_room_is_made_once(self, chat: Caller):
        for path in ("im.create", "dm.create"):
            room = chat.post(path, {"username": "admin"}).json()["room"]
            assert (room["_id"], room["t"]) == ("u-adminu-alice", "d")
        assert chat.sent(rid="u-adminu-alice", msg="hello")
        history = chat.get("im.history", ADMIN, roomId="u-adminu-alice").json()
        assert history["messages"][0]["msg"] == "hello"

    def test_a_direct_room_with_nobody(self, chat: Caller):
        assert_refused(
            chat.post("im.create", {"username": "nobody"}),
            400,
            success=False,
            error="Invalid user [error-invalid-user]",
            errorType="error-invalid-user",
            details={"method": "createDirectMessage"},
        )


class TestHistory:
    """One message a second, told by a clock that stands still in between."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def chat(self, fresh: Callable[..., Caller], clock: Clock) -> Caller:
        return fresh(clock=clock)

    def say(self, chat: Caller, clock: Clock, *texts: str, rid: str = TEAM) -> list[str]:
        times: list[str] = []
        for text in texts:
            clock.now += 1
            times.append(str(chat.sent(rid=rid, msg=text)["ts"]))
        return times

    def texts(self, chat: Caller, path: str = "channels.history", **query: str) -> list[str]:
        query.setdefault("roomId", TEAM)
        reply = chat.get(path, **query)
        assert reply.status_code == 200, reply.text
        return [message["msg"] for message in reply.json()["messages"]]

    @pytest.mark.parametrize(
        ("rid", "paths"),
        [
            (TEAM, ("channels.history", "channels.messages")),
            (STAFF, ("groups.history", "groups.messages")),
            (DIRECT, ("im.history", "dm.history", "im.messages", "dm.messages")),
        ],
    )
    def test_newest_first_for_each_type_of_room(
        self, chat: Caller, clock: Clock, rid: str, paths: tuple[str, ...]
    ):
        self.say(chat, clock, "1", "2", "3", rid=rid)
        for path in paths:
            assert self.texts(chat, path, roomId=rid)[:3] == ["3", "2", "1"]

    def test_the_range_is_open_unless_inclusive(self, chat: Caller, clock: Clock):
        times = self.say(chat, clock, "1", "2", "3", "4")
        between = {"oldest": times[0], "latest": times[3]}
        assert self.texts(chat, **between) == ["3", "2"]
        assert self.texts(chat, **between, inclusive="true") == ["4", "3", "2", "1"]
        assert self.texts(chat, **between, inclusive="false") == ["3", "2"]

    def test_paging_by_time_and_by_offset(self, chat: Caller, clock: Clock):
        times = self.say(chat, clock, "1", "2", "3", "4", "5")
        assert self.texts(chat, count="2") == ["5", "4"]
        assert self.texts(chat, count="2", latest=times[3]) == ["3", "2"]
        assert self.texts(chat, count="2", offset="3") == ["2", "1"]

    def test_count_is_clamped_and_0_is_everything(self, fresh: Callable[..., Caller], clock: Clock):
        world = seed(clock=clock)
        for number in range(120):
            world.insert({"rid": TEAM, "msg": str(number), "ts": world.now()})
        chat = fresh(world=world)
        lengths = [len(self.texts(chat, **query)) for query in ({}, {"count": "500"})]
        assert lengths == [50, 100]
        assert len(self.texts(chat, count="0")) == 120

    @pytest.mark.parametrize("name", ["inclusive", "unreads", "showThreadMessages"])
    @pytest.mark.parametrize("age", [3, 7, 8])
    def test_booleans_are_true_or_false(self, fresh: Callable[..., Caller], age: int, name: str):
        chat = fresh(age=age)
        for path, rid in (("channels", TEAM), ("groups", STAFF), ("im", DIRECT)):
            reply = chat.get(f"{path}.history", roomId=rid, **{name: "True"})
            assert (reply.status_code, reply.json()["errorType"]) == (400, "invalid-params")
            reply = chat.get(f"{path}.history", roomId=rid, **{name: "true"})
            assert reply.status_code == 200

    @pytest.mark.parametrize(("age", "shown"), [(3, True), (7, False), (8, False)])
    def test_replies_in_threads(self, fresh: Callable[..., Caller], age: int, shown: bool):
        chat = fresh(age=age)
        parent = chat.sent(rid=TEAM, msg="parent")["_id"]
        chat.sent(rid=TEAM, msg="reply", tmid=parent)
        chat.sent(rid=TEAM, msg="shown", tmid=parent, tshow=True)
        assert ("reply" in self.texts(chat)) is shown
        assert "reply" in self.texts(chat, showThreadMessages="true")
        assert set(self.texts(chat, showThreadMessages="false")) == {"parent", "shown"}

    def test_messages_are_counted(self, chat: Caller, clock: Clock):
        self.say(chat, clock, "1", "2", "3")
        page = chat.get("channels.messages", roomId=TEAM, count="2", offset="1").json()
        assert (page["count"], page["offset"], page["total"]) == (2, 1, 3)

    def test_a_history_of_the_wrong_type(self, chat: Caller):
        for path, rid in (("channels", STAFF), ("groups", TEAM)):
            reply = chat.get(f"{path}.history", roomId=rid).json()
            assert reply["errorType"] == "error-room-not-found"
        reply = chat.get("im.history", roomId="unknown")
        body = {"error": "[invalid-channel]", "errorType": "invalid-channel"}
        assert_refused(reply, 400, success=False, **body)

    def test_without_access(self, chat: Caller):
        assert chat.get("groups.history", BOB, roomId=STAFF).json()["errorType"] == (
            "error-room-not-found"
        )
        assert chat.get("im.history", BOT, roomId=DIRECT).status_code == 403
        error = "User does not have the permissions required for this action [error-unauthorized]"
        reply = chat.get("channels.messages", GUEST, roomId=GENERAL)
        assert_refused(reply, 403, success=False, error=error)
