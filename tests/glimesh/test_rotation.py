"""A refresh token is spent at its use; its successor is never lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import glimesh_api as api
from backchannel import Glimesh
from backchannel.drive import Driver
from backchannel.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionLost,
    Outcome,
    PermissionDenied,
)
from backchannel.glimesh.grants import RefreshToken
from backchannel.glimesh.oauth import InvalidGrant, Tokens
from backchannel.glimesh.stores import TokenStore
from backchannel.glimesh.tokenfile import FileStore
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.retry import NO_RETRY
from backchannel.wire.secrets import Secret
from support.oauth import (
    CLIENT_ID,
    TOKEN_PATH,
    Clocks,
    asked_for_tokens,
    end_tokens,
    granted,
    log_in,
)

STREAMER = 1


def shown(tokens: Tokens | None) -> str:
    assert tokens is not None
    assert tokens.refresh_token is not None
    return tokens.refresh_token.reveal()


class MemoryStore(TokenStore):
    """Keeps tokens, and can be told to fail."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.saved = [] if tokens is None else [tokens]
        self.failing = False

    def load(self) -> Tokens | None:
        return self.saved[-1] if self.saved else None

    def save(self, tokens: Tokens) -> None:
        if self.failing:
            raise ConfigurationError("the disk is full")
        self.saved.append(tokens)


# --- handed over


def test_the_next_token_is_handed_over_before_it_is_used(site, connect):
    log_in(site.world, "rt-1")
    paths: list[list[str]] = []
    handed: list[Tokens] = []

    def on_rotation(tokens: Tokens) -> None:
        handed.append(tokens)
        paths.append([asked.path for asked in site.requests])

    credentials = RefreshToken(CLIENT_ID, "rt-1", on_rotation=on_rotation)
    caller = connect(site.url, None, credentials=credentials)
    for _ in range(3):
        assert caller.call(api.myself).username == "viewer"
        end_tokens(site.world)
    shown_to_server = [request["refresh_token"] for request in asked_for_tokens(site)]
    assert shown_to_server == ["rt-1", *[shown(tokens) for tokens in handed[:-1]]]
    assert len(set(shown_to_server)) == len(handed) == 3
    assert [path.count(TOKEN_PATH) for path in paths] == [1, 2, 3]
    assert paths[0] == [TOKEN_PATH]
    assert handed[0].scopes == ("public", "chat")


def test_an_error_of_the_callback_comes_out_and_the_tokens_are_handed_over_again(site, connect):
    log_in(site.world, "rt-1")
    handed: list[Tokens] = []

    def on_rotation(tokens: Tokens) -> None:
        handed.append(tokens)
        if len(handed) == 1:
            raise OSError("no disk")

    credentials = RefreshToken(CLIENT_ID, "rt-1", on_rotation=on_rotation)
    caller = connect(site.url, None, credentials=credentials)
    with pytest.raises(OSError, match="no disk"):
        caller.call(api.myself)
    assert caller.call(api.myself).username == "viewer"
    assert handed[0] == handed[1]
    assert len(asked_for_tokens(site)) == 1


def test_tokens_that_could_not_be_stored_are_stored_before_anything_else(site, connect):
    log_in(site.world, "rt-1")
    store = MemoryStore()
    store.failing = True
    caller = connect(site.url, None, credentials=RefreshToken(CLIENT_ID, "rt-1", store=store))
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="the disk is full"):
            caller.call(api.myself)
    store.failing = False
    assert caller.call(api.myself).username == "viewer"
    assert len(asked_for_tokens(site)) == len(store.saved) == 1


def test_a_server_that_leaves_the_token_in_force_need_not_repeat_it(site, connect):
    site.faults.answer(TOKEN_PATH, status=200, body=granted("tok-viewer", expires_in=60))
    store = MemoryStore()
    caller = connect(site.url, None, credentials=RefreshToken(CLIENT_ID, "rt-1", store=store))
    caller.call(api.myself)
    assert shown(store.load()) == "rt-1"


# --- lost


def test_a_renewal_whose_request_was_lost_is_made_again_with_the_same_token(site, connect):
    log_in(site.world, "rt-1")
    site.faults.cut_before_apply(TOKEN_PATH)
    credentials = RefreshToken(CLIENT_ID, "rt-1", store=MemoryStore())
    caller = connect(site.url, None, credentials=credentials)
    assert caller.call(api.myself).username == "viewer"
    assert [request["refresh_token"] for request in asked_for_tokens(site)] == ["rt-1", "rt-1"]


def test_a_renewal_whose_reply_was_lost_says_what_is_known(site, connect):
    log_in(site.world, "rt-1")
    site.faults.cut_after_apply(TOKEN_PATH)
    credentials = RefreshToken(CLIENT_ID, "rt-1", store=MemoryStore())
    caller = connect(site.url, None, credentials=credentials, retry=NO_RETRY)
    hi = {"channel_id": "1", "message": {"message": "hi"}}
    with pytest.raises(ConnectionLost, match="the call itself was not sent") as caught:
        caller.call(api.create_chat_message, **hi)
    assert caught.value.outcome is Outcome.NOT_SENT
    with pytest.raises(InvalidGrant, match=r"log in again; .* whose reply was lost") as refused:
        caller.call(api.create_chat_message, **hi)
    assert refused.value.description == "Given refresh token is invalid, revoked, or expired."
    assert site.texts() == []


def test_a_spent_token_is_shown_once_a_call(site, connect):
    store = MemoryStore()
    caller = connect(site.url, None, credentials=RefreshToken(CLIENT_ID, "spent", store=store))
    with pytest.raises(InvalidGrant, match="log in again") as caught:
        caller.call(api.myself)
    assert "lost" not in str(caught.value)
    assert len(asked_for_tokens(site)) == 1
    assert store.saved == []


# --- from a store


def test_a_stored_token_that_lives_is_used_without_asking(site, connect):
    tokens = Tokens(access_token=Secret("tok-viewer"), expires_at=4e9)
    store = MemoryStore(tokens)
    caller = connect(site.url, None, credentials=RefreshToken(CLIENT_ID, store=store))
    assert caller.call(api.myself).username == "viewer"
    assert asked_for_tokens(site) == []


@pytest.mark.parametrize("expires_at", [0.0, 4e9])
def test_a_stored_token_that_is_over_or_refused_is_renewed(site, connect, expires_at):
    log_in(site.world, "rt-1")
    tokens = Tokens(
        access_token=Secret("access-of-rt-1"),
        refresh_token=Secret("rt-1"),
        expires_at=expires_at,
    )
    store = MemoryStore(tokens)
    caller = connect(site.url, None, credentials=RefreshToken(CLIENT_ID, store=store))
    assert caller.call(api.myself).username == "viewer"
    assert len(asked_for_tokens(site)) == 1


@pytest.mark.parametrize("jump", [-1e9, -3600, 3600, 1e9])
def test_setting_the_clock_neither_keeps_a_token_nor_spends_one(site, connect, jump):
    log_in(site.world, "rt-1")
    clocks = Clocks()
    credentials = RefreshToken(CLIENT_ID, "rt-1", store=MemoryStore())
    caller = connect(site.url, None, credentials=credentials, chance=clocks.chance)
    caller.call(api.myself)
    clocks.wall += jump
    clocks.ticks += 86400 - 61
    caller.call(api.myself)
    assert len(asked_for_tokens(site)) == 1
    clocks.ticks += 1
    caller.call(api.myself)
    assert len(asked_for_tokens(site)) == 2


def test_what_another_process_has_stored_meanwhile_is_used(site, connect):
    log_in(site.world, "rt-1")
    store = MemoryStore()
    caller = connect(site.url, None, credentials=RefreshToken(CLIENT_ID, "rt-1", store=store))
    caller.call(api.myself)
    end_tokens(site.world)
    store.save(msgspec.structs.replace(store.saved[-1], access_token=Secret("tok-streamer")))
    assert caller.call(api.myself).username == "streamer"
    assert len(asked_for_tokens(site)) == 1


def test_who_is_slower_than_another_process_without_a_lock_takes_what_it_stored(site, connect):
    store = MemoryStore(Tokens(access_token=Secret("old"), refresh_token=Secret("spent")))
    quicker = Tokens(access_token=Secret("tok-viewer"), refresh_token=Secret("rt-2"))

    class Raced(MemoryStore):
        def load(self) -> Tokens | None:
            found = super().load()
            self.saved.append(quicker)
            return found

    store = Raced(Tokens(access_token=Secret("o"), refresh_token=Secret("spent"), expires_at=0.0))
    caller = connect(site.url, None, credentials=RefreshToken(CLIENT_ID, store=store))
    assert caller.call(api.myself).username == "viewer"
    assert len(asked_for_tokens(site)) == 1


def test_a_newer_login_goes_before_what_is_stored(site, connect, tmp_path):
    log_in(site.world, "rt-1")
    log_in(site.world, "rt-other", user_id=STREAMER)
    store = FileStore(tmp_path / "tokens")
    for first, username in [("rt-1", "viewer"), ("rt-1", "viewer"), ("rt-other", "streamer")]:
        credentials = RefreshToken(CLIENT_ID, first, store=store)
        assert connect(site.url, None, credentials=credentials).call(api.myself).username == (
            username
        )
    assert len(asked_for_tokens(site)) == 2


def test_an_empty_store_wants_a_login(site, connect, tmp_path):
    credentials = RefreshToken(CLIENT_ID, store=FileStore(tmp_path / "tokens"))
    with pytest.raises(AuthenticationError, match=r"tokens.* holds no refresh token: log in first"):
        connect(site.url, None, credentials=credentials).call(api.myself)
    assert site.requests == []


def test_a_lock_that_is_never_free_is_waited_for_a_minute():
    class Locked(MemoryStore):
        def acquire(self) -> bool:
            return False

    clocks = Clocks()

    def sleep(seconds: float) -> None:
        clocks.ticks += seconds

    credentials = RefreshToken(CLIENT_ID, store=Locked())
    credentials.bind("https://glimesh.example", clocks.chance)
    transport = RequestsTransport()
    with pytest.raises(ConfigurationError, match="has been locked for 60 seconds"):
        Driver(transport, sleep).run(credentials.headers())
    transport.close()
    assert 60 < clocks.ticks - 1000 < 61


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "store or on_rotation"),
        ({"refresh_token": "rt"}, "store or on_rotation"),
        ({"refresh_token": "rt", "store": MemoryStore(), "on_rotation": print}, "one of the two"),
        ({"on_rotation": print}, "refresh_token to begin with"),
        ({"refresh_token": "", "on_rotation": print}, "refresh_token is empty"),
        ({"refresh_token": "r\n", "on_rotation": print}, "refresh_token holds characters"),
        ({"client_secret": "", "store": MemoryStore()}, "client_secret is empty"),
    ],
)
def test_arguments_that_cannot_work(arguments, words):
    with pytest.raises(ConfigurationError, match=words):
        RefreshToken(CLIENT_ID, **arguments)


# --- real processes

PROGRAM = """
import os, sys
import glimesh_api as api
from backchannel import Glimesh
from backchannel.glimesh.grants import RefreshToken
from backchannel.glimesh.tokenfile import FileStore

class DiesAfterSaving(FileStore):
    def save(self, tokens):
        super().save(tokens)
        os._exit(9)

url, path, client_id, dies = sys.argv[1:]
store = (DiesAfterSaving if dies == "dies" else FileStore)(path)
with Glimesh(credentials=RefreshToken(client_id, "rt-1", store=store), url=url) as glimesh:
    print("ready", flush=True)
    sys.stdin.readline()
    print(api.myself(glimesh).username, flush=True)
"""


def start(site, path: Path, *, dies: bool = False) -> subprocess.Popen[str]:
    arguments = [site.url, str(path), CLIENT_ID, "dies" if dies else "lives"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_process_that_dies_right_after_the_renewal_loses_nothing(site, tmp_path):
    log_in(site.world, "rt-1")
    path = tmp_path / "tokens"
    with start(site, path, dies=True) as dying:
        dying.communicate("go\n", timeout=60)
    assert dying.returncode == 9
    assert [asked.path for asked in site.requests] == [TOKEN_PATH]
    end_tokens(site.world)
    credentials = RefreshToken(CLIENT_ID, "rt-1", store=FileStore(path))
    with Glimesh(credentials=credentials, url=site.url) as glimesh:
        assert api.myself(glimesh).username == "viewer"


def test_processes_that_share_a_file_renew_once(site, tmp_path):
    log_in(site.world, "rt-1")
    site.faults.delay(TOKEN_PATH, seconds=0.3)
    processes = [start(site, tmp_path / "tokens") for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert said == ["viewer\n"] * 4
    assert len(asked_for_tokens(site)) == 1


def test_missing_rights_are_told_as_ever(site, connect):
    log_in(site.world, "rt-1")
    credentials = RefreshToken(CLIENT_ID, "rt-1", store=MemoryStore())
    with pytest.raises(PermissionDenied):
        connect(site.url, None, credentials=credentials).call(api.follow, streamer_id=1)
