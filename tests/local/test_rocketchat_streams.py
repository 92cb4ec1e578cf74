"""The local Rocket.Chat server: what its streams tell adds up to what is in the room."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.realtime.ejson import to_ejson
from backchannel.local.rocketchat.seed import TEAM
from support.ddp import connected
from support.rocketchat_calls import Caller

CHANGES = 60


@pytest.fixture
def server() -> Iterator[LocalRocketChat]:
    with LocalRocketChat() as server:
        yield server


@pytest.mark.parametrize("seed", range(3))
def test_events_add_up_to_the_room(server: LocalRocketChat, chat: Caller, seed: int):
    rng = random.Random(seed)
    room: dict[object, object] = {}
    with connected(server.url) as alice:
        alice.subscribe()
        alice.subscribe(f"{TEAM}/deleteMessage", "stream-notify-room", "s2")
        for number in range(CHANGES):
            change(server, chat, rng, number)
        for frame in alice.until_pong():
            (told,) = frame["fields"]["args"]
            if frame["collection"] == "stream-room-messages":
                room[told["_id"]] = told
            else:
                del room[told["_id"]]
    stored = server.world.messages_in(TEAM)
    assert room == {message.id: to_ejson(message.document) for message in stored}
    assert len(server.world.trashed) > 0


def change(server: LocalRocketChat, chat: Caller, rng: random.Random, number: int) -> None:
    """Do one thing to the room, over REST or in the world."""
    known = [message.id for message in server.world.messages_in(TEAM)]
    kind = rng.choice(["send", "say", "edit", "react", "pin", "star", "reply", "delete"])
    if kind == "say" or not known:
        server.say(TEAM, "u-bob", f"https://example.org/{number}")
        return
    message_id = rng.choice(known)
    where = {"roomId": TEAM, "msgId": message_id}
    match kind:
        case "send":
            chat.sent(rid=TEAM, msg=str(number))
        case "reply":
            chat.sent(rid=TEAM, msg=str(number), tmid=message_id)
        case "edit":
            chat.post("chat.update", {**where, "text": f"edited {number}"})
        case "delete":
            chat.post("chat.delete", where)
        case "react":
            chat.post("chat.react", {"messageId": message_id, "emoji": "smile"})
        case _:
            chat.post(f"chat.{kind}Message", {"messageId": message_id})
