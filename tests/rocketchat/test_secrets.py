"""The token stays where it belongs: out of records, messages and reprs, and at its own host."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import pickle
import traceback
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backchannel.errors import BackchannelError, ConfigurationError, RedirectRefused
from backchannel.local.rocketchat import Account, LocalRocketChat
from backchannel.local.rocketchat.seed import GENERAL
from backchannel.local.serve import serve
from backchannel.rocketchat import AsyncRocketChat, PasswordLogin, ResumeToken, RocketChat, Token
from backchannel.rocketchat.session import Session

TOKEN = "t0p-s3cret-t0ken"
SPY = Account("u-bob", "bob", "", TOKEN, "")


def calls(client):
    """Everything a client can do, with good and bad arguments."""
    return {
        "send": lambda: client.send_message(GENERAL, "hi"),
        "nowhere": lambda: client.send_message("nowhere", "hi"),
        "blank": lambda: client.send_message(GENERAL, " "),
        "no message": lambda: client.get_message("nothing"),
        "room": lambda: client.room_info("general"),
        "direct room": lambda: client.room_info("@alice"),
        "history": lambda: client.history("general"),
    }


def told(error: BaseException) -> str:
    """All that a traceback, a message and the attributes of an error show."""
    lines = traceback.TracebackException.from_exception(error).format()
    return "".join(lines) + repr(error) + repr(vars(error))


@pytest.mark.parametrize("trouble", ["none", "wrong token", "cut", "page", "redirect"])
def test_no_record_message_or_repr_holds_the_token(connect, server, caplog, trouble):
    caplog.set_level(logging.DEBUG)
    account = SPY
    server.world.users[SPY.user_id].tokens.append(TOKEN)
    match trouble:
        case "wrong token":
            account = Account("u-bob", "", "", f"{TOKEN}-not", "")
        case "cut":
            server.faults.cut_before_apply(times=1000)
        case "page":
            server.faults.html(times=1000)
        case "redirect":
            server.faults.answer(status=307, headers={"location": "/elsewhere"}, times=1000)
    client = connect(server.url, account)
    shown = [repr(client.client), repr(client.client.session), repr(client.client.driver)]
    request = client.client.session.post("chat.sendMessage", b"{}")
    shown += [repr(request), str(request), f"{client.client.session.credentials.held}"]
    for call in calls(client).values():
        try:
            shown.append(repr(call()))
        except BackchannelError as error:
            shown.append(told(error))
    shown += recorded(caplog)
    assert len(shown) > 10
    assert not [text for text in shown if TOKEN in text]


def test_a_session_cannot_be_pickled_into_clear_text(session: Session):
    for part in (session.credentials, session.credentials.held):
        with pytest.raises(TypeError):
            pickle.dumps(part)


class Elsewhere:
    """A server that notes every request it gets."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    async def note(self, request: Request) -> Response:
        self.requests.append(f"{request.method} {request.url.path}")
        return Response("{}")

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        methods = ["GET", "POST", "HEAD"]
        app = Starlette(routes=[Route("/{path:path}", self.note, methods=methods)])
        with serve(app) as server:
            yield server.url


PASSWORD = "hushhush-bob"
CODE = "271828"


def make_login_fail(server: LocalRocketChat, trouble: str) -> None:
    user, faults = server.world.users["u-bob"], server.faults
    user.password = "another" if trouble == "wrong password" else PASSWORD
    match trouble:
        case "wrong code":
            user.two_factor, user.totp_secret = ("totp",), b"secret"
        case "cut":
            faults.cut_after_apply("login", times=1000)
        case "page":
            faults.html("login", times=1000)
        case "redirect":
            faults.answer("login", status=307, headers={"location": "/elsewhere"}, times=1000)
        case "malformed":
            body = b'{"status":"success","data":{"authToken":"%s"}}' % TOKEN.encode()
            faults.answer("login", status=200, body=body, times=1000)


def recorded(caplog) -> Iterator[str]:
    for record in caplog.records:
        yield record.getMessage()
        yield repr({name: str(value) for name, value in vars(record).items()})


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    "trouble",
    ["none", "wrong password", "wrong code", "cut", "page", "redirect", "malformed", "on_login"],
)
def test_no_record_message_repr_or_pickle_holds_what_logs_in(
    connect, server, caplog, trouble, plain
):
    caplog.set_level(logging.DEBUG)
    make_login_fail(server, trouble)
    held: list[Token] = []

    def keep(token: Token) -> None:
        held.append(token)
        if trouble == "on_login":
            raise ConfigurationError(f"cannot keep {token}")

    login = PasswordLogin("bob", PASSWORD, resume=TOKEN, plain=plain, on_login=keep)
    client = connect(server.url, credentials=login, second_factor=lambda challenge: CODE)
    shown = [repr(login), repr(client.client)]
    for call in (client.me, client.me, client.logout):
        try:
            shown.append(repr(call()))
        except BackchannelError as error:
            shown += [told(error), repr(pickle.dumps(error))]
        shown += [repr(client.client.session), repr(login.held)]
    shown += recorded(caplog)
    assert bool(held) is (trouble in {"none", "on_login"})
    secrets = [PASSWORD, hashlib.sha256(PASSWORD.encode()).hexdigest(), TOKEN, CODE]
    secrets += [token.auth_token.reveal() for token in held]
    assert not [text for text in shown for secret in secrets if secret in text]


@pytest.mark.parametrize("make", [lambda: PasswordLogin("bob", "x"), lambda: ResumeToken("x")])
def test_credentials_cannot_be_pickled_into_clear_text(make):
    with pytest.raises(TypeError):
        pickle.dumps(make())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_sends_no_second_request(connect, server, status):
    elsewhere = Elsewhere()
    with elsewhere.running() as url:
        target = f"{url}/api/v1/chat.sendMessage"
        server.faults.answer(status=status, headers={"location": target}, times=1000)
        client = connect(server.url, SPY)
        reaching_the_server = [call for name, call in calls(client).items() if name != "blank"]
        for call in reaching_the_server:
            with pytest.raises(RedirectRefused) as caught:
                call()
            assert caught.value.target == target
    assert elsewhere.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_login_that_is_redirected_sends_no_second_request(connect, server, status):
    elsewhere = Elsewhere()
    with elsewhere.running() as url:
        headers = {"location": f"{url}/api/v1/login"}
        server.faults.answer("login", status=status, headers=headers, times=1000)
        client = connect(server.url, credentials=PasswordLogin("bob", PASSWORD))
        with pytest.raises(RedirectRefused) as caught:
            client.me()
        assert caught.value.target == f"{url}/api/v1/login"
    assert elsewhere.requests == []


def test_the_same_server_notes_what_does_reach_it():
    elsewhere = Elsewhere()
    with (
        elsewhere.running() as url,
        RocketChat(url, user_id="u", auth_token="t") as client,
        contextlib.suppress(BackchannelError),
    ):
        client.get_message("m")
    assert elsewhere.requests == ["GET /api/v1/chat.getMessage"]


@pytest.mark.parametrize("kind", [RocketChat, AsyncRocketChat])
def test_a_client_shows_where_and_who_it_is_and_no_more(kind):
    client = kind("https://chat.example.org", user_id="u-bob", auth_token=TOKEN)
    assert repr(client) == f"{kind.__name__}('https://chat.example.org', user_id='u-bob')"
