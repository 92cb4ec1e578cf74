"""`backchannel history | rooms`: what is there, for people and for programs."""

from __future__ import annotations

import pytest

from backchannel.local import LocalRocketChat
from backchannel.local.rocketchat.seed import BOB, GENERAL
from support.commands import CommandLine, line_of


def test_history_is_read_like_a_log(cli: CommandLine):
    done = cli.run("history", "glimesh:streamer", "-n", "3")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line.split(": ", 1)[1] for line in lines] == [f"old message {n}" for n in (10, 11, 12)]
    [newest] = cli.run("history", "glimesh:streamer", "-n", "1").stdout.splitlines()
    assert newest == lines[-1]


def test_history_backwards_and_whole(cli: CommandLine):
    found = cli.objects("history", "glimesh:streamer", "--all", "--newest-first")
    assert [message["text"] for message in found] == [f"old message {n}" for n in range(12, 0, -1)]


def test_a_message_as_an_object(cli: CommandLine, rocketchat: LocalRocketChat):
    [sent] = rocketchat.say(GENERAL, BOB.user_id, "a\nb")
    [message] = cli.objects("history", "rocketchat:general", "-n", "1")
    assert message == {
        "address": "rocketchat:general",
        "room": {"id": GENERAL, "name": "general"},
        "id": sent["_id"],
        "author": {"id": BOB.user_id, "username": "bob", "display_name": "Bob Example"},
        "text": "a\nb",
        "sent_at": message["sent_at"],
        "edited_at": None,
        "thread_id": None,
    }
    assert message["sent_at"].endswith("Z")


@pytest.mark.parametrize("arguments", [("-n", "-1"), ("-n", "x"), ("-n", "1", "--all")])
def test_limits_that_are_none_are_usage_errors(cli: CommandLine, arguments: tuple[str, ...]):
    done = cli.run("history", "rocketchat:general", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_enough_ends_it_quietly(cli: CommandLine, rocketchat: LocalRocketChat):
    rocketchat.say(GENERAL, BOB.user_id, *(f"{n} {'x' * 1000}" for n in range(300)))
    with cli.start("history", "rocketchat:general", "--all") as reading:
        assert line_of(reading.stdout)
        reading.stdout.close()
        assert reading.stderr.read() == ""
    assert reading.returncode == 1


def test_rooms_of_all_accounts_or_one(cli: CommandLine):
    done = cli.run("rooms")
    assert done.returncode == 0
    assert "glimesh:streamer\tstreamer\t1" in done.stdout.splitlines()
    assert f"rocketchat:general\tgeneral\t{GENERAL}" in done.stdout.splitlines()
    rooms = cli.objects("rooms", "rocketchat")
    assert {"address": "rocketchat:general", "id": GENERAL, "name": "general"} in rooms
    assert all(room["address"].startswith("rocketchat:") for room in rooms)


def test_a_file_of_accounts(nobody: CommandLine, rocketchat: LocalRocketChat, tmp_path):
    file = tmp_path / "accounts.toml"
    file.write_text(
        f'[rocketchat.work]\nurl = "{rocketchat.url}"\nuser_id = "{BOB.user_id}"\n'
        f'auth_token = "{BOB.token}"\n'
    )
    file.chmod(0o600)
    found = nobody.objects("history", "rocketchat+work:general", "-n", "1", "--config", str(file))
    assert found[0]["address"] == "rocketchat+work:general"


def test_only_the_account_that_is_needed_is_opened(cli: CommandLine):
    # This one contradicts itself.
    cli.env["GLIMESH_CLIENT_ID"] = "id"
    assert cli.run("history", "rocketchat:general", "-n", "1").returncode == 0
    assert cli.run("history", "glimesh:streamer", "-n", "1").returncode == 2
