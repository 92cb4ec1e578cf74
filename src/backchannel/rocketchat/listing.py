"""What can be listed: threads, what a search finds, read receipts, rooms and their members."""

from __future__ import annotations

import msgspec

from backchannel.drive import Flow, Item, Stream
from backchannel.errors import Unsupported
from backchannel.rocketchat.checks import check_name
from backchannel.rocketchat.messages import RocketChatMessage, RocketChatUser
from backchannel.rocketchat.pages import PageReply, paged
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind, in_room, resolve_room
from backchannel.rocketchat.session import Session
from backchannel.rocketchat.times import Moment
from backchannel.wire.checks import check_limit

__all__ = [
    "ReadReceipt",
    "joined_rooms",
    "members",
    "read_receipts",
    "search",
    "thread",
    "threads",
]

_MEMBERS = {
    RoomKind.CHANNEL: "channels.members",
    RoomKind.GROUP: "groups.members",
    RoomKind.DIRECT: "im.members",
    RoomKind.OMNICHANNEL: "channels.members",  # which takes these rooms, too
}


class ReadReceipt(msgspec.Struct, frozen=True, kw_only=True, rename={"read_at": "ts"}):
    """That somebody has read a message.

    Attributes:
        user: who.
        read_at: when, in UTC.
    """

    user: RocketChatUser
    read_at: Moment


class _MessagesReply(PageReply, frozen=True, kw_only=True):
    messages: tuple[RocketChatMessage, ...]


class _ThreadsReply(PageReply, frozen=True, kw_only=True):
    threads: tuple[RocketChatMessage, ...]


class _MembersReply(PageReply, frozen=True, kw_only=True):
    members: tuple[RocketChatUser, ...]


class _ReceiptsReply(Reply, frozen=True, kw_only=True):
    receipts: tuple[ReadReceipt, ...]


class _RoomsReply(Reply, frozen=True, kw_only=True):
    update: tuple[RocketChatRoom, ...]


def thread(session: Session, thread_id: str, *, limit: int | None) -> Stream[RocketChatMessage]:
    """The stream of the answers in a thread, oldest first (`GET chat.getThreadMessages`).

    Bad arguments are refused at once, not when the stream begins, as by the others of this module.
    """
    check_name("thread_id", thread_id)
    check_limit(limit)
    return paged(
        session,
        "chat.getThreadMessages",
        {"tmid": thread_id},
        _MessagesReply,
        lambda page: page.messages,
        limit=limit,
    )


def threads(
    session: Session, room: str | RocketChatRoom, *, limit: int | None
) -> Stream[RocketChatMessage]:
    """The stream of the messages that began a thread (`GET chat.getThreadsList`)."""
    _check_room(room)
    check_limit(limit)
    return _threads(session, room, limit)


def _threads(
    session: Session, room: str | RocketChatRoom, limit: int | None
) -> Stream[RocketChatMessage]:
    found = yield from resolve_room(session, room)
    with in_room(session, found):
        yield from paged(
            session,
            "chat.getThreadsList",
            {"rid": found.id},
            _ThreadsReply,
            lambda page: page.threads,
            limit=limit,
        )


def search(
    session: Session, room: str | RocketChatRoom, text: str, *, limit: int | None
) -> Stream[RocketChatMessage]:
    """The stream of the messages that a search finds (`GET chat.search`)."""
    _check_room(room)
    check_name("text", text)
    check_limit(limit)
    return _search(session, room, text, limit)


def _search(
    session: Session, room: str | RocketChatRoom, text: str, limit: int | None
) -> Stream[RocketChatMessage]:
    found = yield from resolve_room(session, room)
    with in_room(session, found):
        yield from paged(
            session,
            "chat.search",
            {"roomId": found.id, "searchText": text},
            _MessagesReply,
            lambda page: page.messages,
            limit=limit,
        )


def read_receipts(
    session: Session, message: str | RocketChatMessage
) -> Flow[tuple[ReadReceipt, ...]]:
    """The flow that tells who has read a message (`GET chat.getMessageReadReceipts`)."""
    message_id = message.id if isinstance(message, RocketChatMessage) else message
    check_name("message", message_id)
    request = session.get("chat.getMessageReadReceipts", {"messageId": message_id})
    return (yield from session.read(request, _ReceiptsReply)).receipts


def joined_rooms(session: Session) -> Stream[RocketChatRoom]:
    """The stream of the rooms that the user is in (`GET rooms.get`), which come at once."""
    for room in (yield from session.read(session.get("rooms.get", {}), _RoomsReply)).update:
        yield Item(room)


def members(
    session: Session, room: str | RocketChatRoom, *, limit: int | None
) -> Stream[RocketChatUser]:
    """The stream of who is in a room (`channels.members`, `groups.members`, `im.members`)."""
    _check_room(room)
    check_limit(limit)
    return _members(session, room, limit)


def _members(
    session: Session, room: str | RocketChatRoom, limit: int | None
) -> Stream[RocketChatUser]:
    found = yield from resolve_room(session, room)
    if found.kind not in _MEMBERS:
        raise Unsupported(f"the room {found.id!r} is of a kind whose members cannot be listed")
    with in_room(session, found):
        yield from paged(
            session,
            _MEMBERS[found.kind],
            {"roomId": found.id},
            _MembersReply,
            lambda page: page.members,
            limit=limit,
        )


def _check_room(room: str | RocketChatRoom) -> None:
    if not isinstance(room, RocketChatRoom):
        check_name("room", room)
