"""A chat of what is configured, blocking and async, on the servers of both platforms."""

from __future__ import annotations

import sys

import pytest

from backchannel.configuration import load_configuration, open_async_chat, open_chat
from backchannel.errors import ConfigurationError
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import BOB

NOTHING: dict[str, str] = {}


@pytest.fixture(scope="module")
def glimesh_server():
    with LocalGlimesh() as server:
        yield server


@pytest.fixture(scope="module")
def rocketchat_server():
    with LocalRocketChat() as server:
        yield server


@pytest.fixture
def file(write, glimesh_server, rocketchat_server):
    """Both platforms, and a second server; their secrets come from commands."""
    prints = f"[{sys.executable!r}, '-c', 'import sys; print(sys.argv[1])'"
    return write(f"""\
[glimesh]
url = "{glimesh_server.url}"
token_command = {prints}, "tok-viewer"]

[rocketchat]
url = "{rocketchat_server.url}"
user_id = "{BOB.user_id}"
auth_token_command = {prints}, "{BOB.token}"]

[rocketchat.work]
url = "{rocketchat_server.url}"
user = "{BOB.username}"
password_command = {prints}, "{BOB.password}"]
timeout = 5
""")


ROOMS = ("glimesh:streamer", "rocketchat:general", "rocketchat+work:general")


def test_a_chat_of_the_file_sends_everywhere(file):
    with open_chat(load_configuration(file, environment=NOTHING)) as chat:
        for room in ROOMS:
            assert chat.send(room, f"hello {room}").require().text == f"hello {room}"


async def test_the_async_chat_does_too(file):
    async with open_async_chat(load_configuration(file, environment=NOTHING)) as chat:
        for room in ROOMS:
            assert (await chat.send(room, f"ahoy {room}")).require().text == f"ahoy {room}"


def test_clients_are_closed_at_the_end(file):
    with open_chat(load_configuration(file, environment=NOTHING)) as chat:
        pass
    with pytest.raises(ConfigurationError, match="is closed"):
        chat.send(ROOMS[0], "late")


def test_secrets_of_accounts_that_are_not_needed_are_not_fetched(write, glimesh_server):
    path = write(f"""
[glimesh]
url = "{glimesh_server.url}"
token = "tok-viewer"
[rocketchat]
url = "https://chat.example.org"
auth_token_command = ["/nowhere"]
""")
    configuration = load_configuration(path, environment=NOTHING)
    with open_chat(configuration, only=["glimesh"]) as chat:
        assert chat.send("glimesh:streamer", "hi").require()
    with (
        pytest.raises(ConfigurationError, match="'/nowhere' cannot be run"),
        open_chat(configuration),
    ):
        pass
    with (
        pytest.raises(ConfigurationError, match=r"no account irc .* there is glimesh, rocketchat"),
        open_chat(configuration, only=["irc"]),
    ):
        pass


def test_without_any_account_it_is_said_where_one_was_looked_for(write):
    with (
        pytest.raises(ConfigurationError, match="no account is configured: there is no file"),
        open_chat(load_configuration(environment=NOTHING)),
    ):
        pass
    with (
        pytest.raises(ConfigurationError, match=r"config.toml sets none"),
        open_chat(load_configuration(write(""), environment=NOTHING)),
    ):
        pass
