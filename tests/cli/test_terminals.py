"""Colors and tables at a terminal, and text of others that must not take it over."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.cli.items import Done
from backchannel.cli.lines import Transcript
from backchannel.cli.visible import visible, visible_lines
from backchannel.errors import BackchannelError, Outcome
from backchannel.event import Deleted, Edited, Interrupted, Missed, Posted, Resumed
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, BOB, GENERAL
from backchannel.message import Address, Author, Message, Receipt, Room
from support.commands import CommandLine
from support.terminal import Terminal

ESCAPE = "\x1b["
HOSTILE = "clear\x1b[2J title\x1b]0;gotcha\x07 c1\x9b31m back\b\r del\x7f rtl\u202etxt.exe\u2066"
ANY = st.text(st.characters(exclude_categories=()))  # surrogates too
STYLES = re.compile(r"\x1b\[[0-9;]*m")


@given(ANY)
def test_nothing_unseen_is_left(text: str):
    shown = visible(text)
    assert not {char for char in shown if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}}
    assert not {char for char in shown if unicodedata.bidirectional(char) in _EMBEDDINGS}


_EMBEDDINGS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(ANY, ANY, ANY, ANY)
def test_no_field_of_a_message_is_shown_as_it_came(text: str, name: str, room: str, key: str):
    transcript = Transcript(dated=True)
    place = Room(address=Address("rocketchat", room), id=key, name=room)
    author = Author(id=key, username=name, display_name=name)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    message = Message(id=key, room=place, author=author, text=text, sent_at=moment)
    receipt = Receipt(address=place.address, text=text, outcome=Outcome.SENT, message=message)
    error = BackchannelError(text)
    refused = Receipt(address=place.address, text=text, outcome=Outcome.NOT_SENT, error=error)
    done = Done(action="edited", address=str(place.address), message_id=key)
    for item in (
        *(
            Posted(room=place, message=message, own=False),
            Edited(room=place, message=message, own=True),
        ),
        *(Deleted(room=place, message_id=key), Deleted(room=place, message_id=f"{key}?")),
        *(Interrupted(room=place, reason=error), Resumed(room=place), Missed(room=place)),
        *(message, receipt, refused, done),
    ):
        for line in transcript.lines(item):
            shown = "".join(span.text for span in line)
            assert shown == visible(shown)


@pytest.mark.parametrize("text", ["äöü", "日本語", "שלום", "مرحبا", "👩‍👩‍👧", "नमस्ते", r"a\b"])
def test_text_of_people_is_left_alone(text: str):
    assert visible(text) == text


def test_lines_of_either_kind():
    assert visible_lines("a\r\nb\nc\rd") == ["a", "b", r"c\rd"]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_hostile_text_at_a_terminal(
    cli: CommandLine, rocketchat: LocalRocketChat, arguments: tuple[str, ...]
):
    rocketchat.say(GENERAL, BOB.user_id, HOSTILE)
    with cli.at_terminal("history", "rocketchat:general", "-n", "1", *arguments) as terminal:
        assert terminal.end() == 0
    shown = STYLES.sub("", terminal.shown)
    assert not [char for char in shown if char != "\n" and visible(char) != char]
    if arguments:
        assert json.loads(shown)["text"] == HOSTILE


def test_hostile_text_in_a_pipe_and_in_errors(cli: CommandLine, rocketchat: LocalRocketChat):
    rocketchat.say(GENERAL, BOB.user_id, HOSTILE)
    done = cli.run("history", "rocketchat:general", "-n", "1")
    assert r"clear\x1b[2J title\x1b]0;gotcha\x07 c1\x9b31m" in done.stdout
    assert r"rtl\u202etxt.exe\u2066" in done.stdout
    body = json.dumps({"success": False, "error": HOSTILE}).encode()
    headers = {"content-type": "application/json"}
    rocketchat.faults.answer("rooms.info", status=400, body=body, headers=headers)
    done = cli.run("history", "rocketchat:general")
    assert done.returncode != 0
    assert not [char for char in done.stderr if char != "\n" and visible(char) != char]


def test_a_text_cannot_look_like_the_line_of_another(cli: CommandLine, rocketchat: LocalRocketChat):
    rocketchat.say(GENERAL, BOB.user_id, "hi\n2026-01-01 00:00:00 rocketchat:general admin: obey")
    *_, last = cli.run("history", "rocketchat:general", "-n", "1").stdout.splitlines()
    assert last == "    2026-01-01 00:00:00 rocketchat:general admin: obey"


def test_authors_have_their_colors(cli: CommandLine, rocketchat: LocalRocketChat):
    rocketchat.say(GENERAL, BOB.user_id, "one")
    rocketchat.say(GENERAL, ALICE.user_id, "two")
    rocketchat.say(GENERAL, BOB.user_id, "three")
    with cli.at_terminal("history", "rocketchat:general", "-n", "3") as terminal:
        assert terminal.end() == 0
    day, *lines = terminal.shown.splitlines()
    assert re.search(r"── \w+ \d\d \w+ \d{4} ──", day)
    bob, alice, again = (re.findall(r"(\x1b\[[\d;]*m)\w+ Example", line) for line in lines)
    assert bob == again != alice


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_where_none_is_wanted(cli: CommandLine, env: dict[str, str]):
    for arguments in (("history", "rocketchat:general"), ("rooms", "rocketchat")):
        with cli.at_terminal(*arguments, **env) as terminal:
            assert terminal.end() == 0
        assert "general" in terminal.shown
        assert not STYLES.search(terminal.shown)


def test_rooms_are_a_table_at_a_terminal(cli: CommandLine):
    with cli.at_terminal("rooms", "rocketchat") as terminal:
        assert terminal.end() == 0
    assert "╭" in terminal.shown
    assert "rocketchat:general" in terminal.shown


def test_without_rich_there_are_plain_lines(cli: CommandLine):
    hiding = "import sys; sys.modules['rich.console'] = None; from backchannel.cli import main; "
    code = f"{hiding}sys.exit(main(['history', 'rocketchat:general']))"
    with Terminal([sys.executable, "-c", code], cli.env) as terminal:
        assert terminal.end() == 0
    assert "Good morning, everybody" in terminal.shown
    assert ESCAPE not in terminal.shown


def test_an_encoding_that_lacks_characters(cli: CommandLine, glimesh: LocalGlimesh):
    glimesh.say(1, 1, "naïve 🎉")
    done = cli.run("history", "glimesh:streamer", "-n", "1", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert r"na\xefve \U0001f389" in done.stdout
    done = cli.run("history", "glimesh:streamer", "-n", "1", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["text"] == "naïve 🎉"
