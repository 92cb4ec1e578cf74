"""What `backchannel doctor` finds, on servers that are well and on servers that are not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, BOT
from support.oauth import CLIENT_ID
from support.rawserver import unused_port

BACKCHANNEL = Path(sys.executable).parent / "backchannel"


class Visit:
    """What one run of the doctor printed."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.findings = [json.loads(line) for line in done.stdout.splitlines()]
        self.text = done.stdout + done.stderr

    def of(self, check: str) -> dict[str, str]:
        """The one finding of a check, of the last account."""
        return [finding for finding in self.findings if finding["check"] == check][-1]

    @property
    def failed(self) -> list[str]:
        return [found["check"] for found in self.findings if found["status"] == "failed"]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment without settings."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}


@pytest.fixture
def visit(env) -> Callable[..., Visit]:
    def visit(*arguments: str, **variables: str) -> Visit:
        command = [BACKCHANNEL, "doctor", "--json", *arguments]
        done = subprocess.run(
            command, env=env | variables, capture_output=True, text=True, timeout=90
        )
        found = Visit(done)
        for name, value in variables.items():
            if name.endswith(("TOKEN", "PASSWORD", "SECRET")):
                assert value not in found.text
        return found

    return visit


@pytest.fixture
def chat() -> Iterator[LocalRocketChat]:
    with LocalRocketChat(rate_limit=True) as server:
        yield server


@pytest.fixture
def glimesh() -> Iterator[LocalGlimesh]:
    with LocalGlimesh() as server:
        yield server


def account(chat: LocalRocketChat, user=ALICE) -> dict[str, str]:
    return {
        "ROCKETCHAT_URL": chat.url,
        "ROCKETCHAT_USER_ID": user.user_id,
        "ROCKETCHAT_AUTH_TOKEN": user.token,
    }


def test_all_is_well(visit, chat, glimesh):
    found = visit(**account(chat), GLIMESH_URL=glimesh.url, GLIMESH_TOKEN="tok-viewer")
    assert (found.code, found.failed) == (0, [])
    assert [(each["account"], each["check"]) for each in found.findings] == [
        ("", "configuration"),
        *(
            ("glimesh", check)
            for check in (
                *("configuration", "reachability", "clock", "version"),
                *("credential", "scopes", "rate_limit"),
            )
        ),
        *(
            ("rocketchat", check)
            for check in (
                *("configuration", "reachability", "clock", "version"),
                *("credential", "rate_limit", "permissions"),
            )
        ),
    ]
    assert found.of("version")["message"].endswith("the server is Rocket.Chat 8.8")
    assert found.of("credential")["message"] == "logged in as alice"
    assert found.of("rate_limit")["message"].startswith("9 of 10 calls")
    assert found.of("permissions")["message"].startswith("roles of alice: user;")
    assert (
        "auth_token from the environment variable ROCKETCHAT_AUTH_TOKEN"
        in (found.of("configuration")["message"])
    )


def test_nothing_is_written_to_find_out(visit, glimesh):
    before = len(glimesh.world.messages)
    found = visit(GLIMESH_URL=glimesh.url, GLIMESH_TOKEN="tok-viewer")
    assert found.of("scopes")["message"] == "the token may read and chat"
    assert len(glimesh.world.messages) == before


def test_people_read_lines_with_advice(env, chat):
    settings = account(chat) | {"ROCKETCHAT_AUTH_TOKEN": "S3cret"}
    done = subprocess.run(
        [BACKCHANNEL, "doctor"], env=env | settings, capture_output=True, text=True
    )
    assert "FAILED  rocketchat credential: " in done.stdout
    assert done.stdout.splitlines()[-1] == ("        -> log in again: backchannel login rocketchat")
    assert "S3cret" not in done.stdout + done.stderr


def test_each_mistake_of_a_file_has_a_line(env, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("[glimesh]\ntokne = 1\nurk = 2\n")
    done = subprocess.run(
        [BACKCHANNEL, "doctor", "--config", str(file)], env=env, capture_output=True, text=True
    )
    first, second, advice = done.stdout.splitlines()
    assert first.startswith(f"FAILED  configuration: {file}:2:1: glimesh.tokne: ")
    assert second.startswith(f"        {file}:3:1: glimesh.urk: ")
    assert advice.startswith("        -> ")


def test_no_configuration(visit):
    found = visit()
    assert (found.code, found.failed) == (2, ["configuration"])
    assert "backchannel login" in found.of("configuration")["advice"]


def test_a_file_with_a_mistake(visit, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('[glimesh]\ntokne = "S3cret"\n')
    file.chmod(0o600)
    found = visit("--config", str(file))
    assert (found.code, found.failed) == (2, ["configuration"])
    assert (
        f"{file}:2:1: glimesh.tokne: unknown key. Did you mean token?"
        in (found.of("configuration")["message"])
    )
    assert "S3cret" not in found.text


@pytest.mark.parametrize("platform", ["GLIMESH", "ROCKETCHAT"])
def test_a_server_that_is_down(visit, platform):
    url = f"http://127.0.0.1:{unused_port()}"
    token = "GLIMESH_TOKEN" if platform == "GLIMESH" else "ROCKETCHAT_AUTH_TOKEN"
    found = visit(**{f"{platform}_URL": url, token: "S3cret"})
    assert (found.code, found.failed) == (5, ["reachability"])
    assert "the server runs" in found.of("reachability")["advice"]


def test_a_server_that_fails(visit, chat):
    chat.faults.html(status=503, times=50)
    found = visit(**account(chat))
    assert (found.code, found.failed) == (5, ["reachability"])
    assert "try again" in found.of("reachability")["advice"]


def test_an_address_at_which_something_else_answers(visit, glimesh, chat):
    found = visit(**account(chat) | {"ROCKETCHAT_URL": glimesh.url})
    assert found.code != 0
    assert "url" in found.findings[-1]["advice"]


def test_a_clock_that_is_wrong(visit):
    with LocalRocketChat(clock=lambda: time.time() + 7_200) as server:
        found = visit(**account(server))
    assert (found.code, found.of("clock")["status"]) == (0, "warning")
    assert " seconds behind the server's" in found.of("clock")["message"]
    assert "NTP" in found.of("clock")["advice"]


def test_a_token_that_is_wrong(visit, chat, glimesh):
    found = visit(**account(chat) | {"ROCKETCHAT_AUTH_TOKEN": "S3cret"})
    assert (found.code, found.failed) == (3, ["credential"])
    assert found.of("credential")["advice"] == "log in again: backchannel login rocketchat"
    over = visit(GLIMESH_URL=glimesh.url, GLIMESH_TOKEN="tok-expired")
    assert (over.code, over.failed) == (3, ["credential"])
    assert over.of("credential")["advice"] == "log in again: backchannel login glimesh"


def test_a_token_without_the_scope_chat(visit, glimesh):
    found = visit(GLIMESH_URL=glimesh.url, GLIMESH_TOKEN="tok-public")
    assert (found.code, found.failed) == (3, ["scopes"])
    assert "lacks the scope chat" in found.of("scopes")["message"]


def test_a_client_id_only_reads(visit, glimesh):
    found = visit(GLIMESH_URL=glimesh.url, GLIMESH_CLIENT_ID=CLIENT_ID)
    assert found.code == 0
    assert found.of("credential")["message"] == "a Client-ID, which only reads"
    assert found.of("scopes")["status"] == "skipped"


def test_a_limit_that_is_used_up(visit, chat):
    for _ in range(9):
        chat.limit.count("GET", "/api/v1/me", "127.0.0.1")
    found = visit(**account(chat))
    assert (found.code, found.of("rate_limit")["status"]) == (0, "warning")
    assert "role bot" in found.of("rate_limit")["advice"]
    assert visit(**account(chat, BOT)).of("rate_limit")["status"] == "ok"


def test_a_room_is_looked_at_when_it_is_named(visit, chat):
    found = visit("rocketchat:attic", **account(chat))
    assert "history" in found.of("room")["message"].split("; not: ")[0]
    assert "send" in found.of("room")["message"].split("; not: ")[1]
    missing = visit("rocketchat:nowhere", **account(chat))
    assert (missing.code, missing.failed) == (4, ["room"])


def test_an_account_that_is_not_configured_is_a_mistake_of_the_call(visit, chat):
    found = visit("rocketchat+work", **account(chat))
    assert found.code == 2
    assert "no account rocketchat+work is configured; there is rocketchat" in found.text


@pytest.mark.parametrize(("age", "version"), [(3, "3.18"), (7, "7.9")])
def test_the_server_s_version(visit, age, version):
    with LocalRocketChat(age=age) as server:
        message = visit(**account(server)).of("version")["message"]
    assert message.endswith(f"Rocket.Chat {version}")
