"""`backchannel listen`: what happens in rooms, in lines and in objects, until Ctrl-C."""

from __future__ import annotations

import json
import signal

from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import BOB, GENERAL
from support.commands import CommandLine, line_of


def test_rooms_of_both_platforms_as_objects(
    cli: CommandLine, glimesh: LocalGlimesh, rocketchat: LocalRocketChat
):
    addresses = ("rocketchat:general", "glimesh:streamer")
    with cli.start("listen", *addresses, "--json") as listening:
        assert line_of(listening.stderr).startswith("listening to rocketchat:general, glimesh")
        [sent] = rocketchat.say(GENERAL, BOB.user_id, "first")
        event = json.loads(line_of(listening.stdout))
        assert (event["event"], event["id"], event["own"]) == ("posted", sent["_id"], False)
        glimesh.say(1, 1, "second")
        event = json.loads(line_of(listening.stdout))
        assert (event["address"], event["text"]) == ("glimesh:streamer", "second")
        [own] = cli.objects("send", "rocketchat:general", "third")
        assert json.loads(line_of(listening.stdout))["own"] is True
        cli.objects("edit", "rocketchat:general", own["id"], "fourth")
        event = json.loads(line_of(listening.stdout))
        assert (event["event"], event["text"]) == ("edited", "fourth")
        cli.objects("delete", "rocketchat:general", own["id"])
        event = json.loads(line_of(listening.stdout))
        assert (event["event"], event["id"]) == ("deleted", own["id"])
        listening.send_signal(signal.SIGINT)
        assert listening.stderr.read() == "\nevents: 5\n"
    assert listening.returncode == 0


def test_edits_deletions_and_a_lost_connection_in_lines(
    cli: CommandLine, rocketchat: LocalRocketChat
):
    with cli.start("listen", "rocketchat:general") as listening:
        line_of(listening.stderr)
        [own] = cli.objects("send", "rocketchat:general", "one\ntwo")
        assert line_of(listening.stdout).endswith("rocketchat:general Alice Example: one")
        assert line_of(listening.stdout) == "    two"
        cli.objects("edit", "rocketchat:general", own["id"], "three")
        assert line_of(listening.stdout).endswith("Alice Example (edited): three")
        cli.objects("delete", "rocketchat:general", own["id"])
        assert line_of(listening.stdout).endswith("a message of Alice Example was deleted")
        rocketchat.sockets.reset()
        assert "rocketchat:general not heard (" in (lost := line_of(listening.stdout))
        assert lost.endswith("trying again")
        assert line_of(listening.stdout).endswith("rocketchat:general heard again")
        listening.send_signal(signal.SIGINT)
        assert listening.stderr.read() == "\nevents: 5\n"
    assert listening.returncode == 0


def test_ctrl_c_at_a_terminal(cli: CommandLine, rocketchat: LocalRocketChat):
    with cli.at_terminal("listen", "rocketchat:general") as terminal:
        terminal.await_text("Ctrl-C ends it")
        rocketchat.say(GENERAL, BOB.user_id, "hello")
        terminal.await_text("hello")
        terminal.type("\x03")
        assert terminal.end() == 0
    assert "events: 1" in terminal.shown
    assert "Traceback" not in terminal.shown


def test_a_room_that_is_not_there(cli: CommandLine):
    done = cli.run("listen", "rocketchat:nowhere")
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_ends_it_quietly(cli: CommandLine, rocketchat: LocalRocketChat):
    with cli.start("listen", "rocketchat:general") as listening:
        line_of(listening.stderr)
        listening.stdout.close()
        rocketchat.say(GENERAL, BOB.user_id, "anybody there?")
        assert listening.stderr.read() == ""
    assert listening.returncode == 1
