"""Bringing about a state, and knowing whether it is there: flows of several requests.

What can be read is read first, where doing it again would do harm, and afterwards, where the reply
was lost: the state tells whether it came about, whoever brought it about.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, Generic, Literal, TypeVar

import msgspec

from backchannel.errors import BackchannelError, InvalidInput, Outcome, Unsupported
from backchannel.flow import Flow
from backchannel.glimesh.errors import NotFollowing, ResourceNotFound
from backchannel.glimesh.looking import look_for
from backchannel.graphql.endpoint import Endpoint
from backchannel.graphql.operation import Operation
from backchannel.wire.retry import NO_RETRY, RetryPolicy
from glimesh_api import BanFields, ChannelFields, FollowerFields, ModerationLogFields
from glimesh_api.operations import (
    BAN_USER,
    CHANNEL_BANS,
    FIND_CHANNEL,
    FOLLOW,
    FOLLOWERS,
    LONG_TIMEOUT_USER,
    MYSELF,
    SHORT_TIMEOUT_USER,
    UNBAN_USER,
    UNFOLLOW,
    UPDATE_STREAM_INFO,
)

__all__ = ["Change", "Minutes", "ban", "follow", "set_title", "time_out", "unban", "unfollow"]

T = TypeVar("T")

Minutes = Literal[5, 15]
"""How long a timeout can be."""

PAGE_SIZE: Final = 500
"""Bans of a page; the server gives at most 1,000."""

_TIMEOUTS: Final = {5: SHORT_TIMEOUT_USER, 15: LONG_TIMEOUT_USER}
_SLACK = timedelta(seconds=5)  # between the moments that a timeout's two times are of


class Change(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A state that is there.

    Attributes:
        result: what the server answered; None where it was not asked, or its reply was lost.
        already: whether the state was there before, and nothing was done.
        read_back: whether the reply was lost, and the state was found by reading it.
    """

    result: T | None = None
    already: bool = False
    read_back: bool = False


def ban(
    endpoint: Endpoint, channel_id: str, user_id: str, policy: RetryPolicy
) -> Flow[Change[ModerationLogFields]]:
    """The flow that bans somebody. See `changes.ban`."""
    user = _number("user_id", user_id)
    if _permanent((yield from _bans(endpoint, channel_id, user))):
        return Change(already=True)

    def banned() -> Flow[bool]:
        return bool(_permanent((yield from _bans(endpoint, channel_id, user, retry=NO_RETRY))))

    return (
        yield from _change(
            endpoint, BAN_USER, {"channelId": channel_id, "userId": user}, banned, policy
        )
    )


def unban(
    endpoint: Endpoint, channel_id: str, user_id: str, policy: RetryPolicy
) -> Flow[Change[ModerationLogFields]]:
    """The flow that lifts a ban. See `changes.unban`."""
    user = _number("user_id", user_id)
    bans = _permanent((yield from _bans(endpoint, channel_id, user)))
    if not bans:
        return Change(already=True)
    if len(bans) > 1:
        raise Unsupported(
            f"user {user} is banned {len(bans)} times in channel {channel_id}, and the server"
            " fails to lift one of several bans"
        )

    def lifted() -> Flow[bool]:
        return not _permanent((yield from _bans(endpoint, channel_id, user, retry=NO_RETRY)))

    return (
        yield from _change(
            endpoint, UNBAN_USER, {"channelId": channel_id, "userId": user}, lifted, policy
        )
    )


def time_out(
    endpoint: Endpoint, channel_id: str, user_id: str, minutes: Minutes, policy: RetryPolicy
) -> Flow[Change[ModerationLogFields]]:
    """The flow that times somebody out. See `changes.time_out`."""
    user = _number("user_id", user_id)
    if minutes not in _TIMEOUTS:
        raise InvalidInput("minutes", limit="must be 5 or 15", given=str(minutes))
    before = yield from _bans(endpoint, channel_id, user)
    if _permanent(before):
        return Change(already=True)
    known = {row.id for row in before}
    length = timedelta(minutes=minutes) - _SLACK

    def timed_out() -> Flow[bool]:
        bans = yield from _bans(endpoint, channel_id, user, retry=NO_RETRY)
        return any(
            row.id not in known
            and (row.expires_at is None or row.expires_at - row.inserted_at >= length)
            for row in bans
        )

    variables: dict[str, object] = {"channelId": channel_id, "userId": user}
    return (yield from _change(endpoint, _TIMEOUTS[minutes], variables, timed_out, policy))


def follow(
    endpoint: Endpoint, streamer_id: str, policy: RetryPolicy, *, live_notifications: bool
) -> Flow[Change[FollowerFields]]:
    """The flow that follows a streamer. See `changes.follow`."""

    def follows() -> Flow[bool]:
        row = yield from _follower(endpoint, streamer_id)
        return row is not None and row.has_live_notifications is live_notifications

    variables: dict[str, object] = {
        "streamerId": streamer_id,
        "liveNotifications": live_notifications,
    }
    return (yield from _change(endpoint, FOLLOW, variables, follows, policy))


def unfollow(
    endpoint: Endpoint, streamer_id: str, policy: RetryPolicy
) -> Flow[Change[FollowerFields]]:
    """The flow that follows a streamer no more. See `changes.unfollow`."""

    def ended() -> Flow[bool]:
        return (yield from _follower(endpoint, streamer_id)) is None

    try:
        return (yield from _change(endpoint, UNFOLLOW, {"streamerId": streamer_id}, ended, policy))
    except NotFollowing:
        return Change(already=True)


def set_title(
    endpoint: Endpoint, channel_id: str, title: str, policy: RetryPolicy
) -> Flow[Change[ChannelFields]]:
    """The flow that changes a channel's title. See `changes.set_title`."""

    def stands() -> Flow[bool]:
        channel = yield from endpoint.execute(FIND_CHANNEL, {"id": channel_id}, retry=NO_RETRY)
        return channel.title == title

    variables: dict[str, object] = {"channelId": channel_id, "title": title}
    return (yield from _change(endpoint, UPDATE_STREAM_INFO, variables, stands, policy))


def _change(
    endpoint: Endpoint,
    operation: Operation[T],
    variables: dict[str, object],
    holds: Callable[[], Flow[bool]],
    policy: RetryPolicy,
) -> Flow[Change[T]]:
    """Execute an operation, and look whether its state holds where the reply does not tell."""
    try:
        result = yield from endpoint.execute(operation, variables)
    except BackchannelError as error:
        if error.outcome is Outcome.NOT_SENT:
            raise
        failure = error
    else:
        return Change(result=result)

    def find() -> Flow[bool | None]:
        return (yield from holds()) or None

    if (yield from look_for(find, failure, policy, endpoint.chance)) is None:
        raise failure
    return Change(read_back=True)


def _bans(
    endpoint: Endpoint, channel_id: str, user_id: str, *, retry: RetryPolicy | None = None
) -> Flow[list[BanFields]]:
    """All bans and timeouts of a user in a channel, those that are over too."""
    found: list[BanFields] = []
    variables: dict[str, object] = {"channelId": channel_id, "last": PAGE_SIZE}
    while True:
        channel = yield from endpoint.execute(CHANNEL_BANS, variables, retry=retry)
        found += [edge.node for edge in channel.bans.edges if edge.node.user.id == user_id]
        info = channel.bans.page_info
        # A page that leads nowhere new is the last, whatever the server says of it.
        if not info.has_previous_page or info.start_cursor in {None, variables.get("before")}:
            return found
        variables["before"] = info.start_cursor


def _permanent(bans: list[BanFields]) -> list[BanFields]:
    return [row for row in bans if row.expires_at is None]


def _follower(endpoint: Endpoint, streamer_id: str) -> Flow[FollowerFields | None]:
    """The token's user as a follower of a streamer."""
    me = yield from endpoint.execute(MYSELF, {}, retry=NO_RETRY)
    variables: dict[str, object] = {"streamerId": streamer_id, "userId": me.id, "first": 1}
    try:
        page = yield from endpoint.execute(FOLLOWERS, variables, retry=NO_RETRY)
    except ResourceNotFound:
        return None
    return page.edges[0].node if page.edges else None


def _number(argument: str, value: str) -> str:
    """An id as the server writes it, so that it can be compared."""
    if not (value.isascii() and value.isdigit()):
        raise InvalidInput(argument, limit="must be a number", given=repr(value))
    return value.lstrip("0") or "0"
