"""Users and followers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Unpack

from graphql import GraphQLResolveInfo

from backchannel.local.glimesh.connections import Connection, Page, paginate, single
from backchannel.local.glimesh.context import Crash, RefusedError, row_id
from backchannel.local.glimesh.resolvers.chat import create_message
from backchannel.local.glimesh.resolvers.fields import Fields, context_of, paged, published, user
from backchannel.local.glimesh.world import Channel, Follower, User, World

if TYPE_CHECKING:
    from backchannel.local.glimesh.context import Context

NOT_FOUND = "Could not find resource"
_FOLLOW_MESSAGE_PAUSE = 6 * 60 * 60  # seconds


class _UserArguments(Page, total=False):
    id: int | None
    username: str | None


class _FollowersArguments(Page, total=False):
    streamer_id: str | None
    user_id: str | None


def user_by_name(world: World, username: str) -> User | None:
    """A user who is not banned; letter case does not matter."""
    wanted = username.casefold()
    return next(
        (row for row in world.users if row.username.casefold() == wanted and not row.is_banned),
        None,
    )


def _myself(_: object, info: GraphQLResolveInfo) -> User:
    asking = context_of(info).access.user
    if asking is None:
        raise Crash(500)
    return asking


def _find_user(_: object, info: GraphQLResolveInfo, **arguments: Unpack[_UserArguments]) -> User:
    """By the first of id and username that is there."""
    world = context_of(info).world
    found: User | None = None
    if "id" in arguments:
        found = world.users.get(row_id(arguments["id"]))
    elif "username" in arguments:
        if arguments["username"] is None:
            raise Crash(500)
        found = user_by_name(world, arguments["username"])
    if found is None:
        raise RefusedError(NOT_FOUND)
    return found


def _users(_: object, info: GraphQLResolveInfo, **page: Unpack[Page]) -> Connection[User]:
    world = context_of(info).world
    return paginate([row for row in world.users if not row.is_banned], page)


def _followers(
    _: object, info: GraphQLResolveInfo, **arguments: Unpack[_FollowersArguments]
) -> Connection[Follower]:
    """Of a streamer, of a user, of both (one), or all."""
    world = context_of(info).world
    rows = list(world.followers)
    if "streamer_id" in arguments:
        streamer_id = _existing(world, arguments["streamer_id"])
        rows = [row for row in rows if row.streamer_id == streamer_id]
    if "user_id" in arguments:
        user_id = _existing(world, arguments["user_id"])
        rows = [row for row in rows if row.user_id == user_id]
    if "streamer_id" in arguments and "user_id" in arguments:
        if not rows:
            raise RefusedError(NOT_FOUND)
        return single(rows[0], arguments)
    return paginate(rows, arguments)


def _existing(world: World, user_id: str | None) -> int:
    number = row_id(user_id)
    if world.users.get(number) is None:
        raise RefusedError(NOT_FOUND)
    return number


def _email(source: User, info: GraphQLResolveInfo) -> str:
    """Only one's own."""
    if context_of(info).access.require("email").id != source.id:
        raise RefusedError("unauthorized")
    return source.email


def _avatar_url(source: User, info: GraphQLResolveInfo) -> str | None:
    if source.avatar is None:
        # Gravatar's own scheme; nothing is protected by it.
        digest = hashlib.md5(source.email.strip().lower().encode(), usedforsecurity=False)
        return f"https://www.gravatar.com/avatar/{digest.hexdigest()}?s=200&d=wavatar"
    return context_of(info).full_url(source.avatar)


def _channel_of(source: User, info: GraphQLResolveInfo) -> Channel | None:
    world = context_of(info).world
    return next((row for row in world.channels if row.streamer_id == source.id), None)


def _following_live_channels(
    source: User, info: GraphQLResolveInfo, **page: Unpack[Page]
) -> Connection[Channel]:
    world = context_of(info).world
    followed = {row.streamer_id for row in world.followers if row.user_id == source.id}
    live = [row for row in world.channels if row.streamer_id in followed and row.status == "LIVE"]
    return paginate(live, page)


def _count_followers(source: User, info: GraphQLResolveInfo) -> int:
    return sum(row.streamer_id == source.id for row in context_of(info).world.followers)


def _count_following(source: User, info: GraphQLResolveInfo) -> int:
    return sum(row.user_id == source.id for row in context_of(info).world.followers)


def _follow(
    _: object,
    info: GraphQLResolveInfo,
    *,
    streamer_id: str,
    live_notifications: bool,
) -> Follower:
    """Follow, or change the notifications of who is followed already."""
    context = context_of(info)
    asking = context.access.require("follow")
    streamer = context.world.users.get(row_id(streamer_id))
    if streamer is None:
        raise RefusedError(NOT_FOUND)
    for row in context.world.followers:
        if row.user_id == asking.id and row.streamer_id == streamer.id:
            row.has_live_notifications = live_notifications
            row.updated_at = context.now
            return row
    followed = context.world.followers.add(
        Follower(
            id=context.world.followers.next_id(),
            streamer_id=streamer.id,
            user_id=asking.id,
            has_live_notifications=live_notifications,
            inserted_at=context.now,
            updated_at=context.now,
        )
    )
    context.publish("followers", streamer.id, followed)
    _announce(context, asking, streamer)
    return followed


def _announce(context: Context, asking: User, streamer: User) -> None:
    """The follower's message in the channel, every six hours at most."""
    channel = next(
        (
            row
            for row in context.world.channels
            if row.streamer_id == streamer.id and not row.inaccessible
        ),
        None,
    )
    if channel is None:
        return
    for row in context.world.messages:
        if (
            row.is_followed_message
            and (row.channel_id, row.user_id) == (channel.id, asking.id)
            and (context.now - row.inserted_at).total_seconds() <= _FOLLOW_MESSAGE_PAUSE
        ):
            return
    try:
        create_message(context, asking, channel, " just followed the stream!", is_follow=True)
    except RefusedError:
        # Following works all the same for who may not write.
        return


def _unfollow(
    _: object,
    info: GraphQLResolveInfo,
    *,
    streamer_id: str,
) -> Follower:
    context = context_of(info)
    asking = context.access.require("follow")
    streamer = context.world.users.get(row_id(streamer_id))
    if streamer is None:
        raise RefusedError(NOT_FOUND)
    for row in context.world.followers:
        if row.user_id == asking.id and row.streamer_id == streamer.id:
            context.world.followers.remove(row)
            return row
    raise RefusedError("Not following")


FIELDS: Fields = {
    "RootQueryType": {
        "myself": _myself,
        "user": _find_user,
        "users": _users,
        "followers": _followers,
    },
    "RootMutationType": {"follow": _follow, "unfollow": _unfollow},
    "RootSubscriptionType": {"followers": published},
    "User": {
        "avatarUrl": _avatar_url,
        "channel": _channel_of,
        "countFollowers": _count_followers,
        "countFollowing": _count_following,
        "email": _email,
        "followers": paged(lambda world: world.followers, "streamer_id"),
        "following": paged(lambda world: world.followers, "user_id"),
        "followingLiveChannels": _following_live_channels,
    },
    "Follower": {"streamer": user("streamer_id"), "user": user()},
}
