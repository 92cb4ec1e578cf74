"""Row by row: who may write what on the local Glimesh server, and who may moderate."""

import json
from dataclasses import fields
from datetime import timedelta

import pytest

from backchannel.local.glimesh import LocalGlimesh
from backchannel.local.glimesh.seed import CHATBOT, MODERATOR, STREAMER, VIEWER, seed
from backchannel.local.glimesh.world import AccessToken, ChannelBan, Table
from support.glimesh_site import CREATE, Clock, message_of, post, write
from support.glimesh_socket import CONTROL, dial, receive
from support.glimesh_socket import VIEWER as VIEWER_SOCKET

UNAUTHORIZED = "unauthorized"
LINKS = "This channel has links disabled!"
BLANK = "message: can't be blank"
LONG = "message: should be at most 255 character(s)"
FAMILY = "\U0001f469\u200d\U0001f680"  # one grapheme of three code points

RIGHTS = {
    "shortTimeoutUser": "can_short_timeout",
    "longTimeoutUser": "can_long_timeout",
    "banUser": "can_ban",
    "unbanUser": "can_unban",
    "deleteChatMessage": "can_delete",
}


@pytest.fixture(scope="module")
def running():
    """One server for all rows, which is quicker than one for each."""
    clock = Clock()
    with LocalGlimesh(clock=clock) as running:
        yield running, clock


@pytest.fixture
def clock(running):
    return running[1]


@pytest.fixture
def server(running):
    """The server with its world as it was."""
    server, clock = running
    clock.now = Clock().now
    fresh = seed(clock.now)
    for table in fields(fresh):
        setattr(server.world, table.name, getattr(fresh, table.name))
    return server


def ban(server, user, channel=1, **time):
    """Ban in a channel, for good or until so much later."""
    bans = server.world.bans
    expires = Clock().now + timedelta(**time) if time else None
    bans.add(ChannelBan(id=bans.next_id(), channel_id=channel, user_id=user, expires_at=expires))


def grant(server, user, scope="public chat"):
    """A token of any user."""
    tokens = server.world.tokens
    tokens.add(AccessToken(id=tokens.next_id(), value=f"own-{user}", user_id=user, scope=scope))
    return f"own-{user}"


class TestWhoMayWrite:
    @pytest.mark.parametrize(
        ("token", "channel", "answer"),
        [
            ("tok-public", 1, UNAUTHORIZED),
            ("tok-noscope", 1, UNAUTHORIZED),
            ("tok-chbanned", 1, "You are permanently banned from this channel."),
            ("tok-timeout", 1, "You are banned from this channel for 240 more minutes."),
            ("tok-banned", 1, "You are banned from Glimesh."),
            ("tok-unconfirmed", 3, "You must confirm your email address before chatting."),
            ("tok-newbie", 4, "You must wait 1439 more minutes to chat."),
        ],
    )
    def test_refusal(self, server, token, channel, answer):
        assert write(server, "hi", token=token, channel=channel) == answer

    @pytest.mark.parametrize(
        ("token", "channel"),
        [
            ("tok-chbanned", 5),  # banned from channel 1 only
            ("tok-unconfirmed", 1),  # an email is asked for in channel 3
            ("tok-newbie", 1),  # an age in channel 4
            ("tok-viewer", 4),  # old enough
            ("tok-admin", 3),
        ],
    )
    def test_others_write(self, server, token, channel):
        assert write(server, "hi", token=token, channel=channel)["message"] == "hi"

    @pytest.mark.parametrize(
        ("seconds", "minutes"), [(1, 1), (59, 1), (60, 1), (61, 2), (120, 2), (121, 3), (899, 15)]
    )
    def test_the_minutes_of_a_timeout_are_rounded_up(self, server, seconds, minutes):
        ban(server, VIEWER, seconds=seconds)
        text = f"You are banned from this channel for {minutes} more minutes."
        assert write(server, "hi") == text

    @pytest.mark.parametrize("lasts", [{}, {"minutes": 15}], ids=["a ban", "a timeout"])
    def test_a_second_one_beside_a_timeout_breaks_the_server(self, server, lasts):
        ban(server, VIEWER, minutes=5)
        ban(server, VIEWER, **lasts)
        reply = post(server, CREATE, {"c": 1, "m": {"message": "hi"}})
        assert (reply.status, reply.body) == (500, "Internal Server Error")

    def test_a_timeout_that_is_over_is_not_counted(self, server, clock):
        ban(server, VIEWER, minutes=5)
        clock.now += timedelta(minutes=5)
        ban(server, VIEWER, minutes=6)
        assert write(server, "hi") == "You are banned from this channel for 1 more minutes."

    def test_the_ban_comes_before_the_other_refusals(self, server):
        ban(server, VIEWER, channel=2)
        assert (
            write(server, "http://", channel=2) == "You are permanently banned from this channel."
        )

    def test_the_owner_is_only_held_up_by_a_ban_from_the_site(self, server, clock):
        server.world.channels[1].require_confirmed_email = True
        server.world.channels[1].minimum_account_age = 10**6
        server.world.users[STREAMER].confirmed_at = None
        ban(server, STREAMER)
        assert write(server, "mine", token="tok-streamer")["message"] == "mine"
        server.world.users[STREAMER].is_banned = True
        assert write(server, "mine", token="tok-streamer") == "You are banned from Glimesh."

    def test_nothing_holds_an_admin_up(self, server):
        admin = next(row for row in server.world.users if row.is_admin)
        admin.is_banned = True
        admin.confirmed_at = None
        ban(server, admin.id, channel=3)
        assert write(server, "hi", token="tok-admin", channel=3)["message"] == "hi"

    @pytest.mark.parametrize(("channel", "status"), [(999, 404), ("one", 400), (2**63, 500)])
    def test_a_channel_that_is_none_ends_the_request(self, server, channel, status):
        reply = post(server, CREATE, {"c": str(channel), "m": {"message": "hi"}})
        assert reply.status == status

    @pytest.mark.parametrize("channel", ["999", "one"])
    def test_or_the_channel_on_a_socket(self, server, channel):
        with dial(server, VIEWER_SOCKET) as socket:
            socket.send(json.dumps(["1", "1", CONTROL, "phx_join", {}]))
            receive(socket)
            values = {"c": channel, "m": {"message": "hi"}}
            doc = {"query": CREATE, "variables": values}
            socket.send(json.dumps(["1", "2", CONTROL, "doc", doc]))
            assert json.loads(receive(socket)) == ["1", "1", CONTROL, "phx_error", {}]


class TestWhatMayBeWritten:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            (None, BLANK),
            ("", BLANK),
            (" \t\n\u00a0", BLANK),
            ("x" * 256, LONG),
            ("e\u0301" * 256, LONG),
        ],
    )
    def test_refusal(self, server, text, answer):
        assert write(server, text) == answer

    @pytest.mark.parametrize("text", ["e\u0301" * 128, FAMILY * 86, "a\0b"])
    def test_what_the_database_does_not_take_breaks_the_server(self, server, text):
        reply = post(server, CREATE, {"c": 1, "m": {"message": text}})
        assert (reply.status, reply.body) == (500, "Internal Server Error")

    def test_so_does_an_input_without_message(self, server):
        assert post(server, CREATE, {"c": 1, "m": {}}).status == 500

    @pytest.mark.parametrize(
        "text", ["x" * 255, "\U0001f600" * 255, FAMILY * 85, "  kept  ", "<b>raw</b>", "é"]
    )
    def test_the_rest_is_kept_as_it_is(self, server, text):
        assert write(server, text)["message"] == text

    @pytest.mark.parametrize("text", ["http://x.tv", "see https://x.tv", "http then ://"])
    @pytest.mark.parametrize("who", ["viewer", "admin", "owner"])
    def test_links_are_refused_where_they_are_blocked_whoever_writes(self, server, who, text):
        owner = server.world.channels[2].streamer_id
        token = grant(server, owner) if who == "owner" else f"tok-{who}"
        assert write(server, text, channel=2, token=token) == LINKS

    @pytest.mark.parametrize("text", ["www.x.tv", "ftp://x.tv", "http:/x.tv", "HTTP://x.tv"])
    def test_what_lacks_either_part_is_no_link(self, server, text):
        assert write(server, text, channel=2)["message"] == text

    def test_the_same_may_be_said_again_and_again(self, server):
        ids = [write(server, "hi")["id"] for _ in range(20)]
        assert len(set(ids)) == 20


def moderate(server, action, token):
    """The reply of a moderation: of user 3 in channel 1, or of his message."""
    whom = "messageId: 1" if action == "deleteChatMessage" else f"userId: {VIEWER}"
    query = f"mutation {{ {action}(channelId: 1, {whom}) {{ action user {{ username }} }} }}"
    return post(server, query, token=token)


def done(server, action, token):
    """The name in the log, or the refusal."""
    if action == "unbanUser":
        server.world.bans = Table()
        ban(server, VIEWER)
    body = moderate(server, action, token).body
    if "errors" in body:
        return body["errors"][0]["message"]
    assert body["data"][action]["user"] == {"username": "viewer"}
    return body["data"][action]["action"]


LOGGED = {
    "shortTimeoutUser": "short_timeout",
    "longTimeoutUser": "long_timeout",
    "banUser": "ban",
    "unbanUser": "unban",
    "deleteChatMessage": "delete_message",
}


@pytest.mark.parametrize("action", RIGHTS)
class TestWhoMayModerate:
    @pytest.mark.parametrize("token", ["tok-streamer", "tok-admin", "tok-mod"])
    def test_the_owner_admins_and_moderators(self, server, action, token):
        assert done(server, action, token) == LOGGED[action]

    def test_the_sites_own_team(self, server, action):
        server.world.users[CHATBOT].is_gct = True
        assert done(server, action, "tok-chatbot") == LOGGED[action]

    @pytest.mark.parametrize("token", ["tok-viewer", "tok-chatbot", "tok-public"])
    def test_nobody_else_not_even_the_author(self, server, action, token):
        assert done(server, action, token) == UNAUTHORIZED

    def test_each_right_is_one_of_its_own(self, server, action):
        row = next(row for row in server.world.moderators if row.user_id == MODERATOR)
        setattr(row, RIGHTS[action], False)
        assert done(server, action, "tok-mod") == UNAUTHORIZED
        others = [name for name in LOGGED if name != action]
        assert [done(server, name, "tok-mod") for name in others] == [
            LOGGED[name] for name in others
        ]

    def test_without_the_scope_not_even_the_owner(self, server, action):
        assert done(server, action, grant(server, STREAMER, "public")) == UNAUTHORIZED


class TestWhatModeratingDoes:
    def test_deleting_again_succeeds_and_the_channel_is_not_looked_at(self, server):
        for channel in (1, 1, 2):
            query = (
                f"mutation {{ deleteChatMessage(channelId: {channel}, messageId: 1) {{ action }} }}"
            )
            reply = post(server, query, token="tok-admin")
            assert reply.body["data"]["deleteChatMessage"] == {"action": "delete_message"}

    @pytest.mark.parametrize(("channel", "message"), [(1, 999), (999, 1)])
    def test_deleting_what_is_not_there_is_a_404(self, server, channel, message):
        query = (
            f"mutation {{ deleteChatMessage(channelId: {channel}, messageId: {message}) {{ id }} }}"
        )
        assert post(server, query, token="tok-admin").status == 404

    def test_lifting_a_ban_that_is_none_breaks_the_server(self, server):
        assert moderate(server, "unbanUser", "tok-mod").status == 500

    @pytest.mark.parametrize(
        ("action", "answer"),
        [
            ("shortTimeoutUser", "You are banned from this channel for 5 more minutes."),
            ("longTimeoutUser", "You are banned from this channel for 15 more minutes."),
            ("banUser", "You are permanently banned from this channel."),
        ],
    )
    def test_the_user_is_told_when_writing(self, server, action, answer):
        done(server, action, "tok-mod")
        assert write(server, "hi") == answer


class TestFollowingAndStreams:
    @pytest.mark.parametrize("action", ["follow", "unfollow"])
    def test_following_wants_its_scope(self, server, action):
        reply = post(server, f"mutation {{ {action}(streamerId: 1) {{ id }} }}")
        assert message_of(reply) == UNAUTHORIZED

    def test_following_twice_changes_the_notifications(self, server):
        follow = "mutation($n: Boolean) { follow(streamerId: 1, liveNotifications: $n) { hasLiveNotifications } }"
        told = [
            post(server, follow, {"n": wanted}, token="tok-chatbot").body["data"]["follow"]
            for wanted in (False, True, False)
        ]
        assert [row["hasLiveNotifications"] for row in told] == [False, True, False]
        assert len(server.world.followers) == 1

    @pytest.mark.parametrize(
        ("token", "channel", "answer"),
        [
            ("tok-viewer", 1, UNAUTHORIZED),
            ("tok-streamer", 2, UNAUTHORIZED),
            ("tok-streamer", 999, "Channel not found"),
            ("tok-streamer", 1, None),
            ("tok-admin", 2, None),
        ],
    )
    def test_a_title_is_changed_by_its_owner_and_admins(self, server, token, channel, answer):
        change = 'mutation($c: ID!) { updateStreamInfo(channelId: $c, title: "New") { title } }'
        body = post(server, change, {"c": channel}, token=token).body
        if answer is None:
            assert body == {"data": {"updateStreamInfo": {"title": "New"}}}
        else:
            assert body["errors"][0]["message"] == answer
