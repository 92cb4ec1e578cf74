"""Editing, deleting, reacting, pinning, starring: a state is asked for, however often."""

from __future__ import annotations

import pytest

from backchannel.errors import ConnectionLost, InvalidInput, Outcome, ServerFailure
from backchannel.local.rocketchat import World
from backchannel.local.rocketchat.seed import ADMIN, ALICE, BOB, GENERAL, STAFF, TEAM
from backchannel.rocketchat import MessageNotFound, NotPermitted
from backchannel.wire.retry import NO_RETRY

CHANGES = {
    "update": ("chat.update", lambda client, message: client.messages.update(message, "edited")),
    "delete": ("chat.delete", lambda client, message: client.messages.delete(message)),
    "react": ("chat.react", lambda client, message: client.messages.react(message, ":smile:")),
    "unreact": ("chat.react", lambda client, message: client.messages.unreact(message, ":wave:")),
    "pin": ("chat.pinMessage", lambda client, message: client.messages.pin(message)),
    "unpin": ("chat.unPinMessage", lambda client, message: client.messages.unpin(message)),
    "star": ("chat.starMessage", lambda client, message: client.messages.star(message)),
    "unstar": ("chat.unStarMessage", lambda client, message: client.messages.unstar(message)),
}
MARKED = {"unreact": "react", "unpin": "pin", "unstar": "star"}


def is_as_asked(world: World, name: str, message_id: str) -> bool:
    """Whether a message is in the state that a change asks for."""
    stored = world.messages.get(message_id)
    if name == "delete" or stored is None:
        return name == "delete" and stored is None
    document = stored.document
    return {
        "update": document["msg"] == "edited",
        "react": document.get("reactions") == {":smile:": {"usernames": ["alice"]}},
        "unreact": ":wave:" not in document.get("reactions", {}),
        "pin": document.get("pinned") is True,
        "unpin": document.get("pinned") is not True,
        "star": document.get("starred") == [{"_id": ALICE.user_id}],
        "unstar": not document.get("starred"),
    }[name]


def prepare(client, name: str):
    """A message of alice, in the state from which a change leads elsewhere."""
    message = client.send_message(TEAM, "first").message
    if name == "unreact":
        client.messages.react(message, ":wave:")
    elif name in MARKED:
        CHANGES[MARKED[name]][1](client, message)
    return message


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_comes_about_and_may_be_asked_for_again(connect, any_server, name):
    client = connect(any_server.url, ALICE)
    message = prepare(client, name)
    assert not is_as_asked(any_server.world, name, message.id)
    for named in (message, message.id):
        CHANGES[name][1](client, named)
        assert is_as_asked(any_server.world, name, message.id)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("fault", ["cut_after_apply", "cut_before_apply"])
def test_a_change_whose_reply_is_lost_is_made_again(connect, server, name, fault):
    client = connect(server.url, ALICE)
    message = prepare(client, name)
    getattr(server.faults, fault)(CHANGES[name][0])
    CHANGES[name][1](client, message)
    assert is_as_asked(server.world, name, message.id)
    assert server.faults.pending == 0


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_nobody_knows_of_says_so(connect, server, name):
    client = connect(server.url, ALICE)
    message = prepare(client, name)
    server.faults.cut_after_apply(CHANGES[name][0])
    server.faults.html(CHANGES[name][0], status=503, times=100)
    with pytest.raises(ServerFailure) as caught:
        CHANGES[name][1](client, message)
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_a_message_that_is_not_there(connect, any_server, name):
    client = connect(any_server.url, ALICE)
    message = prepare(client, name)
    any_server.world.trash(message.id)
    for gone in (message, message.id):
        if name == "delete":
            CHANGES[name][1](client, gone)
            continue
        with pytest.raises(MessageNotFound) as caught:
            CHANGES[name][1](client, gone)
        assert caught.value.outcome is Outcome.NOT_SENT


def test_a_refusal_after_a_lost_reply_leaves_it_open(connect, server):
    client = connect(server.url, ALICE)
    message = client.send_message(TEAM, "first").message
    server.faults.cut_after_apply("chat.pinMessage")
    server.faults.answer("chat.pinMessage", status=403, body=b'{"success":false}')
    with pytest.raises(NotPermitted) as caught:
        client.messages.pin(message)
    assert caught.value.outcome is Outcome.UNKNOWN


def test_without_a_retry_the_first_failure_is_told(connect, server):
    client = connect(server.url, ALICE, retry=NO_RETRY)
    message = client.send_message(TEAM, "first").message
    server.faults.cut_before_apply("chat.react")
    with pytest.raises(ConnectionLost) as caught:
        client.messages.react(message, ":smile:")
    assert caught.value.outcome is Outcome.UNKNOWN


def test_an_edited_message_comes_back(connect, any_server):
    client = connect(any_server.url, ALICE)
    message = client.send_message(TEAM, "first").message
    edited = client.messages.update(message, "second")
    assert (edited.id, edited.text) == (message.id, "second")
    assert edited.edited_at is not None
    same = client.messages.update(message, "second")
    assert same.edited_at == edited.edited_at


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (" ", "must not be blank"),
        ("\U0001f600" * 2501, "at most 5000 UTF-16 code units"),
        (None, "must be text"),
        ("\ud800", "must not hold a lone surrogate"),
    ],
)
def test_a_text_that_the_server_would_refuse_is_not_sent(connect, server, text, limit):
    client = connect(server.url, ALICE)
    message = client.send_message(TEAM, "first").message
    with pytest.raises(InvalidInput) as caught:
        client.messages.update(message, text)
    assert (caught.value.argument, caught.value.limit) == ("text", limit)
    assert server.world.messages[message.id].document["msg"] == "first"


@pytest.mark.parametrize("emoji", ["smile", "::", ":two words:", ""])
def test_an_emoji_has_the_form_of_one(connect, server, emoji):
    for change in (connect(server.url).messages.react, connect(server.url).messages.unreact):
        with pytest.raises(InvalidInput, match="must have the form :name:"):
            change("m", emoji)


@pytest.mark.parametrize("name", ["update", "delete", "pin"])
def test_what_is_not_ones_own_is_left_alone(connect, any_server, name):
    stored = any_server.world.messages_in(GENERAL)[0]
    before = dict(stored.document)
    with pytest.raises(NotPermitted) as caught:
        CHANGES[name][1](connect(any_server.url, BOB), stored.id)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert any_server.world.messages[stored.id].document == before


@pytest.mark.parametrize("name", CHANGES)
def test_a_message_of_a_room_of_others(connect, server, name):
    stored = server.world.messages_in(STAFF)[0]
    with pytest.raises(NotPermitted):
        CHANGES[name][1](connect(server.url, BOB), stored.id)


def test_a_moderator_deletes_what_others_wrote(connect, any_server):
    stored = any_server.world.messages_in(GENERAL)[0]
    connect(any_server.url, ADMIN).messages.delete(stored.id)
    assert stored.id not in any_server.world.messages
