"""Logging in: once for all who need it, again when the token is gone, and never in a loop."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from backchannel.errors import ConfigurationError, MalformedReply, Outcome
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, GENERAL
from backchannel.rocketchat import (
    AsyncRocketChat,
    LoginRefused,
    NotAuthenticated,
    PasswordLogin,
    PersonalToken,
    Profile,
    ResumeToken,
    RocketChat,
    Token,
)

SEND = "chat.sendMessage"


def tokens(server: LocalRocketChat) -> list[str]:
    return server.world.users[ALICE.user_id].tokens


def alice(**options: object) -> PasswordLogin:
    return PasswordLogin("alice", ALICE.password, **options)


@pytest.mark.parametrize("user", ["alice", "alice@example.org"])
@pytest.mark.parametrize("plain", [False, True])
def test_a_password_logs_in_at_the_first_call_and_no_more(connect, any_server, user, plain):
    login = PasswordLogin(user, ALICE.password, plain=plain)
    client = connect(any_server.url, credentials=login)
    assert (login.held, tokens(any_server)) == (None, [ALICE.token])
    assert client.me() == Profile(
        id="u-alice",
        username="alice",
        name="Alice Example",
        roles=("user",),
        emails=("alice@example.org",),
    )
    client.send_message(GENERAL, "hi")
    assert tokens(any_server) == [ALICE.token, login.held.auth_token.reveal()]
    assert client.client.session.user_id == "u-alice"


def test_what_goes_over_the_wire_is_a_digest_unless_the_text_is_asked_for(session, play, reply):
    body = {"status": "success", "data": {"userId": "u-alice", "authToken": "t"}}
    told = reply(200, body)

    def logged_in(credentials: PasswordLogin) -> bytes:
        sent: list[bytes] = []

        def answer(step):
            flow = step.flow()
            request = next(flow)
            sent.append(request.body)
            with pytest.raises(StopIteration):
                flow.send(told)

        played = play(credentials.token(session, 60.0), answer)
        assert played.result.user_id == "u-alice"
        return sent[0]

    digest = hashlib.sha256(b"hush").hexdigest()
    assert logged_in(PasswordLogin("bob", "hush")) == (
        b'{"user":"bob","password":{"digest":"%s","algorithm":"sha-256"}}' % digest.encode()
    )
    assert logged_in(PasswordLogin("bob", "hush", plain=True)) == (
        b'{"user":"bob","password":"hush"}'
    )
    assert logged_in(ResumeToken("kept")) == b'{"resume":"kept"}'


def test_threads_and_clients_that_need_a_login_share_one(server):
    login = alice()
    clients = [RocketChat(server.url, credentials=login) for _ in range(2)]
    with clients[0], clients[1], ThreadPoolExecutor(8) as pool:
        names = pool.map(lambda n: clients[n % 2].me().username, range(16))
        assert set(names) == {"alice"}
    assert len(tokens(server)) == 2


def test_tasks_that_need_a_login_share_one(server):
    async def main() -> None:
        async with AsyncRocketChat(server.url, credentials=alice()) as client:
            await asyncio.gather(*(client.me() for _ in range(16)))

    asyncio.run(main())
    assert len(tokens(server)) == 2


def test_a_call_whose_token_is_gone_is_made_again_with_another(connect, any_server):
    client = connect(any_server.url, credentials=alice())
    client.me()
    tokens(any_server).clear()
    # A 401 did nothing, so this holds for what has an effect, too.
    sent = client.send_message(GENERAL, "once")
    assert not sent.deduplicated
    said = [stored.document["msg"] for stored in any_server.world.messages_in(GENERAL)]
    assert said.count("once") == 1
    assert len(tokens(any_server)) == 1


def test_many_calls_refused_at_once_lead_to_one_login(server):
    with RocketChat(server.url, credentials=alice()) as client, ThreadPoolExecutor(8) as pool:
        client.me()
        tokens(server).clear()
        assert {me.id for me in pool.map(lambda _: client.me(), range(16))} == {"u-alice"}
    assert len(tokens(server)) == 1


def test_a_call_that_is_refused_whatever_the_token_is_made_twice(connect, server):
    server.faults.answer(SEND, status=401, body=b'{"status":"error"}', times=100)
    with pytest.raises(NotAuthenticated) as caught:
        connect(server.url, credentials=alice()).send_message(GENERAL, "hi")
    assert caught.value.outcome is Outcome.NOT_SENT
    assert server.faults.pending == 98
    assert len(tokens(server)) == 3


@pytest.mark.parametrize(
    "make", [lambda: PersonalToken("u-alice", "gone"), lambda: ResumeToken("gone")]
)
def test_a_token_that_is_gone_cannot_be_had_again(connect, any_server, make):
    with pytest.raises(NotAuthenticated):
        connect(any_server.url, credentials=make()).send_message(GENERAL, "hi")


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda: PasswordLogin("alice", "wrong"), "Unauthorized", ""),
        (lambda: PasswordLogin("nobody", "wrong"), "Unauthorized", ""),
        (
            lambda: ResumeToken("gone"),
            "403",
            "You've been logged out by the server. Please log in again.",
        ),
    ],
)
def test_a_refused_login_says_so(connect, any_server, make, code, words):
    with pytest.raises(LoginRefused) as caught:
        connect(any_server.url, credentials=make()).me()
    error = caught.value
    assert (error.code, error.words, error.response.status) == (code, words, 401)
    assert error.request.endswith("/api/v1/login")
    assert (error.outcome, error.retry_safe) == (Outcome.NOT_SENT, False)


class TestResuming:
    def test_a_token_tells_whose_it_is(self, connect, any_server):
        client = connect(any_server.url, credentials=ResumeToken(ALICE.token))
        assert client.me().id == "u-alice"
        assert tokens(any_server) == [ALICE.token]

    def test_a_kept_token_is_tried_before_the_password(self, connect, any_server):
        client = connect(any_server.url, credentials=alice(resume=ALICE.token))
        client.me()
        assert tokens(any_server) == [ALICE.token]

    def test_the_password_helps_where_it_is_gone(self, connect, any_server):
        login = alice(resume="gone")
        connect(any_server.url, credentials=login).me()
        assert tokens(any_server) == [ALICE.token, login.held.auth_token.reveal()]

    def test_a_token_is_kept_and_resumed_by_the_next_process(self, connect, server):
        kept: list[Token] = []
        connect(server.url, credentials=alice(on_login=kept.append)).me()
        (token,) = kept
        assert token.user_id == "u-alice"
        later = alice(resume=token.auth_token.reveal(), on_login=kept.append)
        connect(server.url, credentials=later).me()
        assert len(kept) == 1
        assert len(tokens(server)) == 2

    def test_a_token_that_could_not_be_kept_is_used_all_the_same(self, connect, server):
        def fail(token: Token) -> None:
            raise OSError("the disk is full")

        client = connect(server.url, credentials=alice(on_login=fail))
        with pytest.raises(OSError, match="the disk is full"):
            client.me()
        assert client.me().id == "u-alice"
        assert len(tokens(server)) == 2


class TestLoggingOut:
    def test_the_token_is_no_longer_good(self, connect, any_server):
        login = alice()
        client = connect(any_server.url, credentials=login)
        client.me()
        client.logout()
        assert (login.held, tokens(any_server)) == (None, [ALICE.token])
        assert client.me().id == "u-alice"  # by another login

    def test_who_never_logged_in_need_not_log_out(self, connect):
        connect("http://127.0.0.1:9", credentials=alice()).logout()

    def test_a_token_that_is_gone_already_is_logged_out(self, connect, any_server):
        client = connect(any_server.url, ALICE)
        client.logout()
        client.logout()
        assert tokens(any_server) == []
        with pytest.raises(NotAuthenticated):
            client.me()

    def test_a_lost_reply_is_asked_for_again(self, connect, server):
        server.faults.cut_after_apply("logout")
        connect(server.url, ALICE).logout()
        assert tokens(server) == []

    def test_a_token_to_resume_is_not_tried_again(self, connect, server):
        client = connect(server.url, credentials=alice(resume=ALICE.token))
        client.me()
        client.logout()
        client.me()
        assert len(tokens(server)) == 1


def test_a_password_may_be_asked_for_at_each_login(connect, server):
    asked: list[str] = []

    def ask() -> str:
        asked.append("password?")
        return ALICE.password

    client = connect(server.url, credentials=PasswordLogin("alice", ask))
    client.me()
    client.me()
    tokens(server).clear()
    client.me()
    assert asked == ["password?"] * 2


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: PasswordLogin(" ", "x"), "user is blank"),
        (lambda: PasswordLogin("bob", ""), "password is empty"),
        (lambda: PasswordLogin("bob", "x", resume="a\nb"), "auth_token holds characters"),
        (lambda: ResumeToken(""), "auth_token is empty"),
        (lambda: PersonalToken("", "t"), "user_id is empty"),
    ],
)
def test_credentials_that_cannot_work(make, why):
    with pytest.raises(ConfigurationError, match=why):
        make()


def test_a_login_belongs_to_one_server():
    login = alice()
    with RocketChat("https://one.example.org", credentials=login):
        pass
    with RocketChat("https://one.example.org/", credentials=login):
        pass
    with pytest.raises(ConfigurationError, match="in use with https://one"):
        RocketChat("https://two.example.org", credentials=login)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome to this hotel</html>",
        b'{"status":"success"}',
        b'{"status":"success","data":{"authToken":"t0p-s3cret"}}',
        b'{"success":true,"data":{"userId":"u","authToken":"t0p-s3cret"}}',
        b'{"status":"maybe","data":{"userId":"u","authToken":"t0p-s3cret"}}',
    ],
)
def test_what_is_no_login_is_malformed_and_kept_nowhere(connect, server, body):
    server.faults.answer("login", status=200, body=body)
    with pytest.raises(MalformedReply) as caught:
        connect(server.url, credentials=alice()).me()
    assert caught.value.response is None
    assert "t0p-s3cret" not in str(caught.value)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_login_that_fails_in_passing_is_repeated_with_its_call(connect, server):
    server.faults.html("login", status=503)
    assert connect(server.url, credentials=alice()).me().id == "u-alice"
    assert connect(server.url, credentials=alice()).send_message(GENERAL, "hi").message.id
