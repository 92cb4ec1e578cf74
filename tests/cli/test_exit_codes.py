"""What a script learns from the exit code: the table of docs/cli.md, by real failures."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

import backchannel
from backchannel.cli.exit_codes import exit_code
from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    MalformedReply,
    NotFound,
    Outcome,
    PermissionDenied,
    RateLimited,
    RefusedError,
    Unsupported,
)
from backchannel.local import LocalGlimesh, LocalRocketChat
from support.commands import BACKCHANNEL, CommandLine, line_of
from support.rawserver import unused_port

TABLE = [
    (ConfigurationError("x"), 2),
    (Unsupported("x"), 2),
    (AuthenticationError("x"), 3),
    (PermissionDenied("x"), 3),
    (NotFound("x"), 4),
    (ConnectError("x"), 5),
    (RateLimited("x", retry_after=1), 5),
    (RefusedError("x"), 1),
    (MalformedReply("x"), 1),
    (ConnectionLost("x", outcome=Outcome.UNKNOWN), 6),
    (MalformedReply("x", outcome=Outcome.UNKNOWN), 6),
    (MalformedReply("x", outcome=Outcome.SENT), 0),
]


@pytest.mark.parametrize(("error", "code"), TABLE, ids=lambda value: type(value).__name__)
def test_an_error_has_a_code(error: BackchannelError, code: int):
    assert exit_code(error) == code


def test_the_documentation_has_them_all():
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    documented = {int(code) for code in re.findall(r"^\| `(\d+)` \|", text, re.MULTILINE)}
    assert documented == {code for _, code in TABLE} | {130}


def test_nothing_configured_is_a_usage_error(nobody: CommandLine):
    done = nobody.run("send", "rocketchat:general", "hi")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no account is configured" in done.stderr


@pytest.mark.parametrize("address", ["general", "irc:general", "rocketchat:", "rocketchat:a b"])
def test_what_is_no_address_is_a_usage_error(cli: CommandLine, address: str):
    done = cli.run("history", address)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["glimesh:streamer", "rocketchat:general"])
def test_a_token_that_nobody_knows(cli: CommandLine, address: str):
    cli.env |= {"GLIMESH_TOKEN": "no-such-token", "ROCKETCHAT_AUTH_TOKEN": "no-such-token"}
    done = cli.run("history", address)
    assert done.returncode == 3
    assert "no-such-token" not in done.stderr


def test_a_token_that_may_not(cli: CommandLine):
    cli.env["GLIMESH_TOKEN"] = "tok-noscope"
    assert cli.run("send", "glimesh:streamer", "May I?").returncode == 3


@pytest.mark.parametrize("address", ["glimesh:nobody", "rocketchat:nowhere"])
def test_a_room_that_is_not_there(cli: CommandLine, address: str):
    assert cli.run("history", address).returncode == 4
    assert cli.run("send", address, "hi").returncode == 4


def test_a_server_that_is_not_there(cli: CommandLine):
    done = cli.run(
        "history", "rocketchat:general", ROCKETCHAT_URL=f"http://127.0.0.1:{unused_port()}"
    )
    assert done.returncode == 5
    assert "Connection refused" in done.stderr


def test_a_message_that_may_be_there(cli: CommandLine, rocketchat: LocalRocketChat):
    rocketchat.faults.cut_after_apply("chat.sendMessage")
    rocketchat.faults.answer("chat.getMessage", status=403, times=99)
    done = cli.run("send", "rocketchat:general", "Is it there?")
    assert (done.returncode, done.stdout) == (6, "")
    [key] = re.findall(r"--key (\w+)", done.stderr)
    rocketchat.faults.clear()
    [again] = cli.objects("send", "rocketchat:general", "Is it there?", "--key", key)
    assert again["deduplicated"] is True


def test_the_receipt_of_a_message_that_was_refused(cli: CommandLine):
    cli.env["GLIMESH_TOKEN"] = "tok-noscope"
    done = cli.run("send", "glimesh:streamer", "May I?", "--json")
    assert done.returncode == 3
    assert '"outcome": "not sent"' in done.stdout
    assert '"kind": "Unauthorized"' in done.stdout


def test_a_port_that_is_taken(nobody: CommandLine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = nobody.run("serve", "glimesh", "--glimesh-port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Address already in use" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_disk_that_is_full(cli: CommandLine):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [BACKCHANNEL, "history", "rocketchat:general"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=cli.env,
        )
    assert done.returncode == 1
    assert done.stderr == "backchannel history: [Errno 28] No space left on device\n"


def test_a_text_that_is_no_text(cli: CommandLine):
    done = cli.run("send", "rocketchat:general", "\udcff")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_the_version(nobody: CommandLine):
    assert nobody.run("--version").stdout == f"backchannel {backchannel.__version__}\n"


def test_ctrl_c_amid_a_send(cli: CommandLine, glimesh: LocalGlimesh):
    glimesh.faults.delay(operation="createChatMessage", seconds=0)
    glimesh.faults.delay(operation="createChatMessage", seconds=30)
    with cli.start("send", "glimesh:streamer", "A sentence. " * 40, "--parts", "3") as sending:
        assert line_of(sending.stdout).startswith("glimesh:streamer sent ")
        while glimesh.faults.pending:  # until the second part is under way
            time.sleep(0.01)
        sending.send_signal(signal.SIGINT)
        said = sending.stderr.read().splitlines()
    assert sending.returncode == 130
    assert said == [
        "what was under way may have been done",
        "1 of 2 parts were sent",
        "backchannel send: interrupted",
    ]
