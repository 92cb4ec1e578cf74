"""Rocket.Chat clients of others against the local server: what satisfies them is no invention.

`make foreign` runs this; its name is no test's, so that `make test` downloads nothing. The clients
are installed into a temporary folder: @rocket.chat/ddp-client and two lines of @rocket.chat/sdk
from npm, rocketchat-api and rocketchat-async from PyPI. Each is driven by a script beside this
file, which logs in, subscribes, sends, hears the echo, reads, edits and deletes as far as that
client can, and prints what it saw.

Two of their dependencies cannot be had from npm, and `overrides` name what stands in: the fork of
asteroid, which is fetched from a repository, by the original; a patched typia by the published.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, TEAM

HERE = Path(__file__).parent
INSTALLING = 600  # seconds
TALKING = 60
EVERY_AGE = pytest.mark.parametrize("age", [3, 7, 8], ids="age{}".format)

Talk = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clients from npm and the scripts."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: the clients in JavaScript cannot be had")
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(HERE / "javascript", folder, dirs_exist_ok=True)
    # No script of a package is run, and no peer is fetched that is not named.
    quiet = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
    command = [npm, "install", *quiet, "--omit=optional", "--loglevel=error"]
    subprocess.run(command, cwd=folder, check=True, timeout=INSTALLING)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter that has the clients from PyPI."""
    folder = tmp_path_factory.mktemp("python")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=INSTALLING)
    interpreter = str(folder / "bin" / "python")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    requirements = ["-r", str(HERE / "python" / "requirements.txt")]
    subprocess.run([interpreter, *install, *requirements], check=True, timeout=INSTALLING)
    return interpreter


@pytest.fixture
def talk(age: int) -> Talk:
    """Let a script talk to a new server of this age, and give what it saw."""

    def run(*command: object, files: tuple[Path, ...] = ()) -> dict[str, Any]:
        with LocalRocketChat(age=age) as server:
            arguments = [server.url, ALICE.username, ALICE.password, TEAM, *files]
            done = subprocess.run(
                [str(part) for part in (*command, *arguments)],
                capture_output=True,
                text=True,
                timeout=TALKING,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@EVERY_AGE
def test_ddp_client(talk: Talk, node: Path):
    assert talk("node", node / "ddp_client.js") == {
        "user": "alice",
        "echoed": True,
        "history": True,
        "heard": ["hello", "edited"],
        "deleted": ["from-ddp-client"],
    }


@EVERY_AGE
def test_sdk_as_released(talk: Talk, node: Path):
    assert talk("node", node / "sdk.js") == {
        "user": "alice",
        "room": "team",
        "echoed": True,
        "history": True,
        "edited": "edited",
    }


@EVERY_AGE
def test_sdk_of_the_apps(talk: Talk, node: Path):
    assert talk("node", node / "sdk_next.js") == {
        "user": "alice",
        "echoed": True,
        "history": True,
        "edited": True,
    }


@pytest.mark.parametrize("age", [7, 8], ids="age{}".format)
def test_rocketchat_api(talk: Talk, python: str, tmp_path: Path):
    note = tmp_path / "note.txt"
    note.write_text("a note")
    seen = talk(python, HERE / "python" / "rocketchat_api_client.py", files=(note,))
    assert seen.pop("version").startswith(("7.", "8."))
    assert seen == {
        "user": "alice",
        "history": True,
        "edited": "edited",
        "reactions": {":smile:": {"usernames": ["alice"]}},
        "pinned": True,
        "starred": 1,
        "posted": True,
        "thread": True,
        "found": True,
        "synced": True,
        "file": "note.txt",
        "rooms": ["general", "team", "attic", "news"],
        "members": ["alice", "pimenta.bot"],
        "direct": "u-aliceu-bob",
        "users": ["admin", "alice", "bob", "guest", "pimenta.bot"],
        "logged_out": "success",
    }


@EVERY_AGE
def test_rocketchat_async(talk: Talk, python: str):
    assert talk(python, HERE / "python" / "rocketchat_async_client.py") == {
        "user": "u-alice",
        "echo": [True, True, "hello"],
        "reply": True,
        "channels": True,
    }
