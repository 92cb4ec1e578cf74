"""From settings to clients, blocking and async."""

from __future__ import annotations

import sys

import pytest

import glimesh_api as api
from backchannel.configuration import GlimeshSettings, RocketChatSettings, load_configuration
from backchannel.errors import ConfigurationError
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import BOB

NOTHING: dict[str, str] = {}


def prints(secret: str) -> tuple[str, ...]:
    return (sys.executable, "-c", "import sys; print(sys.argv[1])", secret)


async def test_a_client_on_glimesh_has_its_token_from_a_command():
    with LocalGlimesh() as server:
        settings = GlimeshSettings(url=server.url, token_command=prints("tok-viewer"))
        account = load_configuration(glimesh=settings, environment=NOTHING).glimesh
        with account.client() as glimesh:
            assert api.myself(glimesh).username == "viewer"
        async with await account.async_client() as glimesh:
            assert (await api.myself(glimesh)).username == "viewer"


@pytest.mark.parametrize(
    "settings",
    [
        {"user_id": BOB.user_id, "auth_token": BOB.token},
        {"auth_token_command": prints(BOB.token)},
        {"user": BOB.username, "password_command": prints(BOB.password), "timeout": 5},
    ],
)
async def test_a_client_on_rocketchat_logs_in_as_it_is_told(settings):
    with LocalRocketChat() as server:
        settings = RocketChatSettings(url=server.url, **settings)
        servers = {"work": settings}
        account = load_configuration(servers=servers, environment=NOTHING).servers["work"]
        with account.client() as rocketchat:
            assert rocketchat.me().username == BOB.username
        async with await account.async_client() as rocketchat:
            assert (await rocketchat.me()).username == BOB.username


def test_a_login_is_kept_in_a_file_beside_the_configuration(write, tmp_path):
    path = write("[glimesh]\nclient_id = 'a'\ntoken_file = 'tokens.json'")
    account = load_configuration(path, environment=NOTHING).glimesh
    with account.client() as client, pytest.raises(Exception, match=r"tokens.json.*log in first"):
        api.myself(client)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "neither glimesh: token nor glimesh: client_id is set"),
        ({"token": "S3cret\n"}, "argument glimesh.token: token holds characters"),
        (
            {"token": "S3cret", "client_id": "S3cret"},
            "argument glimesh.token and argument .* alone",
        ),
        ({"client_secret": "S3cret"}, "glimesh.client_secret: glimesh: client_id must be set"),
        ({"token": "S3cret", "url": "ftp://S3cret"}, "argument glimesh.url: the server's URL"),
        ({"token": "S3cret", "url": "http://example.org"}, "glimesh.url: .* in clear text"),
        ({"token": "S3cret", "timeout": 0.0}, "glimesh.timeout: must be more than 0 seconds"),
        ({"token": "S3cret", "connect_timeout": float("nan")}, "glimesh.connect_timeout: must be"),
        (
            {"client_id": "a", "client_secret": "S3cret", "scopes": ("no such",)},
            "argument glimesh.scopes: ",
        ),
    ],
)
async def test_values_that_cannot_work_on_glimesh_are_named_by_their_source(settings, words):
    settings = GlimeshSettings(**{"url": "https://glimesh.tv", **settings})
    account = load_configuration(glimesh=settings, environment=NOTHING).glimesh
    with pytest.raises(ConfigurationError, match=words) as caught:
        account.client()
    assert "S3cret" not in str(caught.value)
    with pytest.raises(ConfigurationError) as again:
        await account.async_client()
    assert str(again.value) == str(caught.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "neither rocketchat: auth_token nor rocketchat: user is set"),
        ({"auth_token": "S3cret", "url": None}, "rocketchat: url is not set"),
        ({"auth_token": "S3crét"}, "argument rocketchat.auth_token: auth_token holds"),
        ({"user": "bob"}, "rocketchat: password is not set"),
        ({"user": " ", "password": "S3cret"}, "argument rocketchat.user: user is blank"),
        ({"user": "bob", "password": "S3cret", "user_id": "x"}, "rocketchat.user_id and argument"),
        ({"auth_token": "S3cret", "url": "http://example.org"}, "rocketchat.url: .* in clear text"),
    ],
)
async def test_values_that_cannot_work_on_rocketchat_are_named_by_their_source(settings, words):
    settings = RocketChatSettings(**{"url": "https://chat.example.org", **settings})
    account = load_configuration(rocketchat=settings, environment=NOTHING).rocketchat
    with pytest.raises(ConfigurationError, match=words) as caught:
        account.client()
    assert "S3cret" not in str(caught.value)
    with pytest.raises(ConfigurationError) as again:
        await account.async_client()
    assert str(again.value) == str(caught.value)
