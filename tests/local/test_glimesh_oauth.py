"""Tokens of the local Glimesh server: every way to one, and every refusal in the server's words."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from backchannel.local.glimesh import LocalGlimesh
from support.glimesh_exchanges import Request, send
from support.glimesh_site import Clock, post, write

APP = "11111111-2222-4333-8444-555555555555"
SECRET = {"client_id": APP, "client_secret": "sim-secret"}
BACK = "http://127.0.0.1:8765/"
LOGIN = {"client_id": APP, "redirect_uri": BACK, "response_type": "code", "scope": "public chat"}
VERIFIER = "a-verifier-of-a-command-line-program-0123456789"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    with LocalGlimesh(clock=clock) as running:
        yield running


def ask(server, what="token", **fields):
    return send(server.url, Request("POST", f"/api/oauth/{what}", FORM, urlencode(fields)))


def page(server, method="GET", **fields):
    query = urlencode(fields)
    if method == "GET":
        return send_page(server, Request("GET", f"/oauth/authorize?{query}", {}, None))
    return send_page(server, Request("POST", "/oauth/authorize", FORM, query))


def send_page(server, request):
    """The reply; a redirect says nothing of its content."""
    import http.client

    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(request.method, request.path, request.body, request.headers)
        response = connection.getresponse()
        return response.status, response.headers["location"], response.read().decode()
    finally:
        connection.close()


def answer(location, part="query"):
    """What the application is told where it waits."""
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(getattr(urlsplit(location), part)).items()}


def code_for(server, **more):
    _, location, _ = page(server, **LOGIN, **{"as": "viewer", **more})
    return answer(location)["code"]


def exchange(server, code, **more):
    fields = {
        "grant_type": "authorization_code",
        "client_id": APP,
        "redirect_uri": BACK,
        "code": code,
    }
    return ask(server, **{**fields, **more})


def refusal(reply):
    return reply.status, reply.body["error"], reply.body["error_description"]


INVALID_CODE = (
    400,
    "invalid_grant",
    "Given authorization code is invalid, revoked, or expired.",
)
INVALID_REFRESH = (400, "invalid_grant", "Given refresh token is invalid, revoked, or expired.")
INVALID_CLIENT = (401, "invalid_client", "Invalid client_id or client_secret.")
INVALID_REDIRECT = (401, "invalid_client", "Invalid client_id or redirect_uri.")
INVALID_SCOPE = (400, "invalid_scope", "Given scopes are unknown or unauthorized.")
INVALID_VERIFIER = (400, "invalid_request", "Code verifier is invalid.")
UNSUPPORTED = (400, "unsupported_grant_type", "Client do not support given grant type.")


class TestTokens:
    def test_client_credentials_act_as_the_owner(self, server):
        reply = ask(server, **SECRET, grant_type="client_credentials", scope="public chat")
        assert {**reply.body, "access_token": "", "refresh_token": ""} == {
            "access_token": "",
            "created_at": "2026-01-01T00:00:00",
            "expires_in": 86400,
            "refresh_token": "",
            "scope": "public chat",
            "token_type": "bearer",
        }
        me = post(server, "{ myself { username } }", token=reply.body["access_token"])
        assert me.body == {"data": {"myself": {"username": "chatbot"}}}

    def test_without_a_scope_a_token_may_do_nothing(self, server):
        token = ask(server, **SECRET, grant_type="client_credentials").body
        assert token["scope"] == ""
        assert write(server, "x", token=token["access_token"]) == "unauthorized"

    def test_parameters_may_be_in_the_query(self, server):
        query = urlencode({**SECRET, "grant_type": "client_credentials"})
        assert send(server.url, Request("POST", f"/api/oauth/token?{query}", {}, "")).status == 200

    def test_a_token_ends_after_a_day(self, server, clock):
        token = ask(server, **SECRET, grant_type="client_credentials").body["access_token"]
        clock.now += timedelta(seconds=86399)
        assert post(server, "{ myself { id } }", token=token).status == 200
        clock.now += timedelta(seconds=1)
        assert post(server, "{ myself { id } }", token=token).status == 401

    def test_requests_are_counted_by_grant_type(self, server):
        for _ in range(2):
            ask(server, **SECRET, grant_type="client_credentials")
        ask(server, client_id=APP, grant_type="refresh_token", refresh_token="no")
        assert server.token_requests == {"client_credentials": 2, "refresh_token": 1}
        assert server.token_requests.total() == 3

    @pytest.mark.parametrize(
        ("fields", "refused"),
        [
            ({**SECRET, "client_secret": "no", "grant_type": "client_credentials"}, INVALID_CLIENT),
            ({"client_id": APP, "grant_type": "client_credentials"}, INVALID_CLIENT),
            ({**SECRET, "client_id": "nobody", "grant_type": "client_credentials"}, INVALID_CLIENT),
            ({**SECRET, "grant_type": "client_credentials", "scope": "all"}, INVALID_SCOPE),
            ({**SECRET, "grant_type": "refresh_token", "refresh_token": "no"}, INVALID_REFRESH),
            ({**SECRET, "grant_type": "refresh_token"}, INVALID_REFRESH),
            ({**SECRET, "client_secret": "no", "grant_type": "refresh_token"}, INVALID_CLIENT),
            ({**SECRET, "grant_type": "urn:device"}, UNSUPPORTED),
            ({**LOGIN, "grant_type": "authorization_code", "code": "no"}, INVALID_CODE),
            ({**LOGIN, "grant_type": "authorization_code"}, INVALID_CODE),
            (
                {
                    **LOGIN,
                    "grant_type": "authorization_code",
                    "redirect_uri": "http://evil.example/",
                },
                INVALID_REDIRECT,
            ),
        ],
    )
    def test_refusal(self, server, fields, refused):
        assert refusal(ask(server, **fields)) == refused

    @pytest.mark.parametrize("what", ["token", "revoke", "introspect"])
    def test_without_client_id_the_server_raises(self, server, what):
        assert ask(server, what).status == 400


class TestRefreshing:
    @pytest.fixture
    def first(self, server):
        return ask(server, **SECRET, grant_type="client_credentials", scope="public chat").body

    def refresh(self, server, token, **more):
        fields = {"client_id": APP, "grant_type": "refresh_token", "refresh_token": token}
        return ask(server, **fields, **more)

    def test_a_refresh_token_is_good_once(self, server, first):
        second = self.refresh(server, first["refresh_token"]).body
        assert second["scope"] == "public chat"
        assert refusal(self.refresh(server, first["refresh_token"])) == INVALID_REFRESH
        third = self.refresh(server, second["refresh_token"]).body
        assert len({row["access_token"] for row in (first, second, third)}) == 3
        assert write(server, "hi", token=third["access_token"])["message"] == "hi"

    def test_it_is_good_for_thirty_days(self, server, clock, first):
        clock.now += timedelta(days=30) - timedelta(seconds=1)
        second = self.refresh(server, first["refresh_token"])
        assert second.status == 200
        clock.now += timedelta(days=30)
        assert refusal(self.refresh(server, second.body["refresh_token"])) == INVALID_REFRESH

    def test_it_gives_less_but_never_more(self, server, first):
        assert refusal(self.refresh(server, first["refresh_token"], scope="email")) == INVALID_SCOPE
        assert self.refresh(server, first["refresh_token"], scope="chat").body["scope"] == "chat"


class TestLogin:
    def test_a_code_is_exchanged_without_a_secret_for_a_token_of_the_user(self, server):
        token = exchange(server, code_for(server)).body
        assert token["scope"] == "public chat"
        me = post(server, "{ myself { username } }", token=token["access_token"])
        assert me.body == {"data": {"myself": {"username": "viewer"}}}

    def test_a_code_is_good_once_and_for_a_minute(self, server, clock):
        code = code_for(server)
        clock.now += timedelta(seconds=59)
        assert exchange(server, code).status == 200
        assert refusal(exchange(server, code)) == INVALID_CODE
        late = code_for(server)
        clock.now += timedelta(seconds=60)
        assert refusal(exchange(server, late)) == INVALID_CODE

    def test_a_code_goes_back_to_where_it_was_given(self, server):
        elsewhere = {"redirect_uri": "https://bot.example/callback"}
        assert refusal(exchange(server, code_for(server), **elsewhere)) == INVALID_CODE
        assert refusal(exchange(server, code_for(server), client_id="no")) == INVALID_REDIRECT

    @pytest.mark.parametrize(
        ("method", "challenge"), [("S256", CHALLENGE), ("plain", VERIFIER), (None, VERIFIER)]
    )
    def test_a_challenge_wants_its_verifier(self, server, method, challenge):
        asked = {"code_challenge": challenge}
        asked |= {"code_challenge_method": method} if method else {}
        code = code_for(server, **asked)
        assert refusal(exchange(server, code)) == INVALID_VERIFIER
        assert refusal(exchange(server, code, code_verifier="another")) == INVALID_VERIFIER
        assert exchange(server, code, code_verifier=VERIFIER).status == 200

    def test_state_comes_back_as_it_was(self, server):
        state = "a b&c=d/é"
        status, location, _ = page(server, **LOGIN, **{"as": "viewer", "state": state})
        assert status == 302
        assert answer(location)["state"] == state

    def test_without_a_decision_a_page_asks_for_one(self, server):
        status, _, text = page(server, **LOGIN, state='"><script>')
        assert status == 200
        assert "<option>viewer</option>" in text
        assert "<script>" not in text
        status, location, _ = page(server, "POST", **LOGIN, **{"as": "streamer"})
        token = exchange(server, answer(location)["code"]).body["access_token"]
        me = post(server, "{ myself { username } }", token=token)
        assert me.body == {"data": {"myself": {"username": "streamer"}}}

    def test_whoever_declines_is_reported(self, server):
        _, location, _ = page(server, **LOGIN, **{"as": "viewer", "deny": "yes", "state": "s"})
        told = answer(location)
        assert (told["error"], told["state"]) == ("access_denied", "s")

    def test_a_scope_that_is_none_is_reported(self, server):
        _, location, _ = page(server, **{**LOGIN, "scope": "all", "as": "viewer"})
        assert answer(location)["error_description"] == INVALID_SCOPE[2]

    @pytest.mark.parametrize(
        "wrong", [{"client_id": "nobody"}, {"redirect_uri": "http://evil.example/"}]
    )
    def test_an_address_that_is_not_the_applications_is_not_gone_to(self, server, wrong):
        status, location, text = page(server, **{**LOGIN, **wrong, "as": "viewer"})
        assert (status, location) == (401, None)
        assert INVALID_REDIRECT[2] in text

    def test_the_implicit_flow_answers_in_the_fragment(self, server):
        fields = {**LOGIN, "response_type": "token", "as": "viewer", "state": "s"}
        told = answer(page(server, **fields)[1], "fragment")
        assert told.keys() == {"access_token", "expires_in", "state"}
        assert write(server, "hi", token=told["access_token"])["message"] == "hi"


class TestInspection:
    @pytest.fixture
    def token(self, server):
        return ask(server, **SECRET, grant_type="client_credentials", scope="chat").body

    def test_a_token_is_told_of(self, server, token):
        reply = ask(server, "introspect", **SECRET, token=token["access_token"])
        assert (reply.status, reply.body["active"], reply.body["username"]) == (
            200,
            True,
            "chatbot",
        )
        assert reply.body["exp"] - reply.body["iat"] == 86400

    def test_a_revoked_token_is_good_for_nothing(self, server, token):
        assert ask_empty(server, token["access_token"]) == 200
        reply = ask(server, "introspect", **SECRET, token=token["access_token"])
        assert reply.body == {"active": False}
        assert post(server, "{ myself { id } }", token=token["access_token"]).status == 401

    def test_a_refresh_token_can_be_revoked(self, server, token):
        assert ask_empty(server, token["refresh_token"]) == 200
        reply = ask(
            server, client_id=APP, grant_type="refresh_token", refresh_token=token["refresh_token"]
        )
        assert refusal(reply) == INVALID_REFRESH
        assert post(server, "{ myself { id } }", token=token["access_token"]).status == 200

    def test_an_unknown_token_needs_no_revoking(self, server):
        assert ask_empty(server, "nobody's") == 200

    @pytest.mark.parametrize("what", ["revoke", "introspect"])
    def test_the_secret_is_wanted(self, server, what):
        assert refusal(ask(server, what, client_id=APP, token="x")) == INVALID_CLIENT


def ask_empty(server, token):
    """The status of a reply to revoking, which has no content."""
    status, _, text = send_page(
        server, Request("POST", "/api/oauth/revoke", FORM, urlencode({**SECRET, "token": token}))
    )
    assert text == ""
    return status
