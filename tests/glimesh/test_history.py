"""What reading a channel through the dispatcher asks the server for, and what it gives."""

import pytest

import glimesh_api as api


@pytest.mark.parametrize(
    ("limit", "asked"),
    [
        (0, []),
        (1, [1]),
        (12, [12]),
        (13, [13]),
        (100, [100]),
        (101, [100]),
        (None, [100]),
    ],
)
def test_no_more_is_asked_for_than_is_wanted_or_there(site, connect, limit, asked):
    found = connect(site.url).history("glimesh:streamer", limit=limit)
    assert len(found) == min(12, 12 if limit is None else limit)
    lookup, *pages = [request.json() for request in site.requests]
    assert lookup["variables"] == {"streamerUsername": "streamer"}
    assert [page["variables"] for page in pages] == [
        {"channelId": "1", "last": last} for last in asked
    ]


def test_a_message_is_the_generated_one_in_common_words(site, connect):
    caller = connect(site.url)
    [message] = caller.history("glimesh:streamer", limit=1)
    native = caller.call(api.chat_messages, channel_id="1", last=1).chat_messages.edges[0].node
    assert message.native == native
    assert (message.id, message.text, message.sent_at) == (
        "12",
        "old message 12",
        site.world.messages[12].inserted_at,
    )
    author = message.author
    assert (author.id, author.username) == ("2", "chatbot")
    assert (author.display_name, author.avatar_url) == ("chatbot", native.user.avatar_url)
    assert author.avatar_url


def test_the_room_has_the_streamers_name_as_the_server_writes_it(site, connect):
    [message] = connect(site.url).history("glimesh:STREAMER", limit=1)
    assert (message.room.name, str(message.room.address)) == ("streamer", "glimesh:STREAMER")


def test_a_deleted_message_is_still_there(site, connect):
    connect(site.url, "tok-mod").call(api.delete_chat_message, channel_id="1", message_id="12")
    [message] = connect(site.url).history("glimesh:streamer", limit=1)
    assert message.id == "12"
