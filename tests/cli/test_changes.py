"""`backchannel edit | delete | react | moderate`: done on the server, and said."""

from __future__ import annotations

import pytest

from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import ADMIN, BOB, GENERAL
from support.commands import CommandLine


@pytest.fixture
def sent(cli: CommandLine) -> str:
    """The id of a message."""
    [receipt] = cli.objects("send", "rocketchat:general", "first")
    return receipt["id"]


def document(server: LocalRocketChat, message_id: str) -> dict | None:
    for stored in server.world.messages_in(GENERAL):
        if stored.id == message_id:
            return stored.document
    return None


def test_edit(cli: CommandLine, rocketchat: LocalRocketChat, sent: str):
    done = cli.run("edit", "rocketchat:general", sent, text="second\n")
    assert (done.returncode, done.stdout) == (0, f"rocketchat:general edited {sent}\n")
    assert document(rocketchat, sent)["msg"] == "second"


def test_delete(cli: CommandLine, rocketchat: LocalRocketChat, sent: str):
    [done] = cli.objects("delete", "rocketchat:general", sent)
    assert done == {
        "action": "deleted",
        "address": "rocketchat:general",
        "message_id": sent,
        "user": None,
    }
    assert document(rocketchat, sent) is None


def test_react_and_take_it_back(cli: CommandLine, rocketchat: LocalRocketChat, sent: str):
    done = cli.run("react", "rocketchat:general", sent, ":rocket:")
    assert (done.returncode, done.stdout) == (0, f"rocketchat:general reacted {sent}\n")
    assert ":rocket:" in document(rocketchat, sent)["reactions"]
    done = cli.run("react", "rocketchat:general", sent, ":rocket:", "--remove")
    assert (done.returncode, done.stdout) == (0, f"rocketchat:general unreacted {sent}\n")
    assert not document(rocketchat, sent).get("reactions")


def test_moderate_on_glimesh(cli: CommandLine, glimesh: LocalGlimesh):
    cli.env["GLIMESH_TOKEN"] = "tok-mod"
    for arguments, said in (
        (("timeout", "newbie", "--minutes", "15"), "timed out newbie"),
        (("ban", "viewer"), "banned viewer"),
        (("unban", "viewer"), "unbanned viewer"),
    ):
        done = cli.run("moderate", "glimesh:streamer", *arguments)
        assert (done.returncode, done.stdout) == (0, f"glimesh:streamer {said}\n"), done.stderr
    names = {user.id: user.username for user in glimesh.world.users}
    assert "newbie" in {names[ban.user_id] for ban in glimesh.world.bans}


def test_moderate_on_rocketchat(cli: CommandLine, rocketchat: LocalRocketChat):
    cli.env |= {"ROCKETCHAT_USER_ID": ADMIN.user_id, "ROCKETCHAT_AUTH_TOKEN": ADMIN.token}
    assert cli.run("moderate", "rocketchat:general", "ban", "bob").returncode == 0
    cli.env |= {"ROCKETCHAT_USER_ID": BOB.user_id, "ROCKETCHAT_AUTH_TOKEN": BOB.token}
    assert cli.run("send", "rocketchat:general", "May I?").returncode != 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("edit", "glimesh:streamer", "5", "x"), "Glimesh: editing a message"),
        (("react", "glimesh:streamer", "5", ":x:"), "Glimesh: reacting to a message"),
        (("moderate", "glimesh:streamer", "timeout", "newbie", "--minutes", "7"), "minutes"),
        (("moderate", "glimesh:streamer", "ban", "newbie", "--minutes", "5"), "--minutes"),
    ],
)
def test_what_cannot_be_is_refused_here(cli: CommandLine, arguments: tuple[str, ...], said: str):
    done = cli.run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
