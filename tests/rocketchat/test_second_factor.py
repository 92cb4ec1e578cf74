"""Second factors: a typed error, or one more try with the code that a callback gives."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from backchannel.errors import ConfigurationError, Outcome
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.second_factor import totp
from backchannel.local.rocketchat.seed import ALICE
from backchannel.rocketchat import (
    AsyncRocketChat,
    Challenge,
    NotAuthenticated,
    PasswordLogin,
    RocketChat,
    TwoFactorExhausted,
    TwoFactorInvalid,
    TwoFactorRequired,
)
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.second_factor import read_challenge

SECRET = b"12345678901234567890"


def right_code(challenge: Challenge) -> str:
    assert challenge.method == "totp"
    return totp(SECRET, time.time())


@pytest.fixture(params=[3, 7, 8])
def guarded(request):
    """A server on which alice has an authenticator."""
    with LocalRocketChat(age=request.param) as server:
        user = server.world.users[ALICE.user_id]
        user.two_factor, user.totp_secret = ("totp",), SECRET
        yield server


def generate(client) -> object:
    """A call that is guarded by a second factor, and has an effect."""
    session = client.client.session
    body = json.dumps({"tokenName": "for-a-bot"}).encode()
    request = session.post("users.generatePersonalAccessToken", body)
    return client.drive(lambda driver: driver.run(session.once(request, Reply)))


ACTIONS = {
    "a login": lambda connect, url, **options: connect(
        url, credentials=PasswordLogin("alice", ALICE.password), **options
    ).me(),
    "a call": lambda connect, url, **options: generate(connect(url, ALICE, **options)),
}


@pytest.mark.parametrize("action", ACTIONS)
class TestEitherWay:
    def test_without_a_callback_it_is_an_error(self, connect, guarded, action):
        with pytest.raises(TwoFactorRequired) as caught:
            ACTIONS[action](connect, guarded.url)
        error = caught.value
        assert type(error) is TwoFactorRequired
        assert not isinstance(error, NotAuthenticated)
        assert (error.code, error.outcome) == ("totp-required", Outcome.NOT_SENT)
        assert error.challenge == Challenge(method="totp", available_methods=("totp",))

    def test_a_callback_gives_the_code(self, connect, guarded, action):
        ACTIONS[action](connect, guarded.url, second_factor=right_code)

    def test_a_wrong_code_is_not_tried_again(self, connect, guarded, action):
        asked: list[Challenge] = []

        def wrong(challenge: Challenge) -> str:
            asked.append(challenge)
            return "000000x"

        with pytest.raises(TwoFactorInvalid) as caught:
            ACTIONS[action](connect, guarded.url, second_factor=wrong)
        assert len(asked) == 1
        assert "000000x" not in str(caught.value) + repr(vars(caught.value))

    def test_none_gives_up(self, connect, guarded, action):
        with pytest.raises(TwoFactorRequired):
            ACTIONS[action](connect, guarded.url, second_factor=lambda challenge: None)

    @pytest.mark.parametrize("code", ["", "12\n34", 123456])
    def test_what_is_no_code_is_refused_and_not_shown(self, connect, guarded, action, code):
        with pytest.raises(ConfigurationError) as caught:
            ACTIONS[action](connect, guarded.url, second_factor=lambda challenge: code)
        assert not code or str(code) not in str(caught.value)


def test_an_async_client_takes_an_async_callback(guarded):
    async def code(challenge: Challenge) -> str:
        await asyncio.sleep(0)
        return right_code(challenge)

    async def main() -> str:
        login = PasswordLogin("alice", ALICE.password)
        async with AsyncRocketChat(guarded.url, credentials=login, second_factor=code) as client:
            return (await client.me()).username

    assert asyncio.run(main()) == "alice"
    with pytest.raises(ConfigurationError, match="needs AsyncRocketChat"):
        RocketChat(guarded.url, user_id="u", auth_token="t", second_factor=code)


def test_the_password_again_goes_as_its_digest(connect, server):
    asked: list[Challenge] = []

    def password(challenge: Challenge) -> str:
        asked.append(challenge)
        return ALICE.password

    generate(connect(server.url, ALICE, second_factor=password))
    assert [challenge.method for challenge in asked] == ["password"]


def test_codes_by_mail_run_out(connect, server):
    user = server.world.users[ALICE.user_id]
    user.two_factor = ("email",)
    client = connect(server.url, ALICE, second_factor=lambda challenge: "0")
    for _ in range(5):
        with pytest.raises(TwoFactorInvalid):
            generate(client)
    with pytest.raises(TwoFactorExhausted):
        generate(client)


def test_a_code_by_mail_says_what_was_sent(connect, server):
    user = server.world.users[ALICE.user_id]
    user.two_factor = ("email",)
    asked: list[Challenge] = []

    def read_mail(challenge: Challenge) -> str:
        asked.append(challenge)
        return user.emailed[-1].code

    generate(connect(server.url, ALICE, second_factor=read_mail))
    (challenge,) = asked
    assert (challenge.method, challenge.code_generated, challenge.code_count) == ("email", True, 1)
    assert challenge.code_expires[0] > datetime.now(UTC)


READ: list[tuple[object, Challenge]] = [
    (None, Challenge()),
    ("totp", Challenge()),
    ({}, Challenge()),
    ({"method": 5, "availableMethods": ["totp", None, "email"]}, None),
    ({"method": "email", "codeGenerated": "yes"}, Challenge(method="email")),
]


@pytest.mark.parametrize(("details", "challenge"), READ)
def test_details_that_do_not_fit_lose_nothing_else(details, challenge):
    expected = challenge or Challenge(available_methods=("totp", "email"))
    assert read_challenge(details) == expected


def test_a_second_factor_is_asked_for_before_anything_is_done(connect, guarded):
    codes: Callable[[Challenge], str] = right_code
    before = len(guarded.world.users[ALICE.user_id].tokens)
    client = connect(guarded.url, ALICE, second_factor=codes)
    generate(client)
    assert len(guarded.world.users[ALICE.user_id].tokens) == before + 1
