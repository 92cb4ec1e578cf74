"""No secret of OAuth reaches a word of ours: tokens, client secret, code and verifier."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from rich.pretty import pretty_repr

import glimesh_api as api
from backchannel.errors import BackchannelError
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.glimesh.grants import ClientCredentials, RefreshToken
from backchannel.glimesh.login import AsyncLogin, Login
from backchannel.glimesh.oauth import Tokens
from backchannel.glimesh.pkce import make_application
from backchannel.glimesh.renewal import OAuthCredentials
from backchannel.glimesh.settings import Settings
from backchannel.glimesh.stores import CallbackStore
from backchannel.graphql.credentials import FixedCredentials
from backchannel.wire.secrets import Headers, Secret
from support.oauth import CLIENT_ID, TOKEN_PATH, granted, log_in

SECRET = "S3cret"
CLIENT_SECRET = f"client-{SECRET}"
REFRESH_TOKEN = f"refresh-{SECRET}"
# Debuggers and loggers that show variables find no secret in these either.
OF_OAUTH = ("grants.py", "oauth.py", "pkce.py", "renewal.py", "flow.py", "drive.py")
TOKENS = Tokens(access_token=Secret(SECRET), refresh_token=Secret(SECRET))


def said_by(error: BaseException) -> Iterator[str]:
    """All that an error and those behind it say, and what OAuth's frames hold of them."""
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is not None:
            yield from traceback.format_exception(current)
            yield from (repr(current), repr(vars(current)), pretty_repr(vars(current)))
            for frame, _ in traceback.walk_tb(current.__traceback__):
                if frame.f_code.co_filename.endswith(OF_OAUTH):
                    yield from (repr(frame.f_locals), pretty_repr(frame.f_locals))
            pending += [current.__cause__, current.__context__]


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Each test runs with the root logger at DEBUG, and its records are searched at the end."""
    with caplog.at_level(logging.DEBUG):
        yield
    for record in caplog.get_records("call"):
        said = (logging.Formatter().format(record), repr(record.__dict__), str(record.args))
        assert [text for text in said if SECRET in text] == []


FAULTS: dict[str, Callable[[object], object]] = {
    "refused": lambda site: site.world.tokens.remove(site.world.tokens[99]),
    "cut": lambda site: site.faults.cut_after_apply(TOKEN_PATH, times=9),
    "half": lambda site: site.faults.close_mid_body(TOKEN_PATH, times=9),
    "503": lambda site: site.faults.answer(TOKEN_PATH, status=503, times=9),
    "another type": lambda site: site.faults.answer(
        TOKEN_PATH, status=200, body=granted(SECRET).replace(b"bearer", b"mac")
    ),
    "a form": lambda site: site.faults.answer(
        TOKEN_PATH, status=200, body=f"access_token={SECRET}".encode()
    ),
    "a newline": lambda site: site.faults.answer(
        TOKEN_PATH, status=200, body=granted(f"{SECRET}\n")
    ),
    "no text": lambda site: site.faults.answer(
        TOKEN_PATH, status=200, body=granted(SECRET, refresh_token=[SECRET])
    ),
    "a redirect": lambda site: site.faults.answer(
        TOKEN_PATH, status=307, headers={"location": "https://elsewhere.example/"}
    ),
    "its words": lambda site: site.faults.answer(
        TOKEN_PATH,
        status=400,
        body=f'{{"error": "x", "error_description": "refresh_token={SECRET}"}}'.encode(),
    ),
    "its page": lambda site: site.faults.answer(
        TOKEN_PATH, status=400, body=f"<p>client_secret={SECRET} refused".encode()
    ),
}


def credentials_of_each_kind() -> list[OAuthCredentials]:
    return [
        ClientCredentials(CLIENT_ID, CLIENT_SECRET),
        RefreshToken(
            CLIENT_ID, REFRESH_TOKEN, client_secret=CLIENT_SECRET, on_rotation=lambda tokens: None
        ),
    ]


@pytest.fixture
def secret_site(site):
    """The site, where the application's secret and a refresh token can be looked for."""
    site.world.apps[1].secret = CLIENT_SECRET
    log_in(site.world, REFRESH_TOKEN)
    return site


@pytest.mark.parametrize("number", [0, 1], ids=["client credentials", "refresh token"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_renewal_that_fails(secret_site, connect, fault, number):
    if fault == "refused":
        secret_site.world.apps[1].secret = "another"
    else:
        FAULTS[fault](secret_site)
    credentials = credentials_of_each_kind()[number]
    caller = connect(secret_site.url, None, credentials=credentials)
    with pytest.raises(BackchannelError) as caught:
        caller.call(api.myself)
    assert SECRET.encode() in secret_site.requests[0].body
    said = [*said_by(caught.value), *said_by(copy.copy(caught.value))]
    said += [repr(caller.client), repr(caller.client.endpoint), repr(credentials)]
    assert [text for text in said if SECRET in text] == []


@pytest.mark.parametrize("number", [0, 1], ids=["client credentials", "refresh token"])
def test_a_renewal_that_works(secret_site, connect, number):
    credentials = credentials_of_each_kind()[number]
    caller = connect(secret_site.url, None, credentials=credentials)
    caller.call(api.myself)
    token = secret_site.requests[-1].headers["authorization"].removeprefix("Bearer ")
    with pytest.raises(BackchannelError) as caught:
        caller.call(api.find_channel, id="999")
    said = [*said_by(caught.value), repr(credentials), pretty_repr(credentials)]
    said += [repr(caller.client), pretty_repr(caller.client.endpoint)]
    assert [text for text in said if token in text or SECRET in text] == []


@pytest.mark.parametrize(
    "fault", ["cut_before_apply", "cut_after_apply", "close_mid_body", "refused"]
)
def test_a_code_that_buys_nothing(site, fault):
    verifier = f"verifier-{SECRET}-of-at-least-forty-three-characters"
    uri = "https://bot.example/callback"
    with Login(CLIENT_ID, redirect_uri=uri, client_secret="sim-secret", url=site.url) as login:
        page = login.authorization_url(state="s", verifier=verifier)
        assert SECRET not in page
        reply = requests.get(f"{page}&as=viewer", allow_redirects=False, timeout=10)
        code = parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]
        if fault == "refused":
            login.redeem(code, verifier)
        else:
            getattr(site.faults, fault)(TOKEN_PATH)
        with pytest.raises(BackchannelError) as caught:
            login.redeem(code, verifier)
    assert code.encode() in site.requests[-1].body
    assert [text for text in said_by(caught.value) if code in text or SECRET in text] == []


OBJECTS = {
    "ClientCredentials": ClientCredentials(SECRET, SECRET),
    "RefreshToken": RefreshToken(SECRET, SECRET, client_secret=SECRET, on_rotation=print),
    "Glimesh": Glimesh(credentials=ClientCredentials(SECRET, SECRET)),
    "AsyncGlimesh": AsyncGlimesh(credentials=ClientCredentials(SECRET, SECRET)),
    "FixedCredentials": FixedCredentials(
        fixed_headers=Headers(Authorization=SECRET), fixed_query=Headers(token=SECRET)
    ),
    "Tokens": TOKENS,
    "Login": Login(SECRET, client_secret=SECRET),
    "AsyncLogin": AsyncLogin(SECRET, client_secret=SECRET),
    "Application": make_application(
        "https://h", SECRET, redirect_uri="https://h/", client_secret=SECRET
    ),
    "CallbackStore": CallbackStore(print),
    "Settings": Settings(token=SECRET),
}
OBJECTS["CallbackStore"].save(TOKENS)


@pytest.mark.parametrize("show", [repr, str, "{}".format, pretty_repr])
@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_that_holds_it(name: str, show: Callable[[object], str]) -> None:
    shown = show(OBJECTS[name])
    assert shown
    assert SECRET not in shown
    assert SECRET not in show({"nested": [OBJECTS[name]]})


@pytest.mark.parametrize("again", [pickle.dumps, copy.deepcopy])
@pytest.mark.parametrize("name", sorted(OBJECTS.keys() - {"Settings"}))
def test_an_object_that_holds_it_cannot_be_pickled(
    name: str, again: Callable[[object], object]
) -> None:
    with pytest.raises(TypeError):
        again(OBJECTS[name])
