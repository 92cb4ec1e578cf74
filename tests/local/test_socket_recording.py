"""The recorded frames of the real socket, and the scripted server that speaks like it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from support.phoenix import CONTROL, SUBSCRIPTION, Phoenix

RECORDING = Path(__file__).parents[1] / "data" / "wire-socket.md"
SECTIONS = {
    section.partition(" ")[0]: section
    for section in RECORDING.read_text(encoding="utf-8").split("\n### ")[1:]
}
FRAME = re.compile(r"^([<>]) (.*)$", re.MULTILINE)

NO_FRAMES = {"not json", "(a document of complexity 1200)"}
"""What was sent, and is no JSON."""

V1_FIELDS = {"topic", "event", "payload", "ref"}
EVENTS = {
    ">": {"heartbeat", "phx_join", "phx_leave", "doc", "unsubscribe", "nonsense"},
    "<": {"phx_reply", "phx_error", "phx_close", "subscription:data"},
}


def lines() -> Iterator[tuple[str, str, str]]:
    for name, section in SECTIONS.items():
        for direction, text in FRAME.findall(section):
            yield name, direction, text


def is_frame(direction: str, text: str) -> bool:
    if direction == ">":
        return text not in NO_FRAMES
    return not text.startswith("(connection closed: ") and "…" not in text


def frames(name: str) -> Iterator[tuple[str, dict[str, object]]]:
    """The frames of a section and their directions, in the form of version 1."""
    for direction, text in FRAME.findall(SECTIONS[name]):
        if is_frame(direction, text):
            frame = json.loads(text)
            if isinstance(frame, list):
                _, ref, topic, event, payload = frame
                frame = {"topic": topic, "event": event, "payload": payload, "ref": ref}
            yield direction, frame


def test_every_section_is_there():
    assert set(SECTIONS) == {*(f"W{number}" for number in range(1, 23)), "W3b"}


def test_what_is_marked_as_a_frame_is_one():
    found = [json.loads(text) for _, direction, text in lines() if is_frame(direction, text)]
    assert len(found) == 144
    assert len(found) + 9 == len(list(lines()))


# Its frames are there to be refused.
@pytest.mark.parametrize("name", sorted(set(SECTIONS) - {"W14"}))
def test_frames_have_the_form_of_their_version(name):
    for direction, frame in frames(name):
        assert frame.keys() == V1_FIELDS
        assert frame["event"] in EVENTS[direction]
        if frame["event"] == "phx_reply":
            assert frame["payload"].keys() == {"status", "response"}
        if frame["event"] == "subscription:data":
            assert frame["payload"].keys() == {"result", "subscriptionId"}
            assert frame["topic"] == frame["payload"]["subscriptionId"]
            assert frame["ref"] is None


@pytest.mark.parametrize("name", ["W2", "W3", "W7", "W9", "W12", "W15", "W16", "W21", "W22"])
def test_a_reply_has_topic_and_ref_of_what_it_answers(name):
    asked = {(frame["topic"], frame["ref"]) for way, frame in frames(name) if way == ">"}
    replies = [frame for way, frame in frames(name) if way == "<" and frame["event"] == "phx_reply"]
    assert replies
    assert all((frame["topic"], frame["ref"]) in asked for frame in replies)


def renamed(frame: dict[str, object]) -> dict[str, object]:
    """The frame with the subscription's id that the scripted server gives."""
    text = re.sub(r"__absinthe__:doc:[-0-9]+:[0-9A-F]+", SUBSCRIPTION, json.dumps(frame))
    return json.loads(text)


async def answers(server: Phoenix, sent: list[dict[str, object]], count: int) -> list[object]:
    async with server, connect(server.url) as socket:
        for frame in sent:
            await socket.send(json.dumps(frame))
        return [json.loads(await socket.recv()) for _ in range(count)]


@pytest.mark.parametrize("name", ["W15", "W16", "W21"])
async def test_the_scripted_server_answers_as_the_real_one(name):
    sent = [renamed(frame) for direction, frame in frames(name) if direction == ">"]
    expected = [renamed(frame) for direction, frame in frames(name) if direction == "<"]
    pushes = [
        frame["payload"]["result"] for frame in expected if frame["event"] == "subscription:data"
    ]
    assert await answers(Phoenix(*pushes), sent, len(expected)) == expected


async def test_the_scripted_server_refuses_a_document_as_the_real_one():
    recorded = list(frames("W7"))
    at = next(
        place
        for place, (_, frame) in enumerate(recorded)
        if "nope" in str(frame["payload"]) and frame["event"] == "doc"
    )
    (_, asked), (_, refused) = recorded[at : at + 2]
    server = Phoenix(refusal=refused["payload"]["response"])
    assert await answers(server, [asked], 1) == [refused]


@pytest.mark.parametrize(("name", "event"), [("W6", "unsubscribe"), ("W13", "phx_leave")])
async def test_the_scripted_server_lets_go_as_the_real_one(name, event):
    recorded = [frame for _, frame in frames(name)]
    at = next(place for place, frame in enumerate(recorded) if frame["event"] == event)
    asked, reply = recorded[at : at + 2]
    assert asked["topic"] == CONTROL
    assert await answers(Phoenix(), [asked], 1) == [reply]
