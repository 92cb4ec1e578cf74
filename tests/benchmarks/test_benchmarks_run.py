"""Benchmarks are run by hand; here each runs once, so that none is found broken then."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

OURS = {
    "imports": "`from glimesh_api import find_channel, ChatMessageInput`",
    "decoding": "**CHAT_MESSAGES.decode, typed**",
    "calls": "**Glimesh, typed**",
    "concurrent": "**AsyncGlimesh, typed**",
    "sending": "**RocketChat.send_message, typed**",
    "live": "**client.subscribe, typed**",
}
BASE = {
    "imports": "`import msgspec`",
    "decoding": "json.loads, untyped",
    "calls": "requests.Session.post",
    "concurrent": "gql, AIOHTTPTransport",
    "sending": "requests.Session.post",
    "live": "gql's subscribe, untyped",
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)


def rows(printed: str) -> dict[str, list[str]]:
    """The table's rows: the other columns by the first."""
    lines = [line for line in printed.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {name: others for name, *others in cells}


@pytest.mark.parametrize("name", OURS)
def test_a_benchmark_prints_its_contestants_beside_the_base(name: str):
    done = run(name, "--rounds", "1")
    assert done.returncode == 0, done.stderr
    table = rows(done.stdout)
    assert {OURS[name], BASE[name]} < set(table)
    assert table[BASE[name]][0] == "1.00"
    for ratio, spread, median in table.values():
        assert float(ratio) > 0
        assert re.fullmatch(r"[\d.]+ to [\d.]+", spread)
        assert re.fullmatch(r"[\d.]+ ms", median)


def test_an_unknown_benchmark_is_refused_with_the_names_of_those_there_are():
    done = run("import")
    assert done.returncode == 2
    assert "no such benchmark: import" in done.stderr
    assert all(name in done.stderr for name in OURS)
