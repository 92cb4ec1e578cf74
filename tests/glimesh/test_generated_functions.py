"""Every function of glimesh_api, called once with each kind of client."""

from contextlib import aclosing

import pytest

import glimesh_api as api
from backchannel.errors import Unsupported
from backchannel.glimesh import AsyncGlimesh, Glimesh, ResourceNotFound, Unauthorized
from backchannel.graphql.operation import Operation
from backchannel.local.glimesh import World
from backchannel.local.glimesh.world import (
    OPENED,
    ChannelModerationLog,
    Follower,
    Stream,
    StreamMetadata,
    UserSocial,
)
from glimesh_api import operations
from support.glimesh_calls import (
    CHATBOT,
    MODERATOR,
    NO_LINKS,
    ON_VIEWER,
    ROWS,
    STREAMER,
    SUBSCRIPTIONS,
    VIEWER,
)
from support.phoenix import Phoenix


def test_every_operation_has_a_row():
    assert ROWS.keys() | SUBSCRIPTIONS.keys() == set(operations.__all__)


def enrich(world: World) -> None:
    """Add to the seeded site what it lacks for some of the functions."""
    for follower, streamer in [(VIEWER, STREAMER), (CHATBOT, NO_LINKS)]:
        world.followers.add(
            Follower(id=world.followers.next_id(), streamer_id=streamer, user_id=follower)
        )
    world.stream_metadata.add(
        StreamMetadata(
            id=world.stream_metadata.next_id(), stream_id=1, video_codec="h264", source_bitrate=6000
        )
    )
    # Its id is that of the measurement to come: the two are told apart by no recorded reply.
    world.streams.add(
        Stream(id=world.streams.next_id(), channel_id=3, category_id=1, title="", started_at=OPENED)
    )
    world.moderation_logs.add(
        ChannelModerationLog(
            id=world.moderation_logs.next_id(),
            channel_id=1,
            moderator_id=MODERATOR,
            user_id=VIEWER,
            action="unban",
        )
    )
    world.users[VIEWER].socials.append(
        UserSocial(id=1, platform="twitter", identifier="17", username="viewer17")
    )


def look(value, path):
    for key in path.split("."):
        value = value[int(key)] if key.isdigit() else getattr(value, key)
    return value


def seen(result, expected):
    return {path: look(result, path) for path in expected}


@pytest.mark.parametrize("name", ROWS)
def test_a_function_gives_what_its_operation_reads_or_does(site, connect, name):
    row, function, operation = ROWS[name], getattr(api, name.lower()), getattr(operations, name)
    enrich(site.world)
    caller = connect(site.url, row.token)
    result = caller.call(function, **row.arguments)
    assert seen(result, row.result) == row.result
    assert site.operations[-1] == operation.name
    if operation.kind == "mutation" and name != "WATCH_CHANNEL":
        assert row.effect(site.world) == row.leaves
    else:
        assert row.effect is None


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_a_subscriptions_function_gives_what_is_pushed(site, name):
    arguments, push, expected = SUBSCRIPTIONS[name]
    if name == "CHANNEL_UPDATED":
        push = {"channel": await channel_as_json(site)}
    async with (
        Phoenix({"data": push}) as server,
        AsyncGlimesh(token="tok-viewer", url=server.url.replace("ws:", "http:")) as client,
        aclosing(getattr(api, name.lower())(client, **arguments)) as items,
    ):
        result = await anext(items)
    assert seen(result, expected) == expected


async def channel_as_json(site):
    """A channel as the local site writes it."""
    fields = operations.CHANNEL_UPDATED.document.replace("subscription", "query", 1)
    operation: Operation[object] = Operation(
        name="ChannelUpdated",
        kind="query",
        document=fields,
        result=dict,
        root=None,
        fields=("channel",),
        variables=operations.CHANNEL_UPDATED.variables,
    )
    async with AsyncGlimesh(token="tok-viewer", url=site.url) as client:
        return (await client.execute(operation, {"channelId": "1"}))["channel"]


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_a_subscription_is_nothing_for_http(site, name):
    with (
        Glimesh(token="tok-viewer", url=site.url) as client,
        pytest.raises(Unsupported, match="subscription"),
    ):
        client.execute(getattr(operations, name), {})
    assert site.requests == []


@pytest.mark.parametrize(
    ("function", "arguments", "token", "error"),
    [
        (api.channel_keys, {"channel_id": "1"}, "tok-streamer", Unauthorized),
        (api.start_stream, {"channel_id": "1"}, "tok-streamer", Unauthorized),
        (api.my_email, {}, "tok-viewer", Unauthorized),
        (api.follow, {"streamer_id": "1"}, "tok-viewer", Unauthorized),
        (api.update_stream_info, {"channel_id": "1", "title": "x"}, "tok-mod", Unauthorized),
        (api.ban_user, ON_VIEWER, "tok-chatbot", Unauthorized),
        (api.find_user, {"username": "nobody"}, "tok-viewer", ResourceNotFound),
        (api.find_category, {"slug": "nothing"}, "tok-viewer", ResourceNotFound),
        (api.start_stream, {"channel_id": "99"}, "tok-admin", ResourceNotFound),
        (
            api.update_stream_info,
            {"channel_id": "99", "title": "x"},
            "tok-admin",
            ResourceNotFound,
        ),
        (
            api.channels,
            {"status": api.ChannelStatus.LIVE, "category_slug": "nothing"},
            "tok-viewer",
            ResourceNotFound,
        ),
    ],
)
def test_what_is_not_allowed_or_not_there(site, connect, function, arguments, token, error):
    with pytest.raises(error) as caught:
        connect(site.url, token).call(function, **arguments)
    assert type(caught.value) is error
    assert not caught.value.retry_safe
    assert not caught.value.may_have_happened


def test_nowhere_to_watch(site, connect):
    site.world.edge_routes.remove(site.world.edge_routes[1])
    with pytest.raises(ResourceNotFound, match="Edge not found"):
        connect(site.url).call(api.watch_channel, channel_id="1", country="US")


def test_keys_and_addresses_are_not_shown(site, connect):
    keys = connect(site.url, "tok-admin").call(api.channel_keys, channel_id="1")
    assert "local-hmac-key" not in repr(keys)
    email = connect(site.url, "tok-streamer").call(api.my_email)
    assert email.email not in repr(email)
