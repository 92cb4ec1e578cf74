"""The rules of chat, and who may do what, on the local Glimesh server."""

import re
from datetime import timedelta

import pytest

from backchannel.local.glimesh import LocalGlimesh
from backchannel.local.glimesh.graphemes import graphemes
from support.glimesh_exchanges import Request, send
from support.glimesh_site import CREATE, HISTORY, Clock, message_of, post, write


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    with LocalGlimesh(clock=clock) as running:
        yield running


def test_a_timeout_counts_down_and_ends(server, clock):
    timeout = "mutation { shortTimeoutUser(channelId: 1, userId: 3) { action } }"
    reply = post(server, timeout, token="tok-mod")
    assert reply.body["data"]["shortTimeoutUser"] == {"action": "short_timeout"}
    assert write(server, "x") == "You are banned from this channel for 5 more minutes."
    clock.now += timedelta(minutes=3, seconds=30)
    assert write(server, "x") == "You are banned from this channel for 2 more minutes."
    clock.now += timedelta(minutes=2)
    assert write(server, "back")["message"] == "back"


def test_two_running_timeouts_break_the_server_as_they_do_the_real_one(server):
    timeout = "mutation { longTimeoutUser(channelId: 1, userId: 3) { action } }"
    post(server, timeout, token="tok-mod")
    assert write(server, "x") == "You are banned from this channel for 15 more minutes."
    post(server, timeout, token="tok-mod")
    reply = post(server, CREATE, {"c": "1", "m": {"message": "x"}})
    assert (reply.status, reply.body) == (500, "Internal Server Error")


def test_a_ban_lasts_until_it_is_lifted(server, clock):
    post(server, "mutation { banUser(channelId: 1, userId: 3) { id } }", token="tok-streamer")
    clock.now += timedelta(days=365)
    assert write(server, "x") == "You are permanently banned from this channel."
    assert write(server, "elsewhere", channel=2)["message"] == "elsewhere"
    reply = post(
        server, "mutation { unbanUser(channelId: 1, userId: 3) { action } }", token="tok-streamer"
    )
    assert reply.body["data"]["unbanUser"] == {"action": "unban"}
    assert write(server, "thanks")["message"] == "thanks"


def test_deleting_and_banning_hide_messages_without_removing_them(server):
    post(
        server, "mutation { deleteChatMessage(channelId: 1, messageId: 2) { id } }", token="tok-mod"
    )
    assert not server.world.messages[2].is_visible
    post(server, "mutation { banUser(channelId: 1, userId: 3) { id } }", token="tok-mod")
    hidden = [row.id for row in server.world.messages if not row.is_visible]
    assert hidden == [1, 2, 3, 5, 7, 9, 11]
    edges = post(server, HISTORY).body["data"]["channel"]["chatMessages"]["edges"]
    assert len(edges) == 12


def test_admins_may_write_everywhere_but_no_links_where_they_are_blocked(server):
    for channel in (1, 3, 4):
        assert write(server, "I am here", channel=channel, token="tok-admin")["id"]
    blocked = "This channel has links disabled!"
    assert write(server, "http://x.tv", channel=2, token="tok-admin") == blocked
    assert write(server, "www.example.com", channel=2, token="tok-admin")["id"]


def test_who_writes_is_told_by_the_metadata(server):
    query = CREATE.replace("id message }", "metadata { streamer moderator admin } }")
    for token, told in {
        "tok-streamer": {"streamer": True, "moderator": False, "admin": False},
        "tok-mod": {"streamer": False, "moderator": True, "admin": False},
        "tok-admin": {"streamer": False, "moderator": False, "admin": True},
    }.items():
        reply = post(server, query, {"c": "1", "m": {"message": "hi"}}, token=token)
        assert reply.body["data"]["createChatMessage"]["metadata"] == told


def test_following_writes_one_message_in_six_hours(server, clock):
    follow = "mutation { follow(streamerId: 1) { hasLiveNotifications user { username } } }"
    unfollow = "mutation { unfollow(streamerId: 1) { id } }"
    reply = post(server, follow, token="tok-chatbot")
    assert reply.body["data"]["follow"] == {
        "hasLiveNotifications": False,
        "user": {"username": "chatbot"},
    }
    post(server, unfollow, token="tok-chatbot")
    assert message_of(post(server, unfollow, token="tok-chatbot")) == "Not following"
    post(server, follow, token="tok-chatbot")
    clock.now += timedelta(hours=6, seconds=1)
    post(server, unfollow, token="tok-chatbot")
    post(server, follow, token="tok-chatbot")
    told = [row.message for row in server.world.messages if row.is_followed_message]
    assert told == [" just followed the stream!"] * 2


def test_links_are_tokens_unless_the_channel_shows_them_as_text(server):
    query = CREATE.replace("id message }", "tokens { type text } }")
    text = "go to https://a.tv/x?y=1 :glimlove: :unknown:"
    expected = [
        ("text", "go to "),
        ("url", "https://a.tv/x?y=1"),
        ("text", " "),
        ("emote", ":glimlove:"),
        ("text", " "),
        ("text", ":unknown:"),
    ]
    for channel, link in ((1, "url"), (5, "text")):
        reply = post(server, query, {"c": channel, "m": {"message": text}})
        tokens = reply.body["data"]["createChatMessage"]["tokens"]
        assert [(token["type"], token["text"]) for token in tokens] == [
            (link if kind == "url" else kind, part) for kind, part in expected
        ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        ("e\u0301", 1),
        ("\U0001f469\u200d\U0001f680" * 2, 2),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 2),
        ("\U0001f44d\U0001f3fd", 1),
        ("\r\n", 1),
        ("", 0),
    ],
)
def test_graphemes_are_counted_as_readers_do(text, count):
    assert graphemes(text) == count


def test_client_credentials_give_a_token_of_the_owner_that_ends_and_is_refreshed(server, clock):
    def ask(**fields):
        body = "&".join(f"{name}={value}" for name, value in fields.items())
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return send(server.url, Request("POST", "/api/oauth/token", headers, body))

    application = {"client_id": "11111111-2222-4333-8444-555555555555"}
    token = ask(
        **application,
        grant_type="client_credentials",
        client_secret="sim-secret",
        scope="public+chat",
    ).body
    assert token["scope"] == "public chat"
    assert write(server, "as owner", token=token["access_token"])["message"] == "as owner"
    clock.now += timedelta(hours=24)
    reply = post(server, "{ myself { username } }", token=token["access_token"])
    assert reply.status == 401
    fresh = ask(
        **application, grant_type="refresh_token", refresh_token=token["refresh_token"]
    ).body
    reply = post(server, "{ myself { username } }", token=fresh["access_token"])
    assert reply.body == {"data": {"myself": {"username": "chatbot"}}}
    again = ask(**application, grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    unscoped = ask(**application, grant_type="client_credentials", client_secret="sim-secret").body
    assert unscoped["scope"] == ""
    assert write(server, "x", token=unscoped["access_token"]) == "unauthorized"


def test_an_email_address_is_for_its_owner(server):
    query = "{ myself { email } user(id: 3) { email } }"
    reply = post(server, query, token="tok-streamer")
    assert reply.body["data"] == {
        "myself": {"email": "streamer@example.com"},
        "user": {"email": None},
    }
    assert reply.body["errors"] == [
        {
            "message": "unauthorized",
            "locations": [{"line": 1, "column": 34}],
            "path": ["user", "email"],
        }
    ]


def test_keys_of_a_channel_are_for_admins(server):
    query = "{ channel(id: 1) { streamKey } }"
    assert message_of(post(server, query)) == "Unauthorized to access streamKey field."
    reply = post(server, query, token="tok-admin")
    assert reply.body == {"data": {"channel": {"streamKey": "1-local-hmac-key"}}}


def test_no_secret_is_in_the_repr_of_a_row(server):
    world = server.world
    shown = repr([*world.tokens, *world.apps, *world.users, *world.channels])
    assert not re.search(r"tok-\w|sim-secret|@example|local-hmac-key", shown)


def test_an_unknown_application_breaks_the_server_as_it_does_the_real_one(server):
    headers = {"authorization": "Client-ID 00000000-2222-4333-8444-555555555555"}
    reply = post(server, "{ channel(id: 1) { id } }", headers=headers)
    assert (reply.status, reply.body) == (500, "Internal Server Error")
