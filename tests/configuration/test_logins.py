"""Logins that are kept: found again, for their own server and user, and for nobody else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from backchannel.configuration import (
    GlimeshSettings,
    RocketChatSettings,
    load_configuration,
)
from backchannel.configuration.logins import login_file, write_login
from backchannel.errors import ConfigurationError

CHAT = "https://chat.example.org"
LOGIN = RocketChatSettings(url=CHAT, user_id="me", auth_token="S3cret")


def keep(account="rocketchat", settings=LOGIN):
    return write_login(account, settings, os.environ)


def test_a_login_is_found_again_by_its_account():
    kept = keep("rocketchat+work.eu")
    account = load_configuration().servers["work.eu"]
    assert account.text("url") == CHAT
    assert account.sources["auth_token"].startswith(str(kept))
    assert account.text("auth_token") is None  # a secret


def test_nobody_else_can_read_it():
    path = keep()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="others may use the file") as caught:
        load_configuration()
    assert "S3cret" not in str(caught.value)


def test_the_user_s_own_file_may_say_more_of_the_same_server(write):
    keep()
    path = write(f'[rocketchat]\nurl = "{CHAT}/"\ntimeout = 7.0\n')
    assert set(load_configuration(path).rocketchat.sources) == {
        *("url", "timeout", "user_id", "auth_token")
    }


@pytest.mark.parametrize(
    "stronger",
    [
        {"ROCKETCHAT_URL": "https://evil.example"},
        {"ROCKETCHAT_USER": "bob", "ROCKETCHAT_PASSWORD": "secret"},
        {"ROCKETCHAT_USER_ID": "bob"},
        {"ROCKETCHAT_AUTH_TOKEN": "other"},
    ],
)
def test_its_token_is_sent_to_no_other_server_and_taken_for_no_other_user(monkeypatch, stronger):
    keep()
    for name, value in stronger.items():
        monkeypatch.setenv(name, value)
    assert set(load_configuration().rocketchat.sources) == {
        name.removeprefix("ROCKETCHAT_").lower() for name in stronger
    }


def test_an_application_in_the_file_is_joined_by_its_login(write):
    settings = GlimeshSettings(client_id="app", token_file="glimesh.tokens")
    kept = write_login("glimesh", settings, os.environ)
    path = write('[glimesh]\nclient_id = "app"\n')
    account = load_configuration(path).glimesh
    assert account.text("token_file") == str(kept.parent / "glimesh.tokens")
    path.write_text('[glimesh]\nclient_id = "other"\n')
    assert load_configuration(path).glimesh.text("token_file") is None


def test_whatever_is_in_it_is_read_as_it_was_written():
    keep(settings=RocketChatSettings(url='"\\\n\x7f€😀', allow_plain_http=True))
    account = load_configuration().rocketchat
    assert account.text("url") == '"\\\n\x7f€😀'
    assert account.sources.keys() == {"url", "allow_plain_http"}


def test_where_it_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigurationError, match="cannot be made"):
        keep()


def test_its_place_is_beside_the_user_s_own_file(tmp_path):
    assert login_file("glimesh", {"XDG_CONFIG_HOME": str(tmp_path)}) == (
        tmp_path / "backchannel" / "logins" / "glimesh.toml"
    )


def test_no_keyring_is_loaded_for_a_file():
    code = (
        "import sys; from backchannel.configuration import load_configuration;"
        "load_configuration(); print('keyring' in sys.modules)"
    )
    keep()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
