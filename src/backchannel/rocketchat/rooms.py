"""Rooms: what one is, and finding it by name or id."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

import msgspec

from backchannel.drive import Flow
from backchannel.rocketchat.checks import check_name
from backchannel.rocketchat.errors import NotPermitted, RoomNotFound
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.session import Session
from backchannel.rocketchat.wire_names import WIRE_NAMES

__all__ = [
    "RocketChatRoom",
    "RoomKind",
    "RoomReply",
    "find_room",
    "find_room_by_id",
    "find_room_by_name",
    "in_room",
    "resolve_room",
    "resolve_room_by_id",
    "resolve_room_by_name",
]


class RoomKind(enum.Enum):
    """What kind of room it is."""

    CHANNEL = "c"
    GROUP = "p"
    DIRECT = "d"
    OMNICHANNEL = "l"
    OTHER = ""

    @classmethod
    def _missing_(cls, value: object) -> RoomKind:
        del value
        return cls.OTHER  # of a newer server


class RocketChatRoom(msgspec.Struct, frozen=True, kw_only=True, rename=WIRE_NAMES):
    """A room.

    Attributes:
        id: its id.
        kind: what kind it is.
        name: its name without `#`; "" for a direct room.
        display_name: its name as people see it, where that is another.
        topic: its topic.
        usernames: who is in a direct room.
        read_only: whether only some may write in it.
        archived: whether nobody may.
    """

    id: str
    kind: RoomKind
    name: str = ""
    display_name: str | None = None
    topic: str | None = None
    usernames: tuple[str, ...] = ()
    read_only: bool = False
    archived: bool = False


class RoomReply(Reply, frozen=True, kw_only=True):
    """The body of a `rooms.info`."""

    room: RocketChatRoom


class _DirectRoom(msgspec.Struct, frozen=True):
    """A direct room as `im.create` writes one: its id is under `rid`."""

    rid: str
    usernames: tuple[str, ...] = ()


class _DirectRoomReply(Reply, frozen=True, kw_only=True):
    room: _DirectRoom


def resolve_room(session: Session, room: str | RocketChatRoom) -> Flow[RocketChatRoom]:
    """The flow that finds a room, or remembers it. See `find_room`.

    What is remembered is good for its id and kind; whatever else a room has may have changed.
    """
    if isinstance(room, RocketChatRoom):
        return room
    return (yield from _remembered(session, f"any {room}", lambda: find_room(session, room)))


def resolve_room_by_id(session: Session, room_id: str) -> Flow[RocketChatRoom]:
    """The flow that finds a room by its id, or remembers it. See `resolve_room`."""
    key = f"id {room_id}"
    return (yield from _remembered(session, key, lambda: find_room_by_id(session, room_id)))


def resolve_room_by_name(session: Session, name: str) -> Flow[RocketChatRoom]:
    """The flow that finds `general`, `#general` or `@bob`, or remembers it. See `resolve_room`."""
    key = f"name {name}"
    return (yield from _remembered(session, key, lambda: find_room_by_name(session, name)))


def _remembered(
    session: Session, key: str, find: Callable[[], Flow[RocketChatRoom]]
) -> Flow[RocketChatRoom]:
    rooms = session.memory.rooms
    room = rooms.get(key, session.chance.monotonic())
    if room is None:
        room = yield from find()
        rooms.keep(key, room, session.chance.monotonic())
    return room


@contextmanager
def in_room(session: Session, room: RocketChatRoom) -> Generator[None]:
    """Forget a room when the server says that there is none, or none for this user."""
    try:
        yield
    except (RoomNotFound, NotPermitted):
        session.memory.rooms.forget(room.id)
        raise


def find_room(session: Session, room: str) -> Flow[RocketChatRoom]:
    """The flow that finds a room by whatever it is called.

    Args:
        session: who asks whom.
        room: `#general` for a channel or group, `@bob` for the direct room with a user (opened
            if there is none); anything else is an id or, if it is none, a name.

    Raises:
        InvalidInput: `room` is blank or no text.
        RoomNotFound, UserNotFound, NotPermitted: there is none, or not for this user.
        BackchannelError: the others of a read.
    """
    check_name("room", room)
    if not room.startswith(("#", "@")):
        try:
            return (yield from find_room_by_id(session, room))
        except RoomNotFound:
            pass
    return (yield from find_room_by_name(session, room))


def find_room_by_id(session: Session, room_id: str) -> Flow[RocketChatRoom]:
    """The flow that finds a room by its id. See `find_room`."""
    check_name("room", room_id)
    return (yield from _room_info(session, {"roomId": room_id}))


def find_room_by_name(session: Session, name: str) -> Flow[RocketChatRoom]:
    """The flow that finds `general`, `#general` or `@bob`. See `find_room`."""
    check_name("room", name)
    if name.startswith(("#", "@")):
        check_name("room", name[1:])
    if name.startswith("@"):
        return (yield from _open_direct_room(session, name[1:]))
    return (yield from _room_info(session, {"roomName": name.removeprefix("#")}))


def _room_info(session: Session, query: Mapping[str, str]) -> Flow[RocketChatRoom]:
    return (yield from session.read(session.get("rooms.info", query), RoomReply)).room


def _open_direct_room(session: Session, username: str) -> Flow[RocketChatRoom]:
    body = msgspec.json.encode({"username": username})
    # Two users have one direct room, however often it is opened.
    request = session.post("im.create", body, effect=False)
    room = (yield from session.read(request, _DirectRoomReply)).room
    return RocketChatRoom(id=room.rid, kind=RoomKind.DIRECT, usernames=room.usernames)
