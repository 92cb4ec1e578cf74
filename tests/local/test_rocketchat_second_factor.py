"""The local Rocket.Chat server: second factors, and tokens made for programs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from backchannel.local.rocketchat import World, seed
from backchannel.local.rocketchat.second_factor import totp
from backchannel.local.rocketchat.seed import ALICE, BOB, Account
from support.ddp import connected
from support.rocketchat_calls import Caller, Clock, assert_refused

SECRET = b"12345678901234567890"
LOGIN = {"user": "alice", "password": ALICE.password}
GENERATE = "users.generatePersonalAccessToken"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return seed(clock=clock)


@pytest.fixture
def chat(fresh: Callable[..., Caller], world: World) -> Caller:
    """A server on which alice has an authenticator, and bob gets codes by e-mail."""
    alice = world.users["u-alice"]
    alice.two_factor, alice.totp_secret = ("totp",), SECRET
    world.users["u-bob"].two_factor = ("email",)
    return fresh(world=world)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str):
    assert totp(SECRET, seconds) == code


class TestLoggingIn:
    def test_without_a_code(self, chat: Caller):
        details = {"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]}
        error = {"error": "totp-required", "message": "TOTP Required", "details": details}
        assert_refused(chat.post("login", LOGIN, None), 401, success=False, status="error", **error)

    def test_with_a_code_in_the_body_or_a_header(self, chat: Caller, clock: Clock):
        code = totp(SECRET, clock.now)
        assert chat.post("login", {**LOGIN, "code": code}, None).status_code == 200
        headers = {"x-2fa-code": code, "x-2fa-method": "totp"}
        reply = chat.request("POST", "login", None, json=LOGIN, headers=headers)
        assert reply.status_code == 200

    def test_with_a_wrong_code(self, chat: Caller):
        reply = chat.post("login", {**LOGIN, "code": "0"}, None).json()
        assert (reply["error"], reply["message"]) == ("totp-invalid", "TOTP Invalid")

    def test_over_ddp(self, chat: Caller, clock: Clock):
        login = {"user": {"username": "alice"}, "password": ALICE.password}
        with connected(chat.url, None) as frames:
            error = frames.error("login", login)
            assert (error["error"], error["details"]["method"]) == ("totp-required", "totp")
            totp_login = {"totp": {"code": totp(SECRET, clock.now), "login": login}}
            told = frames.result("login", totp_login)
        assert told["type"] == "password"

    def test_a_token_needs_no_code(self, chat: Caller):
        assert chat.post("login", {"resume": ALICE.token}, None).status_code == 200

    def test_codes_by_mail_are_sent_once_and_good_once(
        self, chat: Caller, world: World, clock: Clock
    ):
        bob = world.users["u-bob"]
        login = {"user": "bob", "password": BOB.password}
        first, again = (chat.post("login", login, None).json()["details"] for _ in range(2))
        assert (first["codeGenerated"], again["codeGenerated"]) == (True, False)
        assert (again["codeCount"], again["availableMethods"]) == (1, ["email"])
        assert len(again["codeExpires"]) == 1
        code = bob.emailed[0].code
        replies = [chat.post("login", {**login, "code": code}, None) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [200, 401]
        chat.post("users.2fa.sendEmailCode", {"emailOrUsername": "bob"}, None)
        clock.now += 3601
        late = chat.post("login", {**login, "code": bob.emailed[-1].code}, None)
        assert late.json()["error"] == "totp-invalid"

    def test_after_five_wrong_codes_by_mail_the_right_one_does_not_help(
        self, chat: Caller, world: World
    ):
        login = {"user": "bob", "password": BOB.password}
        chat.post("users.2fa.sendEmailCode", {"emailOrUsername": "bob"}, None)
        codes = ["0"] * 5 + [world.users["u-bob"].emailed[0].code]
        replies = [chat.post("login", {**login, "code": code}, None).json() for code in codes]
        errors = [reply["error"] for reply in replies]
        assert errors == ["totp-invalid"] * 5 + ["totp-max-attempts"]


class TestGuardedRoutes:
    def generate(self, chat: Caller, account: Account = ALICE, **headers: str):
        body = {"tokenName": "for-a-bot", "bypassTwoFactor": True}
        return chat.request("POST", GENERATE, account, json=body, headers=headers)

    def test_ask_for_a_code(self, chat: Caller):
        assert_refused(
            self.generate(chat),
            400,
            success=False,
            error="TOTP Required [totp-required]",
            errorType="totp-required",
            details={"method": "totp", "codeGenerated": False, "availableMethods": ["totp"]},
        )

    def test_take_a_wrong_code_badly(self, chat: Caller):
        reply = self.generate(chat, **{"x-2fa-code": "0", "x-2fa-method": "totp"})
        assert_refused(
            reply,
            400,
            success=False,
            error="TOTP Invalid [totp-invalid]",
            errorType="totp-invalid",
            details={"method": "totp", "codeGenerated": False},
        )

    def test_remember_the_client_for_half_an_hour(self, chat: Caller, clock: Clock):
        code = totp(SECRET, clock.now)
        assert (
            self.generate(chat, **{"x-2fa-code": code, "x-2fa-method": "totp"}).status_code == 200
        )
        again = self.generate(chat).json()
        assert again["errorType"] == "error-token-already-exists"
        other = self.generate(chat, **{"User-Agent": "another"}).json()
        clock.now += 1801
        assert other["errorType"] == self.generate(chat).json()["errorType"] == "totp-required"

    def test_ask_who_has_no_second_factor_for_the_password(self, fresh: Callable[..., Caller]):
        chat = fresh()
        assert self.generate(chat).json()["details"]["method"] == "password"
        digest = hashlib.sha256(ALICE.password.encode()).hexdigest()
        reply = self.generate(chat, **{"x-2fa-code": digest, "x-2fa-method": "password"})
        assert reply.status_code == 200

    def test_never_ask_a_token_made_to_bypass_them(self, chat: Caller, clock: Clock):
        token = self.generate(chat, **{"x-2fa-code": totp(SECRET, clock.now)}).json()["token"]
        account = Account("u-alice", "alice", "", token, "")
        clock.now += 1801
        assert chat.get("me", account).json()["username"] == "alice"
        removal = {"tokenName": "for-a-bot"}
        assert chat.post("users.removePersonalAccessToken", removal, account).status_code == 200
        assert chat.get("me", account).status_code == 401


def test_fifty_tokens_are_kept_those_for_programs_too(world: World):
    alice = world.users["u-alice"]
    tokens = [world.new_token(alice) for _ in range(51)]
    assert alice.tokens == tokens[1:]
