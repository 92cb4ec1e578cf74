"""Timeouts, bans and deletions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from graphql import GraphQLResolveInfo

from backchannel.local.glimesh.context import Crash, RefusedError, row_id
from backchannel.local.glimesh.resolvers.chat import get_channel
from backchannel.local.glimesh.resolvers.fields import Fields, channel, context_of, user
from backchannel.local.glimesh.world import Channel, ChannelBan, ChannelModerationLog, User

if TYPE_CHECKING:
    from backchannel.local.glimesh.context import Context

_SHORT = timedelta(minutes=5)
_LONG = timedelta(minutes=15)


class _Action(Protocol):
    def __call__(
        self,
        _: object,
        info: GraphQLResolveInfo,
        *,
        channel_id: str,
        user_id: str,
    ) -> ChannelModerationLog: ...


def _require_right(context: Context, moderator: User, target: Channel, right: str) -> None:
    if moderator.is_admin or moderator.is_gct or moderator.id == target.streamer_id:
        return
    for row in context.world.moderators:
        if (row.channel_id, row.user_id) == (target.id, moderator.id) and getattr(row, right):
            return
    raise RefusedError("unauthorized")


def _log(
    context: Context, moderator: User, target: Channel, affected: User, action: str
) -> ChannelModerationLog:
    logs = context.world.moderation_logs
    return logs.add(
        ChannelModerationLog(
            id=logs.next_id(),
            channel_id=target.id,
            moderator_id=moderator.id,
            user_id=affected.id,
            action=action,
            inserted_at=context.now,
            updated_at=context.now,
        )
    )


def _get_user(context: Context, user_id: str | int) -> User:
    found = context.world.users.get(row_id(user_id))
    if found is None:
        raise Crash(404)
    return found


def _ban(context: Context, target: Channel, affected: User, period: timedelta | None) -> None:
    """Nobody is told, and what the user wrote is hidden from the site's own page."""
    world = context.world
    world.bans.add(
        ChannelBan(
            id=world.bans.next_id(),
            channel_id=target.id,
            user_id=affected.id,
            expires_at=None if period is None else context.now + period,
            inserted_at=context.now,
            updated_at=context.now,
        )
    )
    for row in world.messages:
        if (row.channel_id, row.user_id) == (target.id, affected.id):
            row.is_visible = False


def _banning(action: str, right: str, period: timedelta | None) -> _Action:
    def resolve(
        _: object,
        info: GraphQLResolveInfo,
        *,
        channel_id: str,
        user_id: str,
    ) -> ChannelModerationLog:
        context = context_of(info)
        moderator = context.access.require("chat")
        target = get_channel(context.world, channel_id)
        affected = _get_user(context, user_id)
        _require_right(context, moderator, target, right)
        _ban(context, target, affected, period)
        return _log(context, moderator, target, affected, action)

    return resolve


def _unban_user(
    _: object,
    info: GraphQLResolveInfo,
    *,
    channel_id: str,
    user_id: str,
) -> ChannelModerationLog:
    """Lift a ban, not a timeout; the server fails when there is none, or are two."""
    context = context_of(info)
    moderator = context.access.require("chat")
    target = get_channel(context.world, channel_id)
    affected = _get_user(context, user_id)
    _require_right(context, moderator, target, "can_unban")
    bans = [
        row
        for row in context.world.bans
        if (row.channel_id, row.user_id, row.expires_at) == (target.id, affected.id, None)
    ]
    if len(bans) != 1:
        raise Crash(500)
    context.world.bans.remove(bans[0])
    return _log(context, moderator, target, affected, "unban")


def _delete_chat_message(
    _: object,
    info: GraphQLResolveInfo,
    *,
    channel_id: str,
    message_id: str,
) -> ChannelModerationLog:
    """Hide a message. Whether it is of that channel is not looked at, nor whether it is hidden."""
    context = context_of(info)
    moderator = context.access.require("chat")
    target = get_channel(context.world, channel_id)
    message = context.world.messages.get(row_id(message_id))
    if message is None:
        raise Crash(404)
    author = _get_user(context, message.user_id)
    _require_right(context, moderator, target, "can_delete")
    message.is_visible = False
    message.updated_at = context.now
    return _log(context, moderator, target, author, "delete_message")


FIELDS: Fields = {
    "RootMutationType": {
        "banUser": _banning("ban", "can_ban", None),
        "deleteChatMessage": _delete_chat_message,
        "longTimeoutUser": _banning("long_timeout", "can_long_timeout", _LONG),
        "shortTimeoutUser": _banning("short_timeout", "can_short_timeout", _SHORT),
        "unbanUser": _unban_user,
    },
    "ChannelBan": {"channel": channel(), "user": user()},
    "ChannelModerator": {"channel": channel(), "user": user()},
    "ChannelModerationLog": {
        "channel": channel(),
        "moderator": user("moderator_id"),
        "user": user(),
    },
}
