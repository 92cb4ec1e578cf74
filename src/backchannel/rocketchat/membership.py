"""Joining and leaving rooms."""

from __future__ import annotations

import msgspec

from backchannel.drive import Flow
from backchannel.errors import ApiError, Unsupported
from backchannel.rocketchat.checks import check_text
from backchannel.rocketchat.repeating import repeating
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind, in_room, resolve_room
from backchannel.rocketchat.session import Session

__all__ = ["join", "leave"]

_LEAVING = {RoomKind.CHANNEL: "channels.leave", RoomKind.GROUP: "groups.leave"}
_NOT_IN_ROOM = "error-user-not-in-room"


def join(
    session: Session, room: str | RocketChatRoom, *, join_code: str | None
) -> Flow[RocketChatRoom]:
    """The flow that joins a channel (`POST channels.join`), which may be joined already."""
    if join_code is not None:
        check_text("join_code", join_code)
    found = yield from resolve_room(session, room)
    if found.kind is not RoomKind.CHANNEL:
        raise Unsupported(f"the room {found.id!r} is no channel: others are joined by invitation")
    body = {"roomId": found.id} | ({} if join_code is None else {"joinCode": join_code})
    with in_room(session, found):
        yield from repeating(
            session, session.post("channels.join", msgspec.json.encode(body)), Reply
        )
    return found


def leave(session: Session, room: str | RocketChatRoom) -> Flow[None]:
    """The flow that leaves a room, unless that was done (`channels.leave`, `groups.leave`)."""
    found = yield from resolve_room(session, room)
    if found.kind not in _LEAVING:
        raise Unsupported(f"the room {found.id!r} is neither channel nor group: it cannot be left")
    request = session.post(_LEAVING[found.kind], msgspec.json.encode({"roomId": found.id}))
    session.memory.rooms.forget(found.id)
    try:
        yield from repeating(session, request, Reply)
    except ApiError as error:
        if error.code != _NOT_IN_ROOM:
            raise
