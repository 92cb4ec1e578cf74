"""`backchannel serve`: servers for the other commands, until Ctrl-C."""

from __future__ import annotations

import json
import signal

import pytest
import requests

from support.commands import CommandLine, line_of


def test_both_servers_with_accounts_that_work(nobody: CommandLine):
    with nobody.start("serve", "--json") as serving:
        served = [json.loads(line_of(serving.stdout)) for _ in range(2)]
        assert [each["server"] for each in served] == ["glimesh", "rocketchat"]
        for each in served:
            nobody.env |= each["environment"]
        for address in ("glimesh:streamer", "rocketchat:general"):
            assert nobody.run("send", address, "hi").returncode == 0
        accounts = {account["user"] for account in served[1]["accounts"]}
        assert {"alice", "bob", "admin"} <= accounts
        serving.send_signal(signal.SIGINT)
        assert "Traceback" not in serving.stderr.read()
    assert serving.returncode == 0


def test_one_server_of_an_age(nobody: CommandLine):
    with nobody.start("serve", "rocketchat", "--age", "3") as serving:
        name, url = line_of(serving.stdout).split()
        assert name == "rocketchat"
        assert requests.get(f"{url}/api/info", timeout=30).json()["version"].startswith("3.")
        assert line_of(serving.stdout).startswith(f"  export ROCKETCHAT_URL={url} ")
        serving.send_signal(signal.SIGINT)
        serving.communicate()
    assert serving.returncode == 0


@pytest.mark.parametrize(
    "arguments", [("--age", "4"), ("irc",), ("--glimesh-port", "x"), ("--glimesh-port", "99999")]
)
def test_what_cannot_be_served(nobody: CommandLine, arguments: tuple[str, ...]):
    done = nobody.run("serve", *arguments)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
