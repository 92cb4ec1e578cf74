"""`backchannel send`: what is printed, and what stands in the room."""

from __future__ import annotations

import pytest

from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import BOT, GENERAL
from support.commands import CommandLine

ADDRESSES = ("glimesh:streamer", "rocketchat:general")
LONG = "One sentence of a long text. " * 20


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_text_is_an_argument(cli: CommandLine, address: str):
    done = cli.run("send", address, "It works")
    assert (done.returncode, done.stderr) == (0, "")
    [newest] = cli.objects("history", address, "-n", "1")
    assert newest["text"] == "It works"
    assert done.stdout == f"{address} sent {newest['id']}\n"


@pytest.mark.parametrize(
    ("given", "sent"),
    [("a\nb\n", "a\nb"), ("a\r\n", "a"), ("no end", "no end"), ("äöü 🎉\n", "äöü 🎉")],
)
def test_the_text_is_standard_input(cli: CommandLine, given: str, sent: str):
    [receipt] = cli.objects("send", "rocketchat:general", text=given)
    assert receipt["text"] == sent
    [newest] = cli.objects("history", "rocketchat:general", "-n", "1")
    assert (newest["id"], newest["text"]) == (receipt["id"], sent)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"ab\xff", "standard input: must be UTF-8; given: another byte at 2"),
        (b"x" * (1 << 20) + b"x", "standard input: must be at most 1,048,576 bytes; given: more"),
        (b"\n", "blank"),
    ],
    ids=["another encoding", "endless", "blank"],
)
def test_standard_input_that_is_no_message_is_refused(cli: CommandLine, given: bytes, said: str):
    done = cli.run("send", "rocketchat:general", text=given)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_long_text_is_refused_unless_parts_are_asked_for(cli: CommandLine):
    done = cli.run("send", "glimesh:streamer", LONG)
    assert done.returncode == 2
    assert "at most 255 code points" in done.stderr
    receipts = cli.objects("send", "glimesh:streamer", "--parts", "3", text=LONG)
    assert [receipt["outcome"] for receipt in receipts] == ["sent"] * 3
    newest = cli.objects("history", "glimesh:streamer", "-n", "3")
    assert "".join(message["text"] for message in newest) == LONG


def test_after_a_part_that_failed_no_other_is_sent(cli: CommandLine, glimesh: LocalGlimesh):
    glimesh.faults.delay(operation="createChatMessage", seconds=0)  # the first part
    glimesh.faults.answer(operation="createChatMessage", status=403)
    done = cli.run("send", "glimesh:streamer", "--parts", "3", text=LONG)
    assert done.returncode != 0
    assert done.stdout.count("\n") == 1
    assert "1 of 3 parts were sent" in done.stderr


def test_a_text_is_translated_for_the_room(cli: CommandLine):
    [receipt] = cli.objects("send", "rocketchat:general", "2 * 3", "--markup", "plain")
    assert receipt["text"] == r"2 \* 3"


def test_threads_replies_and_other_names(cli: CommandLine, rocketchat: LocalRocketChat):
    cli.env |= {"ROCKETCHAT_USER_ID": BOT.user_id, "ROCKETCHAT_AUTH_TOKEN": BOT.token}
    [first] = cli.objects("send", "rocketchat:general", "first")
    cli.objects("send", "rocketchat:general", "in it", "--thread", first["id"])
    cli.objects(
        "send", "rocketchat:general", "to it", "--reply-to", first["id"], "--alias", "Gruggy"
    )
    [inside] = [m for m in rocketchat.world.messages_in(GENERAL) if m.document["msg"] == "in it"]
    assert inside.document["tmid"] == first["id"]
    [reply] = [m for m in rocketchat.world.messages_in(GENERAL) if "to it" in m.document["msg"]]
    assert reply.document["alias"] == "Gruggy"
    assert first["id"] in reply.document["msg"]


def test_a_key_sends_no_second_message(cli: CommandLine):
    [first] = cli.objects("send", "rocketchat:general", "once")
    [again] = cli.objects("send", "rocketchat:general", "once", "--key", first["key"])
    assert (again["id"], again["deduplicated"]) == (first["id"], True)
    refused = cli.run("send", "glimesh:streamer", LONG, "--parts", "3", "--key", "k")
    assert refused.returncode == 2
    assert "--key: must be for one message; given: 3 parts" in refused.stderr


def test_what_the_platform_lacks_is_named(cli: CommandLine):
    done = cli.run("send", "glimesh:streamer", "hi", "--thread", "1")
    assert done.returncode == 2
    assert "Glimesh" in done.stderr
    assert "thread" in done.stderr
