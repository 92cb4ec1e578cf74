"""Where tokens are kept: files that nobody else reads, and the system's keyring."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from backchannel.errors import ConfigurationError
from backchannel.glimesh.oauth import Tokens
from backchannel.glimesh.stores import KeyringStore, decode_tokens, encode_tokens
from backchannel.glimesh.tokenfile import FileStore
from backchannel.wire.secrets import Secret

TOKENS = Tokens(
    access_token=Secret("access-S3cret"),
    refresh_token=Secret("refresh-S3cret"),
    scopes=("public", "chat"),
    expires_at=1_700_000_000.5,
    origin="abc",
)
BARE = Tokens(access_token=Secret("access-S3cret"))

posix = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")


@pytest.mark.parametrize("tokens", [TOKENS, BARE])
def test_what_is_saved_is_loaded(tmp_path, tokens):
    store = FileStore(tmp_path / "tokens")
    assert store.load() is None
    store.save(tokens)
    assert FileStore(str(tmp_path / "tokens")).load() == tokens
    store.save(TOKENS)
    assert store.load() == TOKENS
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


@posix
@pytest.mark.parametrize("umask", [0, 0o077])
def test_nobody_else_may_read_it(tmp_path, umask):
    before = os.umask(umask)
    try:
        store = FileStore(tmp_path / "tokens")
        store.save(TOKENS)
        assert store.acquire()
    finally:
        os.umask(before)
    store.release()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"tokens": 0o600, "tokens.lock": 0o600}


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_that_others_may_use_is_refused(tmp_path, mode):
    path = tmp_path / "tokens"
    FileStore(path).save(TOKENS)
    path.chmod(mode)
    with pytest.raises(
        ConfigurationError, match=rf"others may use it \(mode 0{mode:o}\)"
    ) as caught:
        FileStore(path).load()
    assert "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"S3cret", b"{}", b'{"access_token": 1}', b"\xff", b"[" * 100_000]
)
def test_a_file_of_something_else_is_refused_and_not_shown(tmp_path, data):
    path = tmp_path / "tokens"
    path.touch(0o600)
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="something else than tokens") as caught:
        FileStore(path).load()
    assert "S3cret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_folder_that_is_not_there(tmp_path):
    store = FileStore(tmp_path / "none" / "tokens")
    with pytest.raises(ConfigurationError, match=r"none.tokens.* cannot be written: No such file"):
        store.save(TOKENS)
    with pytest.raises(ConfigurationError, match="cannot be locked: No such file"):
        store.acquire()


def test_a_folder_in_its_place(tmp_path):
    path = tmp_path / "tokens"
    path.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        FileStore(path).load()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        FileStore(path).save(TOKENS)
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    script = (
        "import resource, signal, sys\n"
        "from backchannel.glimesh.tokenfile import FileStore\n"
        "from backchannel.glimesh.oauth import Tokens\n"
        "from backchannel.wire.secrets import Secret\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "FileStore(sys.argv[1]).save(Tokens(access_token=Secret('second')))\n"
    )
    store = FileStore(tmp_path / "tokens")
    store.save(TOKENS)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "tokens")], capture_output=True, text=True
    )
    assert "cannot be written: File too large" in done.stderr
    assert store.load() == TOKENS
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


# --- the lock


def test_one_at_a_time_has_the_lock(tmp_path):
    one, other = FileStore(tmp_path / "tokens"), FileStore(tmp_path / "tokens")
    assert one.acquire()
    assert not one.acquire()
    assert not other.acquire()
    one.release()
    assert other.acquire()
    other.release()
    other.release()
    assert one.acquire()
    one.release()


HOLDER = """
import sys
from backchannel.glimesh.tokenfile import FileStore
store = FileStore(sys.argv[1])
print(store.acquire(), flush=True)
sys.stdin.readline()
"""


def test_a_process_that_dies_leaves_no_lock(tmp_path):
    path = tmp_path / "tokens"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "True\n"
        store = FileStore(path)
        assert not store.acquire()
        holder.kill()
        holder.wait()
        assert store.acquire()
        store.release()


# --- the keyring


@pytest.fixture
def keyring(monkeypatch):
    """A keyring of the package itself, in memory."""
    if find_spec("keyring") is None:
        pytest.skip("the package keyring is not installed")
    import keyring
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012  # of one test

        def get_password(self, service, username):
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

        def delete_password(self, service, username):
            del self.kept[service, username]

    before = keyring.get_keyring()
    backend = Memory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_a_keyring_keeps_them_too(keyring):
    store = KeyringStore("me")
    assert store.load() is None
    store.save(TOKENS)
    assert KeyringStore("me").load() == TOKENS
    assert KeyringStore("you").load() is None
    assert KeyringStore("me", service="other").load() is None


def test_a_keyring_that_refuses(keyring, monkeypatch):
    from keyring.errors import KeyringLocked

    def refuse(*_):
        raise KeyringLocked("S3cret")

    monkeypatch.setattr(keyring, "set_password", refuse)
    with pytest.raises(
        ConfigurationError, match=r"the keyring refused \(KeyringLocked\)"
    ) as caught:
        KeyringStore("me").save(TOKENS)
    assert caught.value.__context__ is None


def test_an_entry_of_another_program(keyring):
    keyring.set_password("backchannel", "me", "S3cret")
    with pytest.raises(ConfigurationError, match="something else than tokens") as caught:
        KeyringStore("me").load()
    assert "S3cret" not in str(caught.value)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigurationError, match="pip install keyring"):
        KeyringStore("me").load()


def test_stores_load_no_keyring():
    script = (
        "import sys; from backchannel.glimesh.stores import KeyringStore; KeyringStore('me');"
        "print('keyring' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("tokens", [TOKENS, BARE])
def test_the_written_form(tokens):
    assert decode_tokens(encode_tokens(tokens), "here") == tokens
