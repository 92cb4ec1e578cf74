"""Bans, timeouts, following and titles: a state is there, or the error says whether it may be."""

from dataclasses import dataclass, field

import pytest

from backchannel.errors import ConnectionLost, InvalidInput, NotFound, Outcome, Unsupported
from backchannel.glimesh import (
    ResourceNotFound,
    TitleRejected,
    Unauthorized,
    changes,
)
from backchannel.local.glimesh.world import ChannelBan, Follower

STREAMER, CHATBOT, VIEWER, BANNED, TIMED_OUT = 1, 2, 3, 7, 8


def bans_of(world, user):
    return [
        row.expires_at and row.expires_at - row.inserted_at
        for row in world.bans
        if row.user_id == user
    ]


def banned(world, user):
    return [row.expires_at for row in world.bans if row.user_id == user] == [None]


def followers(world):
    return [(row.user_id, row.streamer_id, row.has_live_notifications) for row in world.followers]


@dataclass
class Row:
    """A change: whose, its arguments, the operation that makes it, and whether the site has it."""

    function: object
    arguments: dict[str, object]
    operation: str
    holds: object
    token: str = "tok-streamer"
    before: object = field(default=lambda world: None)


def follows(world):
    world.followers.add(Follower(id=1, streamer_id=STREAMER, user_id=CHATBOT))


ON_VIEWER = {"channel_id": "1", "user_id": str(VIEWER)}
ROWS = {
    "ban": Row(changes.ban, ON_VIEWER, "BanUser", lambda world: banned(world, VIEWER)),
    "unban": Row(
        changes.unban,
        {"channel_id": "1", "user_id": str(BANNED)},
        "UnbanUser",
        lambda world: bans_of(world, BANNED) == [],
    ),
    "short timeout": Row(
        changes.time_out,
        ON_VIEWER,
        "ShortTimeoutUser",
        lambda world: [wait.seconds for wait in bans_of(world, VIEWER)] == [300],
    ),
    "long timeout": Row(
        changes.time_out,
        {**ON_VIEWER, "minutes": 15},
        "LongTimeoutUser",
        lambda world: [wait.seconds for wait in bans_of(world, VIEWER)] == [900],
    ),
    "follow": Row(
        changes.follow,
        {"streamer_id": "1"},
        "Follow",
        lambda world: followers(world) == [(CHATBOT, STREAMER, False)],
        "tok-chatbot",
    ),
    "follow and be told": Row(
        changes.follow,
        {"streamer_id": "1", "live_notifications": True},
        "Follow",
        lambda world: followers(world) == [(CHATBOT, STREAMER, True)],
        "tok-chatbot",
        follows,
    ),
    "unfollow": Row(
        changes.unfollow,
        {"streamer_id": "1"},
        "Unfollow",
        lambda world: followers(world) == [],
        "tok-chatbot",
        follows,
    ),
    "title": Row(
        changes.set_title,
        {"channel_id": "1", "title": "Gone fishing"},
        "UpdateStreamInfo",
        lambda world: world.channels[1].title == "Gone fishing",
    ),
}
every = pytest.mark.parametrize("case", ROWS)


@every
def test_a_change_that_goes_well(site, connect, case):
    row = ROWS[case]
    row.before(site.world)
    done = connect(site.url, row.token).call(row.function, **row.arguments)
    assert done.result is not None
    assert (done.already, done.read_back) == (False, False)
    assert site.operations.count(row.operation) == 1
    assert row.holds(site.world)


@every
def test_a_change_whose_reply_is_lost_is_read_back(site, connect, case):
    row = ROWS[case]
    row.before(site.world)
    site.faults.cut_after_apply(operation=row.operation)
    done = connect(site.url, row.token).call(row.function, **row.arguments)
    assert (done.result, done.already, done.read_back) == (None, False, True)
    assert site.operations.count(row.operation) == 1
    assert row.holds(site.world)


@every
def test_a_change_that_is_not_seen_is_unknown_and_not_made_again(site, connect, case):
    row = ROWS[case]
    row.before(site.world)
    site.faults.cut_before_apply(operation=row.operation)
    with pytest.raises(ConnectionLost) as caught:
        connect(site.url, row.token).call(row.function, **row.arguments)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert caught.value.__notes__ == ["Reading back, 3 times: it was not found"]
    assert site.operations.count(row.operation) == 1
    assert not row.holds(site.world)


@every
def test_without_the_scope_nothing_happens(site, connect, case):
    row = ROWS[case]
    row.before(site.world)
    with pytest.raises(Unauthorized) as caught:
        connect(site.url, "tok-public").call(row.function, **row.arguments)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert site.operations.count(row.operation) == 1


ALREADY = {
    "banned": (changes.ban, {"channel_id": "1", "user_id": str(BANNED)}, "tok-streamer"),
    "banned, its id with zeros": (
        changes.ban,
        {"channel_id": "1", "user_id": f"00{BANNED}"},
        "tok-streamer",
    ),
    "banned, and so out": (changes.time_out, {"channel_id": "1", "user_id": "7"}, "tok-streamer"),
    "not banned": (changes.unban, ON_VIEWER, "tok-streamer"),
    "only timed out": (
        changes.unban,
        {"channel_id": "1", "user_id": str(TIMED_OUT)},
        "tok-streamer",
    ),
    "not following": (changes.unfollow, {"streamer_id": "1"}, "tok-chatbot"),
}


@pytest.mark.parametrize("case", ALREADY)
def test_what_is_so_already_stays_so(site, connect, case):
    function, arguments, token = ALREADY[case]
    before = list(site.world.bans)
    done = connect(site.url, token).call(function, **arguments)
    assert (done.result, done.already, done.read_back) == (None, True, False)
    assert list(site.world.bans) == before
    assert len(site.requests) == 1


def test_one_of_two_bans_cannot_be_lifted(site, connect):
    bans = site.world.bans
    bans.add(ChannelBan(id=bans.next_id(), channel_id=1, user_id=BANNED))
    with pytest.raises(Unsupported, match="banned 2 times in channel 1"):
        connect(site.url, "tok-streamer").call(changes.unban, channel_id="1", user_id=str(BANNED))
    assert site.operations == ["ChannelBans"]


def test_a_ban_is_found_among_many(site, connect):
    bans = site.world.bans
    for _ in range(1200):
        bans.add(ChannelBan(id=bans.next_id(), channel_id=1, user_id=CHATBOT))
    caller = connect(site.url, "tok-streamer")
    assert caller.call(changes.ban, channel_id="1", user_id=str(BANNED)).already
    assert site.operations == ["ChannelBans"] * 3


def test_a_timeout_of_before_is_not_taken_for_the_new_one(site, connect):
    site.faults.cut_before_apply(operation="ShortTimeoutUser")
    with pytest.raises(ConnectionLost):
        connect(site.url, "tok-streamer").call(
            changes.time_out, channel_id="1", user_id=str(TIMED_OUT)
        )


def test_what_the_server_refuses(site, connect):
    streamer = connect(site.url, "tok-streamer")
    with pytest.raises(ResourceNotFound):
        streamer.call(changes.ban, channel_id="99", user_id="3")
    with pytest.raises(NotFound):
        streamer.call(changes.ban, channel_id="1", user_id="99")
    with pytest.raises(TitleRejected):
        streamer.call(changes.set_title, channel_id="1", title="x" * 251)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (changes.ban, {"channel_id": "1", "user_id": "viewer"}),
        (changes.unban, {"channel_id": "1", "user_id": "-3"}),
        (changes.time_out, {"channel_id": "1", "user_id": ""}),
        (changes.time_out, {**ON_VIEWER, "minutes": 10}),
    ],
)
def test_what_is_refused_here_costs_no_request(site, connect, function, arguments):
    with pytest.raises(InvalidInput):
        connect(site.url, "tok-streamer").call(function, **arguments)
    assert site.requests == []
