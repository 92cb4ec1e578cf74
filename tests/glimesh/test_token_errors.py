"""What the token endpoint refuses, and replies that are none."""

from __future__ import annotations

import json

import pytest

import glimesh_api as api
from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    MalformedReply,
    Outcome,
    PermissionDenied,
    RateLimited,
    RedirectRefused,
    RefusedError,
    ServerFailure,
)
from backchannel.glimesh.grants import ClientCredentials, RefreshToken
from backchannel.glimesh.oauth import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    OAuthError,
    UnsupportedGrantType,
)
from support.oauth import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH, asked_for_tokens, granted

SECRET = "tok-S3cret"

REFUSALS = [
    (401, "invalid_client", "Invalid client_id or client_secret.", InvalidClient),
    (401, "invalid_client", "Invalid client_id or redirect_uri.", InvalidClient),
    (400, "invalid_scope", "Given scopes are unknown or unauthorized.", InvalidScope),
    (400, "invalid_grant", "Given refresh token is invalid, revoked, or expired.", InvalidGrant),
    (
        400,
        "invalid_grant",
        "Given authorization code is invalid, revoked, or expired.",
        InvalidGrant,
    ),
    (400, "invalid_request", "Code verifier is invalid.", InvalidRequest),
    (
        400,
        "unsupported_grant_type",
        "Client do not support given grant type.",
        UnsupportedGrantType,
    ),
    (400, "slow_down", "Something of tomorrow.", OAuthError),
    (400, "invalid_scope", "", InvalidScope),
]


@pytest.fixture(params=["client credentials", "refresh token"])
def call(request, site, connect):
    """Makes a call that needs a token first."""
    if request.param == "client credentials":
        credentials = ClientCredentials(CLIENT_ID, CLIENT_SECRET)
    else:
        credentials = RefreshToken(CLIENT_ID, "rt-1", on_rotation=lambda tokens: None)
    caller = connect(site.url, None, credentials=credentials)
    return lambda: caller.call(api.myself)


@pytest.mark.parametrize(("status", "error", "description", "kind"), REFUSALS)
def test_a_refusal_has_its_type_and_keeps_the_servers_words(
    site, call, status, error, description, kind
):
    body = json.dumps({"error": error, "error_description": description}).encode()
    site.faults.answer(TOKEN_PATH, status=status, body=body)
    with pytest.raises(OAuthError) as caught:
        call()
    refused = caught.value
    assert type(refused) is kind
    assert (refused.error, refused.description) == (error, description)
    assert f"{description or 'no reason given'} ({error})" in str(refused)
    assert ("log in again" in str(refused)) == (kind is InvalidGrant)
    assert refused.response is not None
    assert refused.outcome is Outcome.NOT_SENT
    assert not refused.retry_safe
    assert len(site.requests) == 1


def test_the_types_are_in_the_tree():
    assert issubclass(InvalidClient, AuthenticationError)
    assert issubclass(InvalidGrant, AuthenticationError)
    assert issubclass(InvalidScope, PermissionDenied)
    assert issubclass(OAuthError, RefusedError)


@pytest.mark.parametrize(
    ("credentials", "kind"),
    [
        (lambda: ClientCredentials(CLIENT_ID, "wrong"), InvalidClient),
        (lambda: ClientCredentials("22222222-2222-4333-8444-555555555555", "s"), InvalidClient),
        (lambda: RefreshToken(CLIENT_ID, "spent", on_rotation=print), InvalidGrant),
        (
            lambda: RefreshToken(CLIENT_ID, "rt", client_secret="wrong", on_rotation=print),
            InvalidClient,
        ),
    ],
)
def test_what_the_site_itself_refuses(site, connect, credentials, kind):
    caller = connect(site.url, None, credentials=credentials())
    with pytest.raises(kind):
        caller.call(api.myself)
    assert len(site.requests) == 1


REPLIES = {
    "no JSON": ({"status": 200, "body": f"access_token={SECRET}".encode()}, MalformedReply),
    "cut JSON": (
        {"status": 200, "body": f'{{"access_token": "{SECRET}"'.encode()},
        MalformedReply,
    ),
    "no token": ({"status": 200, "body": b'{"token_type": "bearer"}'}, MalformedReply),
    "no text": (
        {"status": 200, "body": granted(SECRET, refresh_token=[SECRET])},
        MalformedReply,
    ),
    "another type": (
        {"status": 200, "body": granted(SECRET).replace(b"bearer", SECRET.encode())},
        MalformedReply,
    ),
    "an empty token": ({"status": 200, "body": granted("")}, MalformedReply),
    "a newline": ({"status": 200, "body": granted(f"{SECRET}\n")}, MalformedReply),
    "a list": ({"status": 200, "body": b"[" * 100_000}, MalformedReply),
    "400 in words": ({"status": 400, "body": b'"Bad Request"'}, RefusedError),
    "404": ({"status": 404, "body": b"<html>not here"}, RefusedError),
    "429": ({"status": 429, "headers": {"retry-after": "3600"}}, RateLimited),
    "503": ({"status": 503, "times": 9}, ServerFailure),
    "redirect": (
        {"status": 307, "headers": {"location": f"https://other/?token={SECRET}"}},
        RedirectRefused,
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_that_grants_nothing(site, call, name):
    arguments, kind = REPLIES[name]
    site.faults.answer(TOKEN_PATH, **arguments)
    with pytest.raises(BackchannelError) as caught:
        call()
    assert type(caught.value) is kind
    assert SECRET not in str(caught.value)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert {asked.path for asked in site.requests} == {TOKEN_PATH}


def test_a_call_waits_out_what_passes(site, call):
    site.world.tokens[3].client_id = CLIENT_ID
    site.faults.answer(TOKEN_PATH, status=503, times=2)
    site.faults.answer(TOKEN_PATH, status=200, body=granted("tok-viewer"))
    assert call().username == "viewer"
    assert len(asked_for_tokens(site)) == 3
