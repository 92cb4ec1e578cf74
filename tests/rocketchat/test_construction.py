"""Making clients, closing them, and that the two have the same methods."""

from __future__ import annotations

import inspect

import pytest

from backchannel.errors import (
    ConfigurationError,
    InvalidInput,
)
from backchannel.local.rocketchat.seed import (
    BOT,
    GENERAL,
)
from backchannel.rocketchat import (
    AsyncRocketChat,
    PasswordLogin,
    RocketChat,
)
from backchannel.rocketchat.resources.files import AsyncFiles, Files
from backchannel.rocketchat.resources.messages import AsyncMessages, Messages
from backchannel.rocketchat.resources.rooms import AsyncRooms, Rooms


class TestConstruction:
    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("chat.example.org", "no http or https URL"),
            ("ftp://chat.example.org", "no http or https URL"),
            ("https://", "no http or https URL"),
            ("https://chat.example.org:x", "no http or https URL"),
            ("https://me:hush@chat.example.org", "user name or password"),
            ("https://chat.example.org/?token=hush", "no query and no fragment"),
            ("https://chat.example.org/#hush", "no query and no fragment"),
            ("https://chat.example.org/\nhush", "a blank, a control or a non-ASCII"),
            ("https://chat.example.org/é", "a blank, a control or a non-ASCII"),
            ("http://chat.example.org", "in clear text"),
        ],
    )
    @pytest.mark.parametrize("kind", [RocketChat, AsyncRocketChat])
    def test_a_url_that_cannot_work(self, kind, url, why):
        with pytest.raises(ConfigurationError, match=why) as caught:
            kind(url, user_id="u", auth_token="t")
        assert "hush" not in str(caught.value)

    @pytest.mark.parametrize("bad", ["", "to ken ", "t\nX-Evil: 1", "schlüssel"])
    @pytest.mark.parametrize("name", ["user_id", "auth_token"])
    def test_a_credential_that_cannot_work(self, name, bad):
        credentials = {"user_id": "u", "auth_token": "t"} | {name: bad}
        with pytest.raises(ConfigurationError, match=name) as caught:
            RocketChat("https://chat.example.org", **credentials)
        assert not bad or bad not in str(caught.value)

    def test_plain_http_is_the_callers_word(self):
        with RocketChat(
            "http://chat.example.org", user_id="u", auth_token="t", allow_plain_http=True
        ) as client:
            assert client.session.url == "http://chat.example.org"

    def test_a_server_below_a_path(self):
        with RocketChat("https://example.org/chat/", user_id="u", auth_token="t") as client:
            request = client.session.get("rooms.info", {"roomName": "a b&c"})
        assert request.url == "https://example.org/chat/api/v1/rooms.info?roomName=a+b%26c"

    def test_the_longest_text_is_a_parameter(self, connect, server):
        client = connect(server.url, max_message_units=3)
        with pytest.raises(InvalidInput):
            client.send_message(GENERAL, "four")
        with pytest.raises(ConfigurationError):
            connect(server.url, max_message_units=0)

    def test_the_environment(self, monkeypatch, server):
        monkeypatch.setenv("ROCKETCHAT_URL", server.url)
        monkeypatch.setenv("ROCKETCHAT_USER_ID", BOT.user_id)
        monkeypatch.setenv("ROCKETCHAT_AUTH_TOKEN", BOT.token)
        with RocketChat.from_env() as client:
            assert client.room_info("#general").id == GENERAL

    @pytest.mark.parametrize(
        ("settings", "credentials"),
        [
            ({"AUTH_TOKEN": "hush", "USER_ID": "u"}, "PersonalToken('u', ***)"),
            ({"AUTH_TOKEN": "hush"}, "ResumeToken(***)"),
            ({"USER": "bob", "PASSWORD": "hush"}, "PasswordLogin('bob', ***)"),
            (
                {"USER": "bob", "PASSWORD": "hush", "AUTH_TOKEN": "hush"},
                "PasswordLogin('bob', ***)",
            ),
            ({}, "neither ROCKETCHAT_AUTH_TOKEN nor ROCKETCHAT_USER is set"),
            ({"USER_ID": "u"}, "neither ROCKETCHAT_AUTH_TOKEN nor ROCKETCHAT_USER is set"),
            ({"USER": "bob"}, "ROCKETCHAT_PASSWORD is not set"),
            ({"PASSWORD": "hush"}, "ROCKETCHAT_USER is not set"),
            (
                {"USER": "bob", "PASSWORD": "hush", "USER_ID": "u"},
                "ROCKETCHAT_USER_ID and ROCKETCHAT_USER are set",
            ),
        ],
    )
    def test_the_credentials_of_the_environment(self, monkeypatch, settings, credentials):
        monkeypatch.setenv("ROCKETCHAT_URL", "https://chat.example.org")
        for name, value in settings.items():
            monkeypatch.setenv(f"ROCKETCHAT_{name}", value)
        try:
            with RocketChat.from_env() as client:
                shown = repr(client)
        except ConfigurationError as error:
            shown = str(error)
        assert credentials in shown
        assert "hush" not in shown

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"user_id": "u"},
            {"auth_token": "t"},
            {"user_id": "u", "auth_token": "t", "credentials": PasswordLogin("bob", "hush")},
        ],
    )
    def test_one_way_to_say_who_one_is(self, given):
        with pytest.raises(ConfigurationError, match="give user_id and auth_token, or credentials"):
            RocketChat("https://chat.example.org", **given)

    def test_a_closed_client_says_so(self, connect, server):
        client = connect(server.url)
        client.close()
        with pytest.raises(ConfigurationError, match="is closed"):
            client.get_message("m")

    def test_a_transport_that_was_given_stays_open(self, server):
        from backchannel.transport.requests import RequestsTransport

        transport = RequestsTransport()
        credentials = {"user_id": BOT.user_id, "auth_token": BOT.token}
        for _ in range(2):
            with RocketChat(server.url, **credentials, transport=transport) as client:
                assert client.room_info("#general").id == GENERAL
        transport.close()


def parameters(kind: type) -> dict[str, list[tuple[str, object, object]]]:
    """The parameters of every public method, of the constructor and of `with`: name, kind, default."""
    return {
        name.replace("__a", "__"): [
            (one.name, one.kind, one.default)
            for one in inspect.signature(getattr(kind, name)).parameters.values()
        ]
        for name in dir(kind)
        if not name.startswith("_") or name.endswith(("init__", "enter__", "exit__"))
        if callable(getattr(kind, name))
    }


def test_the_two_clients_have_the_same_methods():
    blocking, asynchronous = parameters(RocketChat), parameters(AsyncRocketChat)
    assert blocking == asynchronous
    assert {"__init__", "__enter__", "send_message", "history", "close"} < set(blocking)


GROUPS = [(Messages, AsyncMessages), (Rooms, AsyncRooms), (Files, AsyncFiles)]


@pytest.mark.parametrize(("blocking", "asynchronous"), GROUPS)
def test_the_groups_of_the_two_clients_have_the_same_methods(blocking, asynchronous):
    assert parameters(blocking) == parameters(asynchronous)
    for name in parameters(blocking).keys() - {"__init__"}:
        iterates = "Iterator" in str(inspect.signature(getattr(blocking, name)).return_annotation)
        twin = getattr(asynchronous, name)
        assert inspect.iscoroutinefunction(twin) is not iterates
        assert not iterates or "AsyncGenerator" in str(inspect.signature(twin).return_annotation)
        assert twin.__doc__.split(".")[0] == getattr(blocking, name).__doc__.split(".")[0]


def test_a_group_of_a_closed_client_says_so(connect):
    client = connect("http://127.0.0.1:9")
    client.close()
    for group in ("messages", "rooms", "files"):
        with pytest.raises(ConfigurationError, match="is closed"):
            getattr(client.client, group)


def test_the_async_clients_methods_are_awaited_or_iterated():
    awaited = {
        name
        for name, member in inspect.getmembers(AsyncRocketChat, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    assert awaited == {
        "send_message",
        "get_message",
        "room_info",
        "me",
        "load_limits",
        "logout",
        "close",
    }
    assert "AsyncGenerator" in str(inspect.signature(AsyncRocketChat.history).return_annotation)
