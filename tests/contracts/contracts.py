"""What the Rocket.Chat client sends, judged by what Rocket.Chat publishes.

`make contracts` runs this; its name is no test's, so that `make test` downloads nothing. The client
talks to local servers of each age, and what it sends is put to two judges, which npm gives:

- the validators of `@rocket.chat/rest-typings`, for each age a version of its servers (for servers
  of age 3, which had none, the oldest that is published for all calls);
- Prism, as a proxy that knows Rocket.Chat's OpenAPI files. These are not the project's to
  distribute: ROCKETCHAT_OPENAPI names a folder that has them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from contracts.recording import Recording, RecordingAiohttp, RecordingRequests, Sent
from contracts.speech import MESSAGES, listen, say_everything
from hypothesis import HealthCheck, given, settings

import backchannel.rocketchat
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import ADMIN, BOB, BOT, TEAM, Account
from backchannel.rocketchat import AsyncRocketChat, PasswordLogin, RocketChat
from backchannel.wire.messages import Request
from support.rawserver import wait_until

HERE = Path(__file__).parent
INSTALLING = 600  # seconds
JUDGING = 120
VERSIONS = {3: "6.13.1", 7: "7.13.9", 8: "8.8.1"}
FILES = ("authentication", "messaging", "rooms")

# What has no validator in some version: servers check it elsewhere, or not at all.
MARKS = {"chat.pinMessage", "chat.unPinMessage", "chat.starMessage", "chat.unStarMessage"}
UNCHECKED = {3: set(), 7: MARKS, 8: MARKS}
LISTENS = re.compile(r"listening on (\S+)")
SPOKEN = re.compile(r'"(chat\.\w+)"')
NEVER_CHECKED = {
    "login",
    "logout",
    "me",
    "settings.public",
    "/api/info",
    "rooms.get",
    "rooms.mediaConfirm",
    "channels.members",
}
UNDOCUMENTED = {"/api/info", "settings.public"}


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Prism, what bundles validators, and the scripts."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: neither validators nor Prism can be had")
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(HERE / "javascript", folder, dirs_exist_ok=True)
    # No script of a package is run, and no peer is fetched that is not named.
    quiet = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
    command = [npm, "install", *quiet, "--loglevel=error"]
    subprocess.run(command, cwd=folder, check=True, timeout=INSTALLING)
    packages = [f"@rocket.chat/rest-typings@{version}" for version in VERSIONS.values()]
    command = [npm, "pack", *packages, "--silent"]
    subprocess.run(command, cwd=folder, check=True, timeout=INSTALLING, stdout=subprocess.DEVNULL)
    for version in VERSIONS.values():
        with tarfile.open(folder / f"rocket.chat-rest-typings-{version}.tgz") as archive:
            archive.extractall(folder / version, filter="data")
    return folder


@pytest.fixture(scope="module")
def openapi(judges: Path) -> dict[Path, list[str]]:
    """The OpenAPI files, mended, and the paths that each has."""
    folder = os.environ.get("ROCKETCHAT_OPENAPI")
    if not folder:
        pytest.skip("ROCKETCHAT_OPENAPI names no folder with Rocket.Chat's OpenAPI files")
    files = {}
    for name in FILES:
        copy = judges / f"{name}.json"
        command = ["node", judges / "patch.js", Path(folder) / f"{name}.yaml", copy]
        done = subprocess.run(command, check=True, capture_output=True, timeout=JUDGING)
        files[copy] = json.loads(done.stdout)
    return files


@contextmanager
def prisms(judges: Path, openapi: dict[Path, list[str]], url: str) -> Iterator[dict[str, str]]:
    """A Prism for each file, in front of a server: for patterns of paths, where to send them."""
    places: dict[str, str] = {}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for file, paths in openapi.items():
            command = [judges / "node_modules" / ".bin" / "prism", "proxy", file, url, "-p", "0"]
            log = file.with_suffix(".log")
            with log.open("wb") as output:
                running.append(subprocess.Popen(command, stdout=output))
            wait_until(lambda log=log: LISTENS.search(log.read_text("utf-8")), limit=JUDGING)
            base = LISTENS.search(log.read_text("utf-8"))[1]
            places |= {re.sub(r"\{\w+\}", r"[^/]+", path): base for path in paths}
        yield places
    finally:
        for process in running:
            process.terminate()
            process.wait(timeout=JUDGING)


def as_user(account: Account) -> dict[str, str]:
    return {"user_id": account.user_id, "auth_token": account.token}


def converse(recording: Recording, server: LocalRocketChat) -> None:
    """Say all that can be said, and whatever messages hypothesis makes."""

    @given(MESSAGES)
    @settings(max_examples=150, suppress_health_check=list(HealthCheck), database=None)
    def send(message: dict[str, object]) -> None:
        client.send_message(TEAM, **message)

    async def hear() -> None:
        transport = RecordingAiohttp(recording)
        async with AsyncRocketChat(server.url, transport=transport, **as_user(BOB)) as client:
            await listen(server, client)
        await transport.close()

    transport = RecordingRequests(recording)
    with (
        RocketChat(server.url, transport=transport, **as_user(BOT)) as client,
        RocketChat(server.url, transport=transport, **as_user(ADMIN)) as admin,
    ):
        send()
        say_everything(server, client, admin)
    login = PasswordLogin(BOT.username, BOT.password)
    with RocketChat(server.url, transport=transport, credentials=login) as client:
        client.me()
        client.logout()
    transport.close()
    asyncio.run(hear())


@pytest.mark.parametrize("age", VERSIONS, ids="age{}".format)
def test_requests_pass_the_validators(age: int, judges: Path):
    recording = Recording()
    with LocalRocketChat(age=age) as server:
        converse(recording, server)
    assert not spoken_of() - recording.endpoints, "never sent"
    wrong = Sent("chat.sendMessage", {"message": {"rid": TEAM, "attachments": "none"}}, query=False)
    requests = json.dumps([asdict(sent) for sent in [wrong, *recording.sent]])
    command = ["node", judges / "validate.js", judges / VERSIONS[age] / "package"]
    done = subprocess.run(
        command, input=requests.encode(), check=True, capture_output=True, timeout=JUDGING
    )
    refused, *passed = json.loads(done.stdout)
    assert "must be array" in refused
    verdicts = list(zip(recording.sent, passed, strict=True))
    unchecked = {sent.endpoint for sent, verdict in verdicts if verdict == "no validator"}
    assert not unchecked - UNCHECKED[age] - NEVER_CHECKED
    assert not [pair for pair in verdicts if pair[1] not in (None, "no validator")]
    counts = Counter(sent.endpoint for sent, verdict in verdicts if verdict is None)
    print(f"\nrest-typings {VERSIONS[age]} passes {sum(counts.values())} requests: {dict(counts)}")


def test_requests_agree_with_the_openapi_files(judges: Path, openapi: dict[Path, list[str]]):
    with LocalRocketChat(age=8) as server, prisms(judges, openapi, server.url) as places:
        recording, wrong = Recording(places), Recording(places)
        converse(recording, server)
        send_to_no_room(server.url, wrong)
    assert "message.rid must be string" in wrong.of_requests[0]
    assert not recording.of_requests
    assert recording.unjudged <= UNDOCUMENTED
    print(f"\nPrism passes {recording.judged} requests; not in the files: {recording.unjudged}")
    for violation, times in Counter(recording.of_replies).items():
        print(f"  a reply of the local server, {times} times: {violation}")


def send_to_no_room(url: str, recording: Recording) -> None:
    """Send what Prism must not pass."""
    transport = RecordingRequests(recording)
    headers = {"Content-Type": "application/json"}
    url = f"{url}/api/v1/chat.sendMessage"
    transport.send(Request(method="POST", url=url, headers=headers, body=b'{"message":{"rid":5}}'))
    transport.close()


def spoken_of() -> set[str]:
    """The endpoints of messages that the client's source names."""
    folder = Path(backchannel.rocketchat.__file__).parent
    return {
        name for file in folder.rglob("*.py") for name in SPOKEN.findall(file.read_text("utf-8"))
    }
