"""`backchannel demo`, as a person and as a program would read it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

BACKCHANNEL = Path(sys.executable).parent / "backchannel"


@pytest.fixture(scope="module")
def as_json() -> list[dict]:
    done = subprocess.run([BACKCHANNEL, "demo", "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_step_is_verified_by_reading_back(as_json):
    *steps, last = as_json
    assert last == {"verified": True}
    assert [step["step"] for step in steps] == list(range(1, len(steps) + 1))
    for step in steps:
        assert step["verified"] is True
        assert step["result"]
        assert step["proof"]


def test_the_main_job_is_in_it(as_json):
    calls = [step.get("call", "") for step in as_json]
    for call in (
        "find_channel",
        "chat_messages",
        "create_chat_message",
        "send_message",
        "chat.send('glimesh:",
        "chat.history('glimesh:",
        "chat.send('rocketchat:",
    ):
        assert any(call in step for step in calls), call


def test_an_emote_and_a_link_become_tokens(as_json):
    [step] = [step for step in as_json if "create_chat_message" in step.get("call", "")]
    tokens = {row["token"]: row["text"] for row in step["result"]}
    assert tokens["emote"] == ":glimchef:"
    assert tokens["url"] == "https://glimesh.tv/about"


def test_the_refused_messages_tell_why(as_json):
    rows = [row for step in as_json for row in step.get("result", ())]
    assert any(row.get("error") == "InvalidInput" and "255" in row["message"] for row in rows)
    assert any(row.get("outcome") == "not sent" and row["error"] == "Unauthorized" for row in rows)


def test_piped_output_is_plain():
    done = subprocess.run([BACKCHANNEL, "demo"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "\x1b[" not in done.stdout
    assert done.stdout.rstrip().endswith("Every step was verified.")


def test_on_a_terminal_there_are_tables():
    parent, child = pty.openpty()
    with subprocess.Popen(
        [BACKCHANNEL, "demo"], stdout=child, stderr=child, close_fds=True
    ) as demo:
        os.close(child)
        shown = read_all(parent).decode()
    os.close(parent)
    assert demo.returncode == 0, shown
    assert "╭" in shown
    assert "Every step was verified." in shown


def read_all(terminal: int) -> bytes:
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side has closed
            return shown
        if not chunk:
            return shown
        shown += chunk


def test_an_unknown_command_is_a_usage_error():
    done = subprocess.run([BACKCHANNEL, "dance"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "dance" in done.stderr
    assert "Traceback" not in done.stderr
