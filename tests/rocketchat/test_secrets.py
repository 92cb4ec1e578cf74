"""The token stays where it belongs: out of records, messages and reprs, and at its own host."""

from __future__ import annotations

import contextlib
import logging
import traceback
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backchannel.errors import BackchannelError, RedirectRefused
from backchannel.local.rocketchat import Account
from backchannel.local.rocketchat.seed import GENERAL
from backchannel.local.serve import serve
from backchannel.rocketchat import AsyncRocketChat, RocketChat
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
    for record in caplog.records:
        shown += [record.getMessage(), repr(record.args), str(record.exc_info)]
        shown.append(repr({name: str(value) for name, value in vars(record).items()}))
    assert len(shown) > 10
    assert not [text for text in shown if TOKEN in text]


def test_a_session_cannot_be_pickled_into_clear_text(session: Session):
    import pickle

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
