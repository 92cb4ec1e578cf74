"""Logging in at a terminal: secrets are asked for, kept where configuration looks, and never shown."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from backchannel.configuration import load_configuration
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.second_factor import totp
from backchannel.local.rocketchat.seed import ALICE
from support.oauth import CLIENT_ID
from support.rawserver import unused_port
from support.terminal import Terminal

BACKCHANNEL = Path(sys.executable).parent / "backchannel"
SECRET = b"a secret of 20 bytes"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment without settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "TERM": "dumb"}


@pytest.fixture
def chat() -> Iterator[LocalRocketChat]:
    with LocalRocketChat() as server:
        yield server


@pytest.fixture
def glimesh() -> Iterator[LocalGlimesh]:
    with LocalGlimesh() as server:
        yield server


def at_terminal(env, *arguments: str) -> Terminal:
    return Terminal([BACKCHANNEL, "login", *arguments], env)


def piped(env, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run it where there is no terminal at all."""
    return subprocess.run(
        [BACKCHANNEL, "login", *arguments],
        env=env,
        input=given,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
    )


def tokens_of(chat: LocalRocketChat) -> list[str]:
    return chat.world.users[ALICE.user_id].tokens


def test_a_password_is_asked_for_and_the_token_found_by_configuration(env, chat, tmp_path):
    with at_terminal(env, "rocketchat") as terminal:
        terminal.answer("Server: ", chat.url)
        terminal.answer("User name or e-mail address: ", "alice")
        terminal.answer("Password of alice: ", ALICE.password)
        assert terminal.end() == 0
    kept = tmp_path / "backchannel" / "logins" / "rocketchat.toml"
    assert f"Logged in at {chat.url} as alice.\nThe token is kept in {kept};" in terminal.shown
    assert "But" not in terminal.shown
    for secret in (ALICE.password, *tokens_of(chat)):
        assert secret not in terminal.shown
    assert ALICE.password not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with load_configuration(environment=env).rocketchat.client() as client:
        assert client.me().username == "alice"


def test_the_code_of_a_second_factor_is_asked_for_until_it_is_right(env, chat):
    user = chat.world.users[ALICE.user_id]
    user.two_factor, user.totp_secret = ("totp",), SECRET
    code = totp(SECRET, chat.world.time())
    with at_terminal(env, "rocketchat", chat.url, "--user", "alice") as terminal:
        terminal.answer("Password of alice: ", ALICE.password)
        terminal.answer("Code of your authenticator: ", "wrong")
        terminal.answer("Code of your authenticator: ", code)
        assert terminal.end() == 0
    for secret in (ALICE.password, "wrong", code, *tokens_of(chat)):
        assert secret not in terminal.shown


def test_three_wrong_codes_are_enough(env, chat):
    user = chat.world.users[ALICE.user_id]
    user.two_factor, user.totp_secret = ("totp",), SECRET
    with at_terminal(env, "rocketchat", chat.url, "--user", "alice") as terminal:
        terminal.answer("Password of alice: ", ALICE.password)
        for _ in range(3):
            terminal.answer("Code of your authenticator: ", "wrong")
        assert terminal.end() == 3
    assert "wrong" not in terminal.shown


def test_a_wrong_password_is_refused_without_being_told(env, chat, tmp_path):
    with at_terminal(env, "rocketchat", chat.url, "--user", "alice") as terminal:
        terminal.answer("Password of alice: ", "S3cret")
        assert terminal.end() == 3
    assert "Unauthorized" in terminal.shown
    assert "S3cret" not in terminal.shown
    assert "Traceback" not in terminal.shown
    assert not list(tmp_path.rglob("*.toml"))


def test_scripts_give_password_and_code_on_standard_input(env, chat):
    user = chat.world.users[ALICE.user_id]
    user.two_factor, user.totp_secret = ("totp",), SECRET
    arguments = ("rocketchat", chat.url, "--user", "alice", "--password-stdin")
    done = piped(env, *arguments, given=f"{ALICE.password}\n{totp(SECRET, chat.world.time())}\n")
    assert (done.returncode, done.stderr) == (0, "")
    alone = piped(env, *arguments, given=f"{ALICE.password}\n")
    assert alone.returncode == 3
    assert "Traceback" not in alone.stderr


def test_standard_input_that_is_a_terminal_shows_nothing_either(env, chat):
    arguments = ("rocketchat", chat.url, "--user", "alice", "--password-stdin")
    with at_terminal(env, *arguments) as terminal:
        terminal.answer("Password of alice: ", ALICE.password)
        assert terminal.end() == 0
    assert ALICE.password not in terminal.shown


def test_where_there_is_no_terminal_it_says_what_to_give(env, chat):
    nothing = piped(env, "rocketchat")
    assert (nothing.returncode, "give URL" in nothing.stderr) == (2, True)
    nobody = piped(env, "rocketchat", chat.url, "--user", "alice", given="S3cret\n")
    assert (nobody.returncode, "give --password-stdin" in nobody.stderr) == (2, True)
    assert "S3cret" not in nobody.stdout + nobody.stderr


def test_a_server_of_another_name_is_another_account(env, chat):
    arguments = ("rocketchat", chat.url, "--user", "alice", "--password-stdin")
    assert piped(env, *arguments, "--account", "rocketchat+work", given=ALICE.password).stderr == ""
    configuration = load_configuration(environment=env)
    assert configuration.rocketchat is None
    with configuration.servers["work"].client() as client:
        assert client.me().username == "alice"
    bad = piped(env, *arguments, "--account", "work", given=ALICE.password)
    assert (bad.returncode, "--account: 'work'" in bad.stderr) == (2, True)


def test_a_login_that_something_stronger_displaces_says_so(env, chat):
    env |= {"ROCKETCHAT_USER": "bob", "ROCKETCHAT_PASSWORD": "S3cret"}
    arguments = ("rocketchat", chat.url, "--user", "alice", "--password-stdin")
    done = piped(env, *arguments, given=ALICE.password)
    assert "But it is not in use" in done.stdout
    assert "ROCKETCHAT_USER" in done.stdout
    assert "S3cret" not in done.stdout


def test_leaving_at_a_question_keeps_nothing(env, chat, tmp_path):
    with at_terminal(env, "rocketchat", chat.url, "--user", "alice") as terminal:
        terminal.answer("Password of alice: ", "\x03")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert not list(tmp_path.rglob("*.toml"))


# --- Glimesh


def redirect_for(glimesh: LocalGlimesh) -> str:
    uri = f"http://127.0.0.1:{unused_port()}/callback"
    next(app for app in glimesh.world.apps if app.client_id == CLIENT_ID).redirect_uris.append(uri)
    return uri


def glimesh_arguments(glimesh: LocalGlimesh) -> tuple[str, ...]:
    url, uri = glimesh.url, redirect_for(glimesh)
    return "glimesh", "--url", url, "--client-id", CLIENT_ID, "--redirect-uri", uri


def secrets_of(glimesh: LocalGlimesh) -> list[str]:
    made = [row for row in glimesh.world.tokens if row.client_id == CLIENT_ID]
    return [text for row in made for text in (row.value, row.refresh_token) if text]


def test_a_browser_logs_in_and_the_tokens_are_found_by_configuration(env, glimesh, tmp_path):
    visit = tmp_path / "visit.py"
    visit.write_text("import sys, requests; requests.get(sys.argv[1] + '&as=viewer', timeout=10)")
    env["BROWSER"] = f"{sys.executable} {visit} %s"
    with at_terminal(env, *glimesh_arguments(glimesh)) as terminal:
        assert terminal.end() == 0
    kept = tmp_path / "backchannel" / "logins" / "glimesh.tokens"
    assert f"at {glimesh.url} as viewer, with the scopes: public chat" in terminal.shown
    assert f"The token is kept in {kept};" in terminal.shown
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    secrets = secrets_of(glimesh)
    assert len(secrets) >= 2
    assert not [secret for secret in secrets if secret in terminal.shown]
    with load_configuration(environment=env).glimesh.client() as client:
        assert client.driver.run(client.backend.me()).username == "viewer"


def test_without_a_browser_the_page_is_shown(env, glimesh):
    arguments = (*glimesh_arguments(glimesh), "--no-browser", "--scope", "public")
    with at_terminal(env, *arguments) as terminal:
        terminal.await_text("code_challenge_method=S256")
        terminal.await_text("\n", after=len(terminal.shown) - 1)
        [page] = re.findall(r"http\S+/oauth/authorize\S+", terminal.shown)
        assert parse_qs(urlsplit(page).query)["scope"] == ["public"]
        requests.get(f"{page}&as=viewer", timeout=10)
        assert terminal.end() == 0
    assert "code_verifier" not in terminal.shown
    assert not [secret for secret in secrets_of(glimesh) if secret in terminal.shown]


def test_a_person_who_says_no_is_not_logged_in(env, glimesh, tmp_path):
    with at_terminal(env, *glimesh_arguments(glimesh), "--no-browser") as terminal:
        terminal.await_text("code_challenge_method=S256")
        terminal.await_text("\n", after=len(terminal.shown) - 1)
        [page] = re.findall(r"http\S+/oauth/authorize\S+", terminal.shown)
        requests.get(f"{page}&deny=yes", timeout=10)
        assert terminal.end() == 3
    assert not list(tmp_path.rglob("glimesh*"))


def test_waiting_can_be_left(env, glimesh, tmp_path):
    with at_terminal(env, *glimesh_arguments(glimesh), "--no-browser") as terminal:
        terminal.await_text("code_challenge_method=S256")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert not list(tmp_path.rglob("glimesh*"))


def test_nobody_who_comes_is_told_as_a_failure_that_may_pass(env, glimesh):
    done = piped(env, *glimesh_arguments(glimesh), "--no-browser", "--patience", "0.2")
    assert done.returncode == 5
    assert "nobody logged in within 0.2 seconds" in done.stderr


# --- the keyring

MEMORY = """
import json, os, pathlib
from keyring.backend import KeyringBackend

class Memory(KeyringBackend):
    priority = 1
    path = pathlib.Path(os.environ["MEMORY"])

    def _all(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service}/{username}")

    def set_password(self, service, username, password):
        self.path.write_text(json.dumps({**self._all(), f"{service}/{username}": password}))
"""


@pytest.fixture
def keyring_env(env, tmp_path, monkeypatch) -> dict[str, str]:
    """An environment whose keyring is a file."""
    (tmp_path / "memory_keyring.py").write_text(MEMORY)
    env |= {
        "PYTHONPATH": str(tmp_path),
        "PYTHON_KEYRING_BACKEND": "memory_keyring.Memory",
        "MEMORY": str(tmp_path / "kept.json"),
    }
    return env


WHO = """
from backchannel.configuration import load_configuration
[account] = load_configuration().accounts
with account.client() as client:
    print(client.driver.run(client.backend.me()).username)
"""


def who(env) -> str:
    command = [sys.executable, "-c", WHO]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def test_a_keyring_keeps_what_is_secret(keyring_env, chat, tmp_path):
    arguments = ("rocketchat", chat.url, "--user", "alice", "--password-stdin", "--keyring")
    done = piped(keyring_env, *arguments, given=ALICE.password)
    assert "in the system's keyring, as backchannel/rocketchat;" in done.stdout
    kept = (tmp_path / "backchannel" / "logins" / "rocketchat.toml").read_text()
    assert not [token for token in tokens_of(chat) if token in kept]
    assert who(keyring_env) == "alice\n"


def test_a_keyring_keeps_the_tokens_of_glimesh(keyring_env, glimesh, tmp_path):
    visit = tmp_path / "visit.py"
    visit.write_text("import sys, requests; requests.get(sys.argv[1] + '&as=viewer', timeout=10)")
    keyring_env["BROWSER"] = f"{sys.executable} {visit} %s"
    done = piped(keyring_env, *glimesh_arguments(glimesh), "--keyring")
    assert "in the system's keyring, as backchannel/glimesh;" in done.stdout
    assert not list((tmp_path / "backchannel").rglob("*.tokens"))
    assert who(keyring_env) == "viewer\n"
