"""The table of docs/dispatcher.md is what the backends say."""

from __future__ import annotations

from pathlib import Path

from backchannel.capability import Capability
from backchannel.glimesh.abilities import refusals as glimesh
from backchannel.rocketchat import RocketChatRoom, RoomKind
from backchannel.rocketchat.abilities import refusals as rocketchat

PAGE = (Path(__file__).parents[2] / "docs" / "dispatcher.md").read_text()

CHANNEL = RocketChatRoom(id="1", kind=RoomKind.CHANNEL, name="general")
DIRECT = RocketChatRoom(id="2", kind=RoomKind.DIRECT)
ARCHIVED = RocketChatRoom(id="3", kind=RoomKind.CHANNEL, name="attic", archived=True)
COLUMNS = {
    "Glimesh, token": glimesh(read_only=False, scopes=None),
    "Glimesh, Client-ID": glimesh(read_only=True, scopes=None),
    "Rocket.Chat": rocketchat(CHANNEL, (6, 8)),
    "… before 6.8": rocketchat(CHANNEL, (6, 7)),
    "… direct room": rocketchat(DIRECT, (6, 8)),
    "… archived": rocketchat(ARCHIVED, (6, 8)),
}


def table() -> list[str]:
    rows = [["", *COLUMNS], ["---"] * (len(COLUMNS) + 1)]
    for capability in Capability:
        cells = ["no" if capability in refusals else "yes" for refusals in COLUMNS.values()]
        rows.append([capability.value, *cells])
    return [f"| {' | '.join(row)} |" for row in rows]


def test_the_table_is_what_the_backends_say():
    assert [line for line in PAGE.splitlines() if line.startswith("|")] == table()


def test_all_advice_is_there():
    said = {refusal.instead for refusals in COLUMNS.values() for refusal in refusals.values()} - {
        "have the user block the other there"
    }
    assert [advice for advice in said if advice not in PAGE] == []
