"""Logging in: a real page, a real redirect to this machine, and a code that works once."""

from __future__ import annotations

import asyncio
import inspect
import socket
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

import glimesh_api as api
from backchannel import Glimesh
from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    ConnectionLost,
    InvalidInput,
    MalformedReply,
    Outcome,
    TransportTimeout,
)
from backchannel.glimesh.grants import RefreshToken
from backchannel.glimesh.login import AsyncLogin, Login
from backchannel.glimesh.oauth import (
    AccessDenied,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    OAuthError,
    Tokens,
)
from backchannel.glimesh.pkce import challenge, random_text
from backchannel.glimesh.tokenfile import FileStore
from backchannel.transport.loopback import LoopbackRedirect
from backchannel.wire.secrets import Secret
from support.blocking import blocking
from support.oauth import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH, end_tokens
from support.rawserver import unused_port


class Person:
    """A person with a browser: opens the page, decides, and goes where the page sends him."""

    def __init__(self, decision: str = "as=viewer", change: Callable[[str], str] = str) -> None:
        self.pages: list[str] = []
        self.answers: list[requests.Response] = []
        self._decision = decision
        self._change = change
        self._threads: list[threading.Thread] = []

    def open(self, page: str) -> None:
        self.pages.append(page)
        self._threads.append(threading.Thread(target=self._decide, args=[page]))
        self._threads[-1].start()

    def _decide(self, page: str) -> None:
        reply = requests.get(f"{page}&{self._decision}", allow_redirects=False, timeout=10)
        self.answers.append(reply)
        if "location" in reply.headers:
            self.answers.append(requests.get(self._change(reply.headers["location"]), timeout=10))

    def leave(self) -> None:
        for thread in self._threads:
            thread.join()


@pytest.fixture
def redirect_uri(site) -> str:
    """A redirect URI on a free port, which the application has registered."""
    uri = f"http://127.0.0.1:{unused_port()}/callback"
    site.world.apps[1].redirect_uris.append(uri)
    return uri


@pytest.fixture(params=[Login, AsyncLogin])
def login(request, site, redirect_uri):
    """Calls a login of either kind, blocking."""
    with asyncio.Runner() as runner:
        made = []

        class Calling:
            def __init__(self, **options):
                options = {"redirect_uri": redirect_uri, "url": site.url, **options}
                self.login = request.param(CLIENT_ID, **options)
                made.append(self.login)

            def __getattr__(self, name):
                method = getattr(self.login, name)
                return lambda *args, **options: blocking(method(*args, **options), runner)

            def of(self, person: Person) -> Tokens:
                try:
                    return self.log_in(open_browser=person.open, patience=10)
                finally:
                    person.leave()

        yield Calling
        for each in made:
            blocking(each.close(), runner)


def test_a_person_logs_in_and_the_program_goes_on_from_the_store(site, login, tmp_path):
    person = Person()
    tokens = login().of(person)
    assert tokens.scopes == ("public", "chat")
    assert person.answers[-1].text.startswith("You can close this window")
    store = FileStore(tmp_path / "tokens")
    store.save(tokens)
    for _ in range(2):
        with Glimesh(credentials=RefreshToken(CLIENT_ID, store=store), url=site.url) as glimesh:
            assert api.myself(glimesh).username == "viewer"
        end_tokens(site.world)


def test_the_page_is_asked_for_a_code_with_a_challenge(login, redirect_uri):
    person = Person()
    login(scopes=["chat", "follow"]).of(person)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(person.pages[0]).query).items()}
    assert len(asked.pop("state")) == len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri,
        "scope": "chat follow",
        "code_challenge_method": "S256",
    }


def test_each_login_has_its_own_state_and_challenge(login):
    person = Person()
    calling = login()
    calling.of(person)
    calling.of(person)
    one, other = (parse_qs(urlsplit(page).query) for page in person.pages)
    assert one["state"] != other["state"]
    assert one["code_challenge"] != other["code_challenge"]


def test_the_challenge_of_the_standards_own_example():
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# --- refused


def test_a_person_who_says_no(site, login):
    with pytest.raises(AccessDenied) as caught:
        login().of(Person("deny=yes"))
    assert caught.value.error == "access_denied"
    assert [asked.path for asked in site.requests if asked.path == TOKEN_PATH] == []


def without(name: str) -> Callable[[str], str]:
    return changed(lambda query: query.pop(name))


def changed(change: Callable[[dict[str, str]], object]) -> Callable[[str], str]:
    """Redirects as they come, with their query changed."""

    def apply(url: str) -> str:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        change(query)
        return parts._replace(query=urlencode(query)).geturl()

    return apply


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed(lambda query: query.update(state="of another")), "another login"),
        (changed(lambda query: query.update(state="é")), "another login"),
        (without("state"), "another login"),
        (without("code"), "no code"),
        (lambda url: f"{url}&code=second", "twice"),
    ],
    ids=["another state", "a state not in ASCII", "no state", "no code", "two codes"],
)
def test_a_redirect_that_is_not_of_this_login(site, login, change, words):
    with pytest.raises(MalformedReply, match=words):
        login().of(Person(change=change))
    assert [asked.path for asked in site.requests if asked.path == TOKEN_PATH] == []


def test_another_refusal_of_the_page_keeps_its_words(login):
    change = changed(
        lambda query: query.update(error="server_error", error_description="out of\norder")
    )
    with pytest.raises(OAuthError, match=r"out of order \(server_error\)") as caught:
        login().of(Person(change=change))
    assert type(caught.value) is OAuthError


def test_nobody_logs_in(login):
    with pytest.raises(TransportTimeout, match=r"within 0\.1 seconds"):
        login().log_in(open_browser=lambda page: None, patience=0.1)


def test_there_is_no_browser(login):
    with pytest.raises(ConfigurationError, match="no browser"):
        login().log_in(open_browser=lambda page: False)


def test_a_browser_that_fails_comes_out(login, redirect_uri):
    def broken(page: str) -> None:
        raise OSError("no display")

    with pytest.raises(OSError, match="no display"):
        login().log_in(open_browser=broken)
    # And the port is free again.
    with LoopbackRedirect(redirect_uri):
        pass


async def test_a_login_that_is_cancelled_leaves_nothing(site, redirect_uri):
    opened = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with AsyncLogin(CLIENT_ID, redirect_uri=redirect_uri, url=site.url) as login:
        task = asyncio.create_task(
            login.log_in(open_browser=lambda page: loop.call_soon_threadsafe(opened.set) and None)
        )
        await opened.wait()
        # By then a thread waits for the redirect.
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    # Else it would wait for the thread, five minutes.
    await loop.shutdown_default_executor()
    with LoopbackRedirect(redirect_uri):
        pass


# --- the code


def code_for(site, login, verifier: str) -> str:
    page = login.login.authorization_url(state="the state", verifier=verifier)
    reply = requests.get(f"{page}&as=viewer", allow_redirects=False, timeout=10)
    back = parse_qs(urlsplit(reply.headers["location"]).query)
    assert back["state"] == ["the state"]
    return back["code"][0]


def test_a_program_with_a_site_does_it_in_two_steps(site, login):
    calling, verifier = login(redirect_uri="https://bot.example/callback"), random_text()
    tokens = calling.redeem(code_for(site, calling, verifier), verifier)
    with Glimesh(token=tokens.access_token.reveal(), url=site.url) as glimesh:
        assert api.myself(glimesh).username == "viewer"


@pytest.mark.parametrize("verifier", ["", "x" * 42, "x" * 129, "x" * 42 + "é", "x" * 43 + "\n"])
def test_a_verifier_that_the_standard_does_not_allow(site, login, verifier):
    for ask in (
        lambda calling: calling.login.authorization_url(state="s", verifier=verifier),
        lambda calling: calling.redeem("code", verifier),
    ):
        with pytest.raises(InvalidInput, match="verifier: 43 to 128") as caught:
            ask(login())
        assert "xx" not in str(caught.value)
    assert site.requests == []


def test_an_empty_state_or_code(login):
    with pytest.raises(InvalidInput, match="state: must be random"):
        login().login.authorization_url(state="", verifier=random_text())
    with pytest.raises(InvalidInput, match="code: must be the redirect's"):
        login().redeem("", random_text())


def test_a_code_works_once(site, login):
    calling, verifier = login(), random_text()
    code = code_for(site, calling, verifier)
    calling.redeem(code, verifier)
    with pytest.raises(InvalidGrant, match=r"authorization code is invalid.*log in again"):
        calling.redeem(code, verifier)


def test_a_code_is_of_no_use_without_its_verifier(site, login):
    calling = login()
    with pytest.raises(InvalidRequest, match="Code verifier is invalid"):
        calling.redeem(code_for(site, calling, random_text()), random_text())


def test_a_redirect_uri_that_is_not_registered(site, login):
    with pytest.raises(InvalidClient, match="Invalid client_id or redirect_uri"):
        login(redirect_uri="https://elsewhere.example/").redeem("a code", random_text())


def test_a_code_whose_reply_was_lost_may_be_spent(site, login):
    calling, verifier = login(), random_text()
    code = code_for(site, calling, verifier)
    site.faults.cut_after_apply(TOKEN_PATH)
    with pytest.raises(ConnectionLost) as caught:
        calling.redeem(code, verifier)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.retry_safe


def test_a_secret_goes_along_where_there_is_one(site, login):
    calling, verifier = login(client_secret=CLIENT_SECRET), random_text()
    calling.redeem(code_for(site, calling, verifier), verifier)
    assert b"client_secret=sim-secret" in site.requests[-1].body


# --- the listener


@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1:1/",
        "http://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:1/?x=1",
        "http://0.0.0.0:1/",
        "http://example.org:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
    ],
)
def test_it_listens_on_this_machine_only(login, uri):
    with pytest.raises(ConfigurationError, match=r"redirect_uri: http://127\.0\.0\.1:PORT/"):
        login(redirect_uri=uri).log_in(open_browser=print)


def test_a_port_that_is_taken(login, redirect_uri):
    with LoopbackRedirect(redirect_uri), pytest.raises(ConfigurationError, match="listened on"):
        login().log_in(open_browser=print)


def test_what_else_a_browser_asks_for_counts_for_nothing():
    with LoopbackRedirect("http://127.0.0.1:0/callback") as loopback:
        address = loopback.uri.removesuffix("/callback")
        port = urlsplit(address).port
        # Browsers open connections beforehand, and look for icons.
        with socket.create_connection(("127.0.0.1", port)):
            assert requests.get(f"{address}/favicon.ico", timeout=10).status_code == 404
            assert requests.post(loopback.uri, timeout=10).status_code == 501
            assert requests.get(f"{loopback.uri}?code=1", timeout=10).status_code == 200
            assert requests.get(f"{loopback.uri}?code=2", timeout=10).status_code == 200
        assert loopback.wait(10) == "/callback?code=1"


@pytest.mark.parametrize("kind", [Login, AsyncLogin])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "http://glimesh.example"}, "clear text"),
        ({"url": "glimesh.example"}, "no http or https URL"),
        ({"redirect_uri": "/callback"}, "redirect_uri"),
        ({"redirect_uri": "https://bot.example/#x"}, "redirect_uri"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"client_secret": "x\n"}, "client_secret"),
    ],
)
def test_arguments_that_cannot_work(kind, options, words):
    with pytest.raises(BackchannelError, match=words):
        kind(CLIENT_ID, **{"url": "https://glimesh.example", **options})


@pytest.mark.parametrize("name", ["__init__", "authorization_url", "redeem", "log_in"])
def test_both_kinds_take_the_same_arguments(name):
    one, other = (inspect.signature(getattr(kind, name)) for kind in (Login, AsyncLogin))
    kept = [
        [(each.name, each.kind, each.default) for each in signature.parameters.values()]
        for signature in (one, other)
    ]
    assert kept[0] == kept[1]
    assert one.return_annotation == other.return_annotation
