"""Secrets from commands and the keyring: real processes, whose words nobody else sees."""

from __future__ import annotations

import logging
import os
import sys
from importlib.util import find_spec

import pytest

from backchannel.configuration.secrets import Command, Entry, fetch
from backchannel.errors import ConfigurationError

SOURCE = "config.toml:3:1: glimesh.token_command"


def python(code: str) -> Command:
    return Command((sys.executable, "-c", code))


@pytest.mark.parametrize(
    ("code", "secret"),
    [
        ("print('S3cret')", "S3cret"),
        ("print('S3cret'); print('user: bob')", "S3cret"),
        ("import sys; sys.stdout.write('S3cret')", "S3cret"),
        ("import sys; sys.stdout.buffer.write(b'S3cret\\r\\nmore')", "S3cret"),
        ("print(' blanks stay ')", " blanks stay "),
        ("import sys; print(sys.stdin.read() + 'no input')", "no input"),
        ("print('Pässwörd'.encode().decode())", "Pässwörd"),
    ],
)
def test_the_first_line_that_a_command_prints_is_the_secret(code, secret, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    assert fetch(python(code), SOURCE) == secret
    assert caplog.records == []


def test_no_shell_reads_the_words():
    words = ("$HOME", "; echo", "`id`", "*")
    code = "import sys; print(sys.argv[1:])"
    assert fetch(Command((sys.executable, "-c", code, *words)), SOURCE) == str(list(words))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (python("print('S3cret'); raise SystemExit(3)"), "ended with status 3"),
        (python("print(); print('S3cret')"), "the first line .* is empty"),
        (python("pass"), "the first line .* is empty"),
        (python("import sys; sys.stdout.buffer.write(b'\\xffS3cret')"), "is not UTF-8"),
        (Command(("/nowhere/S3", "S3cret")), "'/nowhere/S3' cannot be run: No such file"),
        (Command(("a\0b",)), "cannot be run: it holds a NUL"),
    ],
)
def test_a_command_that_fails_is_named_by_its_source_and_not_by_its_words(command, words, capfd):
    with pytest.raises(ConfigurationError, match=words) as caught:
        fetch(command, SOURCE)
    assert str(caught.value).startswith(SOURCE)
    shown = str(caught.value) + repr(caught.value.__cause__) + repr(vars(caught.value))
    assert "S3cret" not in shown
    assert caught.value.__cause__ is None


def test_what_a_command_complains_of_reaches_the_user(capfd):
    with pytest.raises(ConfigurationError, match="ended with status 1"):
        fetch(python("raise SystemExit('the vault is locked')"), SOURCE)
    assert capfd.readouterr().err.strip() == "the vault is locked"


@pytest.mark.skipif(os.name != "posix", reason="a process that leaves another behind, as shells do")
def test_a_command_that_does_not_end_is_ended_even_if_a_child_of_it_lives_on():
    code = "import subprocess, time; subprocess.Popen(['sleep', '5']); time.sleep(60)"
    with pytest.raises(ConfigurationError, match=r"did not end within 0\.5 seconds"):
        fetch(python(code), SOURCE, timeout=0.5)


def test_the_keyring_is_asked_for_its_entry():
    if find_spec("keyring") is None:
        with pytest.raises(ConfigurationError, match=r"token_command: .*pip install keyring"):
            fetch(Entry("chat", "bob"), SOURCE)
        return
    import keyring
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return "S3cret" if (service, username) == ("chat", "bob") else None

        def set_password(self, service, username, password):
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        assert fetch(Entry("chat", "bob"), SOURCE) == "S3cret"
        with pytest.raises(ConfigurationError, match="the keyring has no chat/eve"):
            fetch(Entry("chat", "eve"), SOURCE)
    finally:
        keyring.set_keyring(before)
