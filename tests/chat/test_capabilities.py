"""What rooms allow, by platform, credential and server age."""

from __future__ import annotations

import pytest

from backchannel import Chat, Glimesh, RocketChat
from backchannel.action import Ban, TimeOut
from backchannel.capability import Capability, Refusal
from backchannel.errors import PermissionDenied, Unsupported
from backchannel.glimesh import ClientCredentials
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import ADMIN, ALICE, ARCHIVED
from backchannel.text import Markup, Unit

EVERYTHING = frozenset(Capability)
BEYOND_GLIMESH = {
    Capability.THREAD,
    Capability.REPLY,
    Capability.ATTACH,
    Capability.ALIAS,
    Capability.KEY,
    Capability.EDIT,
    Capability.REACT,
}
WRITING = {
    Capability.SEND,
    Capability.DELETE,
    Capability.TIME_OUT,
    Capability.BAN,
    Capability.UNBAN,
}


@pytest.fixture
def glimesh():
    with LocalGlimesh() as server:
        yield server


def rocket_chat(server, account=ALICE):
    return RocketChat(server.url, user_id=account.user_id, auth_token=account.token)


def test_a_token_on_glimesh_allows_what_glimesh_has(glimesh):
    with Glimesh(token="tok-viewer", url=glimesh.url) as client:
        capabilities = Chat(glimesh=client).capabilities("glimesh:streamer")
    assert capabilities.allowed == EVERYTHING - BEYOND_GLIMESH
    assert (capabilities.text_limit.maximum, capabilities.text_limit.unit) == (
        255,
        Unit.CODE_POINTS,
    )
    assert capabilities.markup is Markup.PLAIN


def test_a_client_id_only_reads(glimesh):
    app = "11111111-2222-4333-8444-555555555555"
    with Glimesh(client_id=app, url=glimesh.url) as client:
        chat = Chat(glimesh=client)
        allowed = chat.capabilities("glimesh:streamer").allowed
        assert allowed == EVERYTHING - BEYOND_GLIMESH - WRITING - {Capability.ME}
        for attempt in (
            lambda: chat.send("glimesh:streamer", "hello"),
            lambda: chat.delete("glimesh:streamer", "1"),
            lambda: chat.moderate("glimesh:streamer", Ban("viewer")),
            lambda: chat.me("glimesh"),
        ):
            with pytest.raises(Unsupported, match=r"Client-ID.*use a token"):
                attempt()


def test_scopes_that_are_not_asked_for_are_missed_at_once(glimesh):
    credentials = ClientCredentials(
        "11111111-2222-4333-8444-555555555555", "sim-secret", scopes=["public"]
    )
    with Glimesh(credentials=credentials, url=glimesh.url) as client:
        assert Capability.SEND not in Chat(glimesh=client).capabilities("glimesh:streamer")


@pytest.mark.parametrize("age", [7, 8])
def test_rocket_chat_allows_all_but_timeouts(age):
    with LocalRocketChat(age=age) as server, rocket_chat(server) as client:
        capabilities = Chat(rocketchat=client).capabilities("rocketchat:general")
    assert capabilities.allowed == EVERYTHING - {Capability.TIME_OUT}
    assert (capabilities.text_limit.maximum, capabilities.text_limit.unit) == (5000, Unit.UTF16)
    assert capabilities.markup is Markup.MARKDOWN


def test_an_old_server_cannot_ban_and_is_not_asked_to():
    with LocalRocketChat(age=3) as server, rocket_chat(server) as client:
        chat = Chat(rocketchat=client)
        assert not {Capability.BAN, Capability.UNBAN} & chat.capabilities("rocketchat:team").allowed
        with pytest.raises(Unsupported, match=r"Rocket\.Chat: banning somebody .* since 6\.8; "):
            chat.moderate("rocketchat:team", Ban("bob"))


def test_a_direct_room_has_nobody_to_ban():
    with LocalRocketChat() as server, rocket_chat(server) as client:
        chat = Chat(rocketchat=client)
        assert Capability.BAN not in chat.capabilities("rocketchat:@bob")
        with pytest.raises(Unsupported, match="channels and groups"):
            chat.moderate("rocketchat:@bob", Ban("bob"))


def test_an_archived_room_is_only_read_until_it_is_opened_again():
    with LocalRocketChat() as server, rocket_chat(server) as client:
        chat = Chat(rocketchat=client)
        assert Capability.SEND not in chat.capabilities("rocketchat:attic")
        with pytest.raises(Unsupported, match="archived"):
            chat.send("rocketchat:attic", "hello")
        assert [message.text for message in chat.history("rocketchat:attic")]
        server.world.rooms[ARCHIVED].archived = False
        chat.send("rocketchat:attic", "hello").require()


def test_a_timeout_on_rocket_chat_says_what_would_work():
    with (
        LocalRocketChat() as server,
        rocket_chat(server, ADMIN) as client,
        pytest.raises(Unsupported) as caught,
    ):
        Chat(rocketchat=client).moderate("rocketchat:general", TimeOut("bob"))
    assert str(caught.value) == (
        "Rocket.Chat: timing somebody out is unknown there; ban, and lift the ban when the time is"
        " over"
    )


def test_a_missing_right_is_for_the_server_to_say():
    with (
        LocalRocketChat() as server,
        rocket_chat(server) as client,
        pytest.raises(PermissionDenied),
    ):
        Chat(rocketchat=client).moderate("rocketchat:general", Ban("bob"))


def test_every_refusal_reads_as_a_sentence():
    refusal = Refusal("is unknown there", "say it")
    for capability in Capability:
        error = refusal.error(capability, "Chatty")
        assert str(error) == f"Chatty: {capability.value} is unknown there; say it"
        said = (error.operation, error.platform, error.instead)
        assert said == (capability.value, "Chatty", "say it")
