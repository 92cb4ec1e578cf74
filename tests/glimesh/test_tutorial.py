"""The server's own tutorial on messages, done with the generated functions."""

import pytest

import glimesh_api as api
from backchannel.errors import Unsupported
from backchannel.glimesh import Unauthorized

APPLICATION = "11111111-2222-4333-8444-555555555555"
AVATAR = "https://www.gravatar.com/avatar/"


@pytest.fixture(params=[{"token": "tok-viewer"}, {"client_id": APPLICATION}], ids=["token", "id"])
def credential(request):
    return request.param


def test_find_the_channels_id_by_its_streamer(site, connect, credential):
    channel = connect(site.url, **credential).call(
        api.find_channel_id, streamer_username="streamer"
    )
    assert (channel.id, channel.streamer.username) == ("1", "streamer")


def test_read_the_last_messages_with_name_and_picture(site, connect, credential):
    channel = connect(site.url, **credential).call(api.chat_messages, channel_id="1", last=10)
    read = [(edge.node.message, edge.node.user.username) for edge in channel.chat_messages.edges]
    assert read == [
        (f"old message {number}", "viewer" if number % 2 else "chatbot") for number in range(3, 13)
    ]
    for edge in channel.chat_messages.edges:
        assert edge.node.user.avatar_url.startswith(AVATAR)
    assert len({edge.node.user.avatar_url for edge in channel.chat_messages.edges}) == 2


def test_send_a_message_with_a_token(site, connect):
    caller = connect(site.url)
    text = "Hello :glimchef: see https://glimesh.tv/about"
    sent = caller.call(
        api.create_chat_message, channel_id="1", message=api.ChatMessageInput(message=text)
    )
    assert (sent.message, sent.user.username, sent.channel.id) == (text, "viewer", "1")
    assert sent.inserted_at == site.world.messages[13].inserted_at
    assert [(type(token).__name__, token.text) for token in sent.tokens] == [
        ("ChatMessageFieldsTextToken", "Hello "),
        ("ChatMessageFieldsEmoteToken", ":glimchef:"),
        ("ChatMessageFieldsTextToken", " see "),
        ("ChatMessageFieldsUrlToken", "https://glimesh.tv/about"),
    ]
    newest = caller.call(api.chat_messages, streamer_username="STREAMER", last=1)
    assert newest.chat_messages.edges[0].node == sent


def test_a_client_id_only_reads(site, connect):
    caller = connect(site.url, client_id=APPLICATION)
    with pytest.raises(Unsupported, match="Client-ID only reads"):
        caller.call(
            api.create_chat_message, channel_id="1", message=api.ChatMessageInput(message="hi")
        )
    assert site.requests == []


def test_a_token_without_the_scope_is_told_so_by_the_server(site, connect):
    with pytest.raises(Unauthorized):
        connect(site.url, token="tok-public").call(
            api.create_chat_message, channel_id="1", message=api.ChatMessageInput(message="hi")
        )
    assert site.texts() == []


@pytest.mark.parametrize(
    ("credential", "header"),
    [
        ({"token": "tok-viewer"}, "Bearer tok-viewer"),
        ({"client_id": APPLICATION}, f"Client-ID {APPLICATION}"),
    ],
)
def test_the_credential_is_spelled_as_the_server_knows_it(site, connect, credential, header):
    connect(site.url, **credential).call(api.categories)
    [asked] = site.requests
    assert (asked.method, asked.path) == ("POST", "/api/graph")
    assert asked.headers["authorization"] == header
