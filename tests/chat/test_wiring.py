"""What a dispatcher is made of, and what it refuses to be made of."""

from __future__ import annotations

import pytest

from backchannel import AsyncGlimesh, Chat, Glimesh, Outcome, RocketChat
from backchannel.errors import ConfigurationError, InvalidInput, Unsupported
from backchannel.local import LocalGlimesh, LocalRocketChat


@pytest.fixture
def glimesh():
    with LocalGlimesh() as server, Glimesh(token="tok-viewer", url=server.url) as client:
        yield client


@pytest.fixture
def rocket():
    with (
        LocalRocketChat() as server,
        RocketChat(server.url, user_id="u-alice", auth_token="token-of-alice") as client,
    ):
        yield client


def test_clients_in_each_others_place_are_refused(glimesh, rocket):
    with pytest.raises(ConfigurationError, match="glimesh=RocketChat"):
        Chat(glimesh=rocket)
    with pytest.raises(ConfigurationError, match="rocketchat=Glimesh"):
        Chat(rocketchat=glimesh)


@pytest.mark.parametrize("odd", ["a token", AsyncGlimesh(token="t")])
def test_what_is_no_blocking_client_is_refused(odd):
    with pytest.raises(ConfigurationError, match="is no client for glimesh"):
        Chat(glimesh=odd)


def test_a_negative_limit_is_refused_at_the_call(glimesh):
    with pytest.raises(InvalidInput, match="limit"):
        Chat(glimesh=glimesh).history("glimesh:streamer", limit=-1)


def test_a_key_of_an_earlier_receipt_does_not_send_the_message_twice(rocket):
    chat = Chat(rocketchat=rocket)
    first = chat.send("rocketchat:general", "once")
    again = chat.send("rocketchat:general", "once", idempotency_key=first.idempotency_key)
    assert (first.outcome, first.deduplicated) == (Outcome.SENT, False)
    assert (again.outcome, again.deduplicated) == (Outcome.SENT, True)
    assert again.require().id == first.require().id
    assert [message.text for message in chat.history("rocketchat:general")].count("once") == 1


def test_a_key_is_refused_where_the_platform_knows_none(glimesh):
    with pytest.raises(Unsupported, match="idempotency"):
        Chat(glimesh=glimesh).send("glimesh:streamer", "once", idempotency_key="k")
