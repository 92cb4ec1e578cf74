"""Reading messages: one by its id, and a room's history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from backchannel.drive import Flow, Item, Stream
from backchannel.errors import Unsupported
from backchannel.rocketchat.checks import check_name
from backchannel.rocketchat.errors import MessageNotFound
from backchannel.rocketchat.messages import RocketChatMessage
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind, in_room, resolve_room
from backchannel.rocketchat.session import Session
from backchannel.rocketchat.times import write_time
from backchannel.wire.checks import check_limit
from backchannel.wire.retry import RetryPolicy

__all__ = ["MessageReply", "get_message", "history", "newest_messages", "room_history"]

PAGE = 100  # the server's default for the most it gives at once

_ENDPOINTS = {
    RoomKind.CHANNEL: "channels.history",
    RoomKind.GROUP: "groups.history",
    RoomKind.DIRECT: "im.history",
    RoomKind.OMNICHANNEL: "channels.history",  # which takes these rooms, too
}

T = TypeVar("T")


class MessageReply(Reply, frozen=True, kw_only=True):
    """The body of `chat.sendMessage` and `chat.getMessage`."""

    message: RocketChatMessage


class HistoryReply(Reply, frozen=True, kw_only=True):
    """The body of the history of channels, groups and direct rooms."""

    messages: tuple[RocketChatMessage, ...]


def get_message(
    session: Session, message_id: str, *, retry: RetryPolicy | None = None
) -> Flow[RocketChatMessage]:
    """The flow that reads a message by its id (`GET chat.getMessage`).

    Raises:
        InvalidInput: the id is blank or no text.
        MessageNotFound: there is none. NotPermitted: it is in a room that the user is not in.
        BackchannelError: the others of a read.
    """
    check_name("message_id", message_id)
    request = session.get("chat.getMessage", {"msgId": message_id})
    # An unknown id is the one thing that the server refuses without a word.
    reply = yield from session.read(request, MessageReply, unexplained=MessageNotFound, retry=retry)
    return reply.message


def history(
    session: Session,
    room: str | RocketChatRoom,
    *,
    limit: int | None = None,
    newest_first: bool = True,
) -> Stream[RocketChatMessage]:
    """The stream of a room's messages. A bad limit is refused at once, not when it begins.

    Args:
        session: who asks whom.
        room: a room, or what `find_room` takes.
        limit: how many messages at most, the newest; None for all.
        newest_first: False for the same messages in the order in which they were sent; they are
            kept in memory until the last has come.

    Raises:
        InvalidInput: `limit` is negative, or `room` blank or no text.
        Unsupported: the room is of a kind that a newer server brought.
        BackchannelError: those of `find_room` and of a read.
    """
    check_limit(limit)
    return _history(session, room, limit=limit, newest_first=newest_first)


def _history(
    session: Session, room: str | RocketChatRoom, *, limit: int | None, newest_first: bool
) -> Stream[RocketChatMessage]:
    found = yield from resolve_room(session, room)
    with in_room(session, found):
        yield from room_history(
            session, found, lambda message: message, limit=limit, newest_first=newest_first
        )


def room_history(
    session: Session,
    room: RocketChatRoom,
    convert: Callable[[RocketChatMessage], T | None],
    *,
    limit: int | None,
    newest_first: bool,
) -> Stream[T]:
    """The stream of what `convert` makes of a room's messages; None of it is left out.

    Source: `channels.history`, `groups.history`, `im.history`.
    """
    kept: list[T] = []
    missing = limit
    place: _Place | None = _Place()
    while place is not None and missing != 0:
        messages, place = yield from _next_page(session, room, place, missing)
        items = [item for item in map(convert, messages) if item is not None][:missing]
        if missing is not None:
            missing -= len(items)
        if newest_first:
            for item in items:
                yield Item(item)
        else:
            kept += items
    for item in reversed(kept):
        yield Item(item)


def newest_messages(session: Session, room: RocketChatRoom) -> Flow[list[RocketChatMessage]]:
    """The flow that reads the newest messages of a room, as many as come at once."""
    return (yield from _next_page(session, room, _Place(), None))[0]


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a history has been read.

    Pages go by time, because new messages would shift a count from the newest. Several messages
    may share the time at which a page ended, so the next page begins with that time again, and
    what is known of it is skipped.

    Attributes:
        latest: the time of the oldest message read.
        known: the ids of the messages of that time.
        skipped: messages of that time to pass over, where one page cannot hold them all.
        longest: messages of the longest page so far. An administrator may have set how many
            there are at most, so only a page that is shorter than another shows the end.
    """

    latest: datetime | None = None
    known: frozenset[str] = frozenset()
    skipped: int = 0
    longest: int = 0

    def has_before_it(self, message: RocketChatMessage) -> bool:
        """Whether the message is one of those still to be read."""
        return self.latest is None or (message.ts <= self.latest and message.id not in self.known)


def _next_page(
    session: Session, room: RocketChatRoom, place: _Place, missing: int | None
) -> Flow[tuple[list[RocketChatMessage], _Place | None]]:
    """The next messages, newest first, and the place behind them; None at the end."""
    count = PAGE if missing is None else min(PAGE, missing + len(place.known))
    # Servers differ in whether they show answers in threads unless they are told.
    query = {"roomId": room.id, "count": str(count), "showThreadMessages": "true"}
    if place.latest is not None:
        query |= {"latest": write_time(place.latest), "inclusive": "true"}
    if place.skipped:
        query["offset"] = str(place.skipped)
    request = session.get(_endpoint(room), query)
    page = (yield from session.read(request, HistoryReply)).messages
    fresh = [message for message in page if place.has_before_it(message)]
    if not page or len(page) < min(count, place.longest):
        return fresh, None
    if not fresh and place.skipped >= len(place.known):  # a server that gives the same forever
        return fresh, None
    return fresh, _behind(page, place)


def _behind(page: Sequence[RocketChatMessage], place: _Place) -> _Place:
    latest = min(message.ts for message in page)
    known = frozenset(message.id for message in page if message.ts == latest)
    longest = max(place.longest, len(page))
    if place.latest is None or latest < place.latest:
        return _Place(latest=latest, known=known, longest=longest)
    return _Place(
        latest=latest,
        known=place.known | known,
        skipped=place.skipped + len(page),
        longest=longest,
    )


def _endpoint(room: RocketChatRoom) -> str:
    try:
        return _ENDPOINTS[room.kind]
    except KeyError:
        raise Unsupported(
            f"the room {room.id!r} is neither channel, group, direct nor omnichannel room: its"
            " history cannot be read"
        ) from None
