"""The local Rocket.Chat server: log-ins, limits, routes that are not there, and who is there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from backchannel.local.rocketchat import LocalRocketChat, User, seed
from backchannel.local.rocketchat.seed import (
    ALICE,
    BOB,
    BOT,
    GENERAL,
    Account,
)
from support.rocketchat_calls import METEOR_ID, Caller, Clock, assert_refused


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
