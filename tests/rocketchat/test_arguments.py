"""Arguments that no request is made with, on both clients."""

from __future__ import annotations

import pytest

from backchannel.errors import InvalidInput
from backchannel.local.rocketchat.seed import GENERAL
from backchannel.message import Address, Draft

# Nobody listens there, and nobody is to be asked.
URL = "http://127.0.0.1:9"

CALLS = {
    "room_info": ("room", lambda client, value: client.room_info(value)),
    "get_message": ("message_id", lambda client, value: client.get_message(value)),
    "history": ("room", lambda client, value: client.history(value)),
    "send_message to": ("room_id", lambda client, value: client.send_message(value, "hi")),
    "send_message": ("text", lambda client, value: client.send_message(GENERAL, value)),
    "the dispatcher's history": (
        "room",
        lambda client, value: client.drive(
            lambda driver: driver.iterate(
                client.client.backend.history(Address("rocketchat", value))
            )
        ),
    ),
    "the dispatcher's history by id": (
        "room",
        lambda client, value: client.drive(
            lambda driver: driver.iterate(
                client.client.backend.history(Address("rocketchat", value, by_id=True))
            )
        ),
    ),
    "the dispatcher's send": (
        "text",
        lambda client, value: client.drive(
            lambda driver: driver.run(
                client.client.backend.send(Address("rocketchat", "general"), Draft(text=value))
            )
        ),
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("value", "limit", "given"),
    [
        (None, "must be text", "NoneType"),
        (b"general", "must be text", "bytes"),
        ("\ud800", "must not hold a lone surrogate", "U+D800 at character 0"),
        ("@x\ud800", "must not hold a lone surrogate", "U+D800 at character 2"),
    ],
)
def test_a_room_an_id_and_a_text_are_text(connect, call, value, limit, given):
    argument, ask = CALLS[call]
    with pytest.raises(InvalidInput) as caught:
        ask(connect(URL), value)
    error = caught.value
    assert (error.argument, error.limit, error.given) == (argument, limit, given)


@pytest.mark.parametrize("room", [" ", "#", "@ "])
def test_a_room_is_not_blank(connect, room):
    with pytest.raises(InvalidInput, match="room: must not be blank"):
        connect(URL).room_info(room)


def test_a_negative_limit_is_refused_before_the_iteration_begins(connect):
    client = connect(URL).client
    with pytest.raises(InvalidInput, match="limit: must be 0 or more messages"):
        client.history("general", limit=-1)
