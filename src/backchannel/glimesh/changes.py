"""Moderating and following with certainty: functions that end in a known state.

Each works on a client of either kind: with an asynchronous one the result is awaitable. Where a
reply is lost, they read whether the state is there; nothing is done twice. For deleting a message
take the generated `delete_chat_message`: nothing that can be read tells whether a message is
hidden, but deleting it again does no harm beyond a second entry in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

from backchannel.glimesh import changing
from backchannel.glimesh.changing import Change, Minutes

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from backchannel.flow import Flow
    from backchannel.glimesh.client import AsyncGlimesh, Glimesh
    from glimesh_api import ChannelFields, FollowerFields, ModerationLogFields

__all__ = ["Change", "Minutes", "ban", "follow", "set_title", "time_out", "unban", "unfollow"]

T = TypeVar("T")


def _run(client: Glimesh | AsyncGlimesh, flow: Flow[T]) -> T | Coroutine[object, object, T]:
    return client.driver.run(flow)


@overload
def ban(client: Glimesh, *, channel_id: str, user_id: str) -> Change[ModerationLogFields]: ...
@overload
def ban(
    client: AsyncGlimesh, *, channel_id: str, user_id: str
) -> Coroutine[object, object, Change[ModerationLogFields]]: ...
def ban(
    client: Glimesh | AsyncGlimesh, *, channel_id: str, user_id: str
) -> Change[ModerationLogFields] | Coroutine[object, object, Change[ModerationLogFields]]:
    """Keep somebody from writing in a channel until the ban is lifted (`banUser`).

    Somebody already banned is left so: the server would store a second ban, and could lift neither.

    Args:
        client: the client; its token needs the scope `chat`, its user the right.
        channel_id: the channel's id.
        user_id: the user's id, a number; `find_user` tells it for a name.

    Returns:
        The entry in the moderation log, or whether the ban was there already or was read back.

    Raises:
        Unauthorized: the scope or the right is missing.
        NotFound: there is no such channel or user.
        BackchannelError: see the tree in `backchannel.errors`; `outcome` tells whether it happened:
            UNKNOWN where the reply was lost and the ban was not seen.

    Source: `RootMutationType.banUser`, `Channel.bans`.
    """
    return _run(client, changing.ban(client.endpoint, channel_id, user_id, client.reading_back))


@overload
def unban(client: Glimesh, *, channel_id: str, user_id: str) -> Change[ModerationLogFields]: ...
@overload
def unban(
    client: AsyncGlimesh, *, channel_id: str, user_id: str
) -> Coroutine[object, object, Change[ModerationLogFields]]: ...
def unban(
    client: Glimesh | AsyncGlimesh, *, channel_id: str, user_id: str
) -> Change[ModerationLogFields] | Coroutine[object, object, Change[ModerationLogFields]]:
    """Lift a ban (`unbanUser`). A timeout ends by itself, and cannot be lifted.

    For somebody who is not banned nothing is asked: the server would fail.

    Args:
        client: the client; its token needs the scope `chat`, its user the right.
        channel_id: the channel's id.
        user_id: the user's id, a number; `find_user` tells it for a name.

    Returns:
        The entry in the moderation log, or whether there was no ban or its end was read back.

    Raises:
        Unsupported: the user is banned several times, which the server fails to lift.
        Unauthorized: the scope or the right is missing.
        NotFound: there is no such channel.
        BackchannelError: see the tree in `backchannel.errors`; `outcome` tells whether it happened:
            UNKNOWN where the reply was lost and the end of the ban was not seen.

    Source: `RootMutationType.unbanUser`, `Channel.bans`.
    """
    return _run(client, changing.unban(client.endpoint, channel_id, user_id, client.reading_back))


@overload
def time_out(
    client: Glimesh, *, channel_id: str, user_id: str, minutes: Minutes = 5
) -> Change[ModerationLogFields]: ...
@overload
def time_out(
    client: AsyncGlimesh, *, channel_id: str, user_id: str, minutes: Minutes = 5
) -> Coroutine[object, object, Change[ModerationLogFields]]: ...
def time_out(
    client: Glimesh | AsyncGlimesh, *, channel_id: str, user_id: str, minutes: Minutes = 5
) -> Change[ModerationLogFields] | Coroutine[object, object, Change[ModerationLogFields]]:
    """Keep somebody from writing in a channel for a while (`shortTimeoutUser`, `longTimeoutUser`).

    Somebody banned is left so. While two timeouts of one user run, the server fails (500) at that
    user's messages, which keeps them out as well.

    Args:
        client: the client; its token needs the scope `chat`, its user the right.
        channel_id: the channel's id.
        user_id: the user's id, a number; `find_user` tells it for a name.
        minutes: 5 or 15.

    Returns:
        The entry in the moderation log, or whether there is a ban or the timeout was read back.

    Raises:
        InvalidInput: another number of minutes.
        Unauthorized: the scope or the right is missing.
        NotFound: there is no such channel or user.
        BackchannelError: see the tree in `backchannel.errors`; `outcome` tells whether it happened:
            UNKNOWN where the reply was lost and the timeout was not seen.

    Source: `RootMutationType.shortTimeoutUser`, `RootMutationType.longTimeoutUser`, `Channel.bans`.
    """
    return _run(
        client,
        changing.time_out(client.endpoint, channel_id, user_id, minutes, client.reading_back),
    )


@overload
def follow(
    client: Glimesh, *, streamer_id: str, live_notifications: bool = False
) -> Change[FollowerFields]: ...
@overload
def follow(
    client: AsyncGlimesh, *, streamer_id: str, live_notifications: bool = False
) -> Coroutine[object, object, Change[FollowerFields]]: ...
def follow(
    client: Glimesh | AsyncGlimesh, *, streamer_id: str, live_notifications: bool = False
) -> Change[FollowerFields] | Coroutine[object, object, Change[FollowerFields]]:
    """Follow a streamer, or change what is announced (`follow`).

    Args:
        client: the client; its token needs the scope `follow`.
        streamer_id: the streamer's id as a user.
        live_notifications: whether going live is announced.

    Returns:
        The follower as the server stores it, or whether it was read back.

    Raises:
        Unauthorized: the scope is missing.
        ResourceNotFound: there is no such streamer.
        BackchannelError: see the tree in `backchannel.errors`; `outcome` tells whether it happened:
            UNKNOWN where the reply was lost and the follower was not seen.

    Source: `RootMutationType.follow`, `RootQueryType.followers`.
    """
    return _run(
        client,
        changing.follow(
            client.endpoint, streamer_id, client.reading_back, live_notifications=live_notifications
        ),
    )


@overload
def unfollow(client: Glimesh, *, streamer_id: str) -> Change[FollowerFields]: ...
@overload
def unfollow(
    client: AsyncGlimesh, *, streamer_id: str
) -> Coroutine[object, object, Change[FollowerFields]]: ...
def unfollow(
    client: Glimesh | AsyncGlimesh, *, streamer_id: str
) -> Change[FollowerFields] | Coroutine[object, object, Change[FollowerFields]]:
    """Follow a streamer no more (`unfollow`).

    Args:
        client: the client; its token needs the scope `follow`.
        streamer_id: the streamer's id as a user.

    Returns:
        The follower that was, or whether there was none or its end was read back.

    Raises:
        Unauthorized: the scope is missing.
        ResourceNotFound: there is no such streamer.
        BackchannelError: see the tree in `backchannel.errors`; `outcome` tells whether it happened:
            UNKNOWN where the reply was lost and the end was not seen.

    Source: `RootMutationType.unfollow`, `RootQueryType.followers`.
    """
    return _run(client, changing.unfollow(client.endpoint, streamer_id, client.reading_back))


@overload
def set_title(client: Glimesh, *, channel_id: str, title: str) -> Change[ChannelFields]: ...
@overload
def set_title(
    client: AsyncGlimesh, *, channel_id: str, title: str
) -> Coroutine[object, object, Change[ChannelFields]]: ...
def set_title(
    client: Glimesh | AsyncGlimesh, *, channel_id: str, title: str
) -> Change[ChannelFields] | Coroutine[object, object, Change[ChannelFields]]:
    """Change the title of a channel (`updateStreamInfo`).

    Args:
        client: the client; its token needs the scope `stream_info`, its user the right.
        channel_id: the channel's id.
        title: the title, at most 250 characters.

    Returns:
        The channel, or whether the title was read back.

    Raises:
        Unauthorized: the scope or the right is missing.
        ResourceNotFound: there is no such channel.
        TitleRejected: the title is too long.
        BackchannelError: see the tree in `backchannel.errors`; `outcome` tells whether it happened:
            UNKNOWN where the reply was lost and the title was not seen.

    Source: `RootMutationType.updateStreamInfo`, `Channel.title`.
    """
    return _run(client, changing.set_title(client.endpoint, channel_id, title, client.reading_back))
