"""Each refusal of Glimesh is an error of its own, with the time that ends it."""

from datetime import UTC, datetime, timedelta

import pytest

import glimesh_api as api
from backchannel import errors, glimesh
from backchannel.errors import (
    BackchannelError,
    Fault,
    GraphQLError,
    NotFound,
    Outcome,
    PermissionDenied,
)
from backchannel.flow import Chance
from backchannel.glimesh import (
    AccountTooYoung,
    BannedFromChannel,
    BannedFromSite,
    LinksBlocked,
    MessageRejected,
    NotFollowing,
    ResourceNotFound,
    StreamingDenied,
    TitleRejected,
    Unauthorized,
    UnconfirmedEmail,
)
from backchannel.graphql.operation import Operation
from support import rawserver
from support.rawserver import RawServer

NOW = datetime(2026, 1, 1, tzinfo=UTC)  # the site's clock, which stands still
CLOCK = Chance(now=NOW.timestamp)


def say(channel, text="hi"):
    return api.create_chat_message, {
        "channel_id": str(channel),
        "message": api.ChatMessageInput(message=text),
    }


ON_VIEWER = {"channel_id": "1", "user_id": "3"}

# Who, what, the error, the broader one, and the server's words.
ROWS = {
    "no scope to write": ("tok-public", say(1), Unauthorized, PermissionDenied, "unauthorized"),
    "no right to ban": (
        "tok-viewer",
        (api.ban_user, ON_VIEWER),
        Unauthorized,
        PermissionDenied,
        "unauthorized",
    ),
    "an administrators' matter": (
        "tok-streamer",
        (api.start_stream, {"channel_id": "1"}),
        Unauthorized,
        PermissionDenied,
        "unauthorized",
    ),
    "banned": (
        "tok-chbanned",
        say(1),
        BannedFromChannel,
        PermissionDenied,
        "You are permanently banned from this channel.",
    ),
    "timed out": (
        "tok-timeout",
        say(1),
        BannedFromChannel,
        PermissionDenied,
        "You are banned from this channel for 240 more minutes.",
    ),
    "banned from the site": (
        "tok-banned",
        say(1),
        BannedFromSite,
        PermissionDenied,
        "You are banned from Glimesh.",
    ),
    "unconfirmed email": (
        "tok-unconfirmed",
        say(3),
        UnconfirmedEmail,
        PermissionDenied,
        "You must confirm your email address before chatting.",
    ),
    "a young account": (
        "tok-newbie",
        say(4),
        AccountTooYoung,
        PermissionDenied,
        "You must wait 1439 more minutes to chat.",
    ),
    "a link": (
        "tok-viewer",
        say(2, "see http://x.example"),
        LinksBlocked,
        MessageRejected,
        "This channel has links disabled!",
    ),
    "a title too long": (
        "tok-streamer",
        (api.update_stream_info, {"channel_id": "1", "title": "x" * 251}),
        TitleRejected,
        GraphQLError,
        "title: should be at most 250 character(s)",
    ),
    "no such channel": (
        "tok-streamer",
        (api.update_stream_info, {"channel_id": "99", "title": "x"}),
        ResourceNotFound,
        NotFound,
        "Channel not found",
    ),
    "not following": (
        "tok-chatbot",
        (api.unfollow, {"streamer_id": "1"}),
        NotFollowing,
        NotFound,
        "Not following",
    ),
    "nobody there to follow": (
        "tok-chatbot",
        (api.follow, {"streamer_id": "99", "live_notifications": False}),
        ResourceNotFound,
        NotFound,
        "Could not find resource",
    ),
    "a streamer who may not stream": (
        "tok-admin",
        (api.start_stream, {"channel_id": "2"}),
        StreamingDenied,
        PermissionDenied,
        "Access denied",
    ),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_refusal_is_an_error_of_its_own(site, connect, case):
    token, (function, arguments), kind, broader, words = ROWS[case]
    site.world.users[11].can_stream = False
    with pytest.raises(broader) as caught:
        connect(site.url, token).call(function, **arguments)
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, GraphQLError)
    assert error.errors[0].message == words
    assert (error.fault, error.retry_safe) == (Fault.CALLER, False)
    assert (error.outcome, error.may_have_happened) == (Outcome.NOT_SENT, False)
    assert len(site.requests) == 1


UNTIL = {
    "tok-chbanned": None,
    "tok-timeout": NOW + timedelta(hours=4),
    "tok-newbie": NOW + timedelta(hours=24),
}


@pytest.mark.parametrize("token", UNTIL)
def test_a_refusal_that_a_time_ends_tells_it(site, connect, token):
    function, arguments = say(4 if token == "tok-newbie" else 1)
    with pytest.raises((BannedFromChannel, AccountTooYoung)) as caught:
        connect(site.url, token, chance=CLOCK).call(function, **arguments)
    assert caught.value.until == UNTIL[token]


def refusal(text, **headers):
    reply = rawserver.http(
        (
            '{"data":{"createChatMessage":null},"errors":[{"path":["createChatMessage"],'
            f'"message":"{text}"}}]}}'
        ).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    return rawserver.always(reply)


TIMED_OUT = "You are banned from this channel for 5 more minutes."
DATES = {
    "Mon, 01 May 2023 12:00:00 GMT": datetime(2023, 5, 1, 12, 5, tzinfo=UTC),
    "Mon, 01 May 2023 14:00:00 +0200": datetime(2023, 5, 1, 12, 5, tzinfo=UTC),
    "Mon, 01 May 2023 12:00:00 -0000": datetime(2023, 5, 1, 12, 5, tzinfo=UTC),
    "Fri, 31 Dec 9999 23:59:59 GMT": NOW + timedelta(minutes=5),
    "yesterday": NOW + timedelta(minutes=5),
}


@pytest.mark.parametrize("date", DATES)
def test_the_time_is_counted_by_the_servers_clock_if_it_tells(connect, date):
    with RawServer(refusal(TIMED_OUT, Date=date)) as server:
        function, arguments = say(1)
        with pytest.raises(BannedFromChannel) as caught:
            connect(server.url, chance=CLOCK).call(function, **arguments)
    assert caught.value.until == DATES[date]
    assert caught.value.until.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "Unknown error.",
        "You are banned from this channel for many more minutes.",
        "You are banned from this channel for 99999999999999 more minutes.",
        "You are banned from Glimesh. ",
        "Unauthorized",
        "not following",
    ],
)
def test_a_text_that_is_not_known_stays_as_it_is(connect, text):
    with RawServer(refusal(text)) as server:
        function, arguments = say(1)
        with pytest.raises(GraphQLError) as caught:
            connect(server.url).call(function, **arguments)
    assert type(caught.value) is GraphQLError
    assert caught.value.errors[0].message == text


def test_a_field_of_administrators_is_refused_in_other_words(site, connect):
    with pytest.raises(Unauthorized, match=r"Unauthorized to access \w+Key field\."):
        connect(site.url).call(api.channel_keys, channel_id="1")


def test_the_servers_words_on_a_text_it_does_not_take(site, connect):
    # A document with the text in it is not looked at beforehand.
    operation = Operation(
        name="Say",
        kind="mutation",
        document='mutation Say { createChatMessage(channelId: 1, message: {message: " "}) { id } }',
        result=dict,
        root=None,
        fields=("createChatMessage",),
        variables={},
    )
    with pytest.raises(MessageRejected, match="message: can't be blank") as caught:
        connect(site.url).execute(operation, {})
    assert type(caught.value) is MessageRejected
    assert caught.value.outcome is Outcome.NOT_SENT


def test_every_refusal_is_exported_and_has_a_row():
    refusals = {
        value
        for value in vars(glimesh.errors).values()
        if isinstance(value, type)
        and issubclass(value, GraphQLError)
        and value.__name__[0] != "_"
        and value is not errors.GraphQLError
    }
    assert {kind for _, _, kind, _, _ in ROWS.values()} | {MessageRejected} == refusals
    assert {kind.__name__ for kind in refusals} <= set(glimesh.__all__)
    assert all(issubclass(kind, BackchannelError) and kind.__doc__ for kind in refusals)
