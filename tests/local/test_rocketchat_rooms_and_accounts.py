"""The local Rocket.Chat server: rooms, histories, log-ins, limits and routes that are not there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from backchannel.local.rocketchat import LocalRocketChat, User, seed
from backchannel.local.rocketchat.seed import (
    ADMIN,
    ALICE,
    BOB,
    BOT,
    DIRECT,
    GENERAL,
    GUEST,
    READ_ONLY,
    STAFF,
    TEAM,
    Account,
)
from support.rocketchat_calls import ISO, METEOR_ID, Caller, assert_refused


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module", params=[3, 7, 8], ids="age{}".format)
def server(request: pytest.FixtureRequest) -> Iterator[LocalRocketChat]:
    """A server of every age, shared by the tests of this file."""
    with LocalRocketChat(age=request.param) as server:
        yield server


@pytest.fixture
def chat(server: LocalRocketChat, session: requests.Session) -> Caller:
    return Caller(server.url, session)


@pytest.fixture
def fresh(session: requests.Session) -> Iterator[Callable[..., Caller]]:
    """Start a server of one's own, with these arguments."""
    servers: list[LocalRocketChat] = []

    def start(**arguments: object) -> Caller:
        servers.append(LocalRocketChat(**arguments))
        return Caller(servers[-1].url, session)

    yield start
    for server in servers:
        server.close()


class Clock:
    """A clock that goes on only when told."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def iso(self) -> str:
        moment = datetime.fromtimestamp(self.now, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


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


class TestLoggingIn:
    def test_a_password_mints_a_token(self, chat: Caller, server: LocalRocketChat):
        reply = chat.post("login", {"user": "alice", "password": ALICE.password}, None)
        body = reply.json()
        assert (reply.status_code, body["status"]) == (200, "success")
        data = body["data"]
        assert data["userId"] == "u-alice"
        assert data["me"]["username"] == "alice"
        assert data["authToken"] != ALICE.token
        account = Account("u-alice", "alice", "", data["authToken"], "")
        me = chat.get("me", account).json()
        assert (me["_id"], me["roles"], me["success"]) == ("u-alice", ["user"], True)

    def test_by_address_and_with_a_digest(self, chat: Caller):
        digest = hashlib.sha256(BOB.password.encode()).hexdigest()
        password = {"digest": digest, "algorithm": "sha-256"}
        body = {"user": "bob@example.org", "password": password}
        assert chat.post("login", body, None).json()["data"]["userId"] == "u-bob"

    def test_a_token_is_resumed(self, chat: Caller):
        data = chat.post("login", {"resume": BOB.token}, None).json()["data"]
        assert (data["userId"], data["authToken"]) == ("u-bob", BOB.token)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"user": "alice", "password": "wrong"}, "Unauthorized"),
            ({"user": "nobody", "password": "x"}, "Unauthorized"),
            ({}, "Unauthorized"),
            ({"resume": "wrong"}, 403),
        ],
    )
    def test_refused(
        self, chat: Caller, server: LocalRocketChat, body: dict[str, str], code: str | int
    ):
        reply = chat.post("login", body, None)
        answer = reply.json()
        assert reply.status_code == 401
        assert (answer["status"], answer["error"]) == ("error", code)
        assert isinstance(answer["message"], str)
        assert answer.get("success") is (False if server.age == 8 else None)

    def test_logging_out_ends_one_token(self, chat: Caller):
        data = chat.post("login", {"user": "bob", "password": BOB.password}, None).json()["data"]
        account = Account("u-bob", "bob", "", data["authToken"], "")
        assert chat.post("logout", {}, account).json() == {
            "status": "success",
            "data": {"message": "You've been logged out!"},
        }
        assert chat.get("me", account).status_code == 401
        assert chat.get("me", BOB).status_code == 200

    def test_fifty_tokens_are_kept(self):
        world = seed()
        alice = world.users["u-alice"]
        tokens = [world.new_token(alice) for _ in range(50)]
        assert alice.tokens == tokens

    @pytest.mark.parametrize(
        "account",
        [
            None,
            Account("u-alice", "", "", "wrong", ""),
            Account("u-alice", "", "", BOB.token, ""),
            Account("nobody", "", "", BOB.token, ""),
        ],
        ids=["no token", "wrong token", "another user's token", "unknown user"],
    )
    def test_who_is_not_logged_in(
        self, chat: Caller, server: LocalRocketChat, account: Account | None
    ):
        text = "You must be logged in to do this."
        later = {"success": False, "error": text} if server.age > 3 else {}
        reply = chat.send(account, msg="x")
        assert_refused(reply, 401, status="error", message=text, **later)

    def test_secrets_stay_out_of_reprs(self):
        user = User("u", "n", "N", password="secret-password", tokens=["secret-token"])
        assert "secret" not in repr(user) + repr(Account("u", "n", "N", "secret-t", "secret-p"))


class TestRoutes:
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "chat.nothing"), ("GET", "chat.sendMessage"), ("GET", "me/"), ("POST", "me")],
    )
    def test_that_are_not_there(
        self, chat: Caller, server: LocalRocketChat, method: str, path: str
    ):
        body = {"success": False, "error": "Resource not found"}
        if server.age == 3:
            body = {"status": "error", "message": "API endpoint does not exist"}
        assert_refused(chat.request(method, path), 404, **body)

    def test_the_servers_version_needs_no_token(self, chat: Caller, server: LocalRocketChat):
        info = chat.session.get(f"{chat.url}/api/info", timeout=10).json()
        assert (info["success"], info["version"].split(".")[0]) == (True, str(server.age))


class TestRateLimit:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def chat(self, fresh: Callable[..., Caller], clock: Clock) -> Caller:
        return fresh(clock=clock, rate_limit=True)

    def test_the_eleventh_call_of_a_minute_is_refused(self, chat: Caller, clock: Clock):
        reset = str(round((clock.now + 60) * 1000))
        for number in range(10):
            reply = chat.get("me")
            assert reply.status_code == 200
            assert reply.headers["X-RateLimit-Limit"] == "10"
            assert reply.headers["X-RateLimit-Remaining"] == str(9 - number)
            assert reply.headers["X-RateLimit-Reset"] == reset
            clock.now += 1.5
        reply = chat.get("me")
        error = (
            "Error, too many requests. Please slow down. You must wait 45 seconds "
            "before trying this endpoint again. [error-too-many-requests]"
        )
        assert_refused(reply, 429, success=False, error=error)
        assert (reply.headers["X-RateLimit-Remaining"], "Retry-After" in reply.headers) == (
            "0",
            False,
        )

        assert chat.get("rooms.get").status_code == 200
        clock.now += 45
        assert chat.get("me").headers["X-RateLimit-Remaining"] == "9"

    def test_refusals_count_and_carry_the_headers(self, chat: Caller):
        for _ in range(10):
            reply = chat.get("chat.getMessage", msgId="unknown")
            assert reply.status_code == 400
        assert reply.headers["X-RateLimit-Remaining"] == "0"
        assert chat.get("chat.getMessage", msgId="unknown").status_code == 429

    def test_bots_and_strangers_are_not_counted(self, chat: Caller):
        replies = [chat.get("me", account) for account in [BOT, None] * 11]
        assert {reply.status_code for reply in replies} == {200, 401}
        assert not any("X-RateLimit-Limit" in reply.headers for reply in replies)

    def test_without_a_limit_there_are_no_headers(self, fresh: Callable[..., Caller]):
        assert "X-RateLimit-Limit" not in fresh().get("me").headers


class TestTheSeed:
    def test_ids_are_meteors(self):
        world = seed()
        assert METEOR_ID.fullmatch(world.new_id())
        assert all(METEOR_ID.fullmatch(message_id) for message_id in world.messages)

    def test_its_messages_are_of_the_last_hour(self):
        clock = Clock()
        world = seed(clock=clock)
        first = world.messages_in(GENERAL)[0].document["ts"]
        clock.now -= timedelta(minutes=59).total_seconds()
        assert first == clock.iso()

    def test_an_age_that_is_none(self):
        with pytest.raises(ValueError, match="3, 7 or 8"):
            LocalRocketChat(age=5)
