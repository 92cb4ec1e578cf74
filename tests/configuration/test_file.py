"""The file: where it is looked for, and mistakes in it, each with its place and without a value."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import pytest

from backchannel.configuration import GlimeshSettings, RocketChatSettings, load_configuration
from backchannel.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[glimesh]\ntokne = 'S3cret'", "2:1: glimesh.tokne: unknown key. Did you mean token?"),
        ("[glimash]\ntoken = 'S3cret'", "1:2: glimash: unknown key. Did you mean glimesh?"),
        ("[irc]\na = 'S3cret'", "1:2: irc: unknown key. There are glimesh, rocketchat"),
        ("\n[glimesh]\n  token = 5", "3:3: glimesh.token: expected `str`, got `int`"),
        ("glimesh = 'S3cret'", "1:1: glimesh: must be a table"),
        ("rocketchat = ['S3cret']", "1:1: rocketchat: must be a table"),
        ("[glimesh]\ntoken = ''", "2:1: glimesh.token: is empty"),
        (
            "[glimesh]\ntoken_command = 'S3cret'",
            "glimesh.token_command: expected `array`, got `str`",
        ),
        ("[glimesh]\ntoken_command = []", "2:1: glimesh.token_command: a command needs a program"),
        (
            "[glimesh]\ntoken_keyring = 'name'",
            "2:1: glimesh.token_keyring: an entry .* service/name",
        ),
        (
            "[glimesh]\ntoken = 'S3cret'\ntoken_command = ['x']",
            "glimesh.token.*: give one of these: it is set by .*config.toml",
        ),
        ("[rocketchat.work]\npasword = 'S3cret'", "2:1: rocketchat.work.pasword: .* password"),
        ("[rocketchat.'a b']\nuser = 'b'", "1:2: rocketchat.a b: a server's name is of letters"),
        ("[rocketchat]\nauth_token = { a = 'S3cret' }", "rocketchat.auth_token: expected `str`"),
        ("[glimesh]\ntoken = S3cret", "2:9: not TOML"),
        ("[glimesh]\ntoken = 'S3cret", "2:16: not TOML"),
        ("[glimesh]\ntoken = 'a'\ntoken = 'S3cret'", "not TOML: Cannot overwrite a value"),
        ("glimesh = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_without_the_value(write, text, words):
    path = write(text)
    with pytest.raises(ConfigurationError, match=words) as caught:
        load_configuration(path)
    assert str(caught.value).startswith(str(path))
    assert "S3cret" not in str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert caught.value.__cause__ is None


def test_all_mistakes_are_told_at_once(write):
    path = write("[glimesh]\na = 1\nb = 2\n[rocketchat]\nurl = 3")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    assert re.findall(r"toml:(\d+):", str(caught.value)) == ["2", "3", "5"]


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_configuration(path)


def test_a_file_that_was_asked_for_must_be_there(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none.toml: No such file"):
        load_configuration(tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match=r"other.toml: No such file"):
        load_configuration(environment={"BACKCHANNEL_CONFIG": str(tmp_path / "other.toml")})


def test_without_any_file_nothing_is_configured():
    configuration = load_configuration()
    assert configuration.accounts == ()
    assert configuration.file is None


def test_the_users_own_file_is_found_and_the_named_ones_go_before_it(tmp_path, write):
    usual = tmp_path / "xdg" / "backchannel" / "config.toml"
    usual.parent.mkdir(parents=True)
    usual.write_text("[glimesh]\nclient_id = 'usual'")
    named = tmp_path / "named.toml"
    named.write_text("[glimesh]\nclient_id = 'named'")
    given = write("[glimesh]\nclient_id = 'given'")
    variables = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert load_configuration(environment=variables).file == usual
    variables["BACKCHANNEL_CONFIG"] = str(named)
    assert load_configuration(environment=variables).file == named
    assert load_configuration(given, environment=variables).file == given


def test_a_relative_folder_of_the_environment_is_ignored(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / ".config" / "backchannel" / "config.toml"
    usual.parent.mkdir(parents=True)
    usual.write_text("[glimesh]\nclient_id = 'a'")
    assert load_configuration(environment={"XDG_CONFIG_HOME": "xdg"}).file == usual


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
@pytest.mark.parametrize(
    ("line", "mode", "words"),
    [
        (
            "token = 'S3cret'",
            0o644,
            "glimesh.token: is a secret, and others .*mode 0644.*chmod 600",
        ),
        ("token = 'S3cret'", 0o620, "is a secret"),
        ("token_command = ['pass']", 0o664, "is a command, and others may write the file"),
    ],
)
def test_secrets_that_others_may_read_and_commands_that_they_may_write_are_refused(
    write, line, mode, words
):
    with pytest.raises(ConfigurationError, match=words) as caught:
        load_configuration(write(f"[glimesh]\n{line}", mode))
    assert "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["client_id = 'a'", "token_command = ['pass']", "token_keyring = 'a/b'"]
)
def test_what_is_no_secret_may_be_read_by_others(write, line):
    assert load_configuration(write(f"[glimesh]\n{line}", 0o644)).glimesh is not None


def test_nothing_shows_a_secret(write):
    path = write("[glimesh]\ntoken = 'S3cret'\n[rocketchat]\nuser = 'bob'\npassword = 'S3cret'")
    settings = GlimeshSettings(token="S3cret", url="https://glimesh.tv")
    configuration = load_configuration(path, glimesh=settings)
    for shown in (settings, configuration, configuration.glimesh, configuration.rocketchat):
        assert "S3cret" not in repr(shown)
        with pytest.raises(TypeError):
            pickle.dumps(shown)
    assert repr(settings) == "GlimeshSettings(url='https://glimesh.tv', token=***)"


def test_the_example_of_the_documentation_is_a_file(tmp_path):
    document = Path(__file__).parents[2] / "docs" / "configuration.md"
    [example] = re.findall(r"```toml\n(.*?)```", document.read_text(), re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text(example)
    names = [account.name for account in load_configuration(path, environment={}).accounts]
    assert names == ["glimesh", "rocketchat", "rocketchat+work"]


@pytest.mark.parametrize("kind", [GlimeshSettings, RocketChatSettings])
def test_every_key_and_variable_is_in_the_documentation(kind):
    document = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    platform = kind.__name__.removesuffix("Settings").upper()
    for name in kind.__struct_fields__:
        if not name.endswith(("_command", "_keyring")):
            assert f"`{name}`" in document
        if name in (*kind.secrets, "url", "client_id", "token_file", "user_id", "user"):
            assert f"{platform}_{name.upper()}`" in document
