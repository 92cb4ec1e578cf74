"""Rooms: what they are, and what was said in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backchannel.local.rocketchat.call import Call, Handler, success
from backchannel.local.rocketchat.errors import (
    Failure,
    Forbidden,
    InvalidParams,
    MeteorError,
    missing_permission,
)
from backchannel.local.rocketchat.world import (
    JSONObject,
    Room,
    RoomType,
    Stored,
    World,
    iso,
    parse_time,
)

DEFAULT_COUNT = 50
MAX_COUNT = 100  # the server's setting API_Upper_Count_Limit
_KINDS: Mapping[RoomType, str] = {"c": "channel", "p": "group", "d": "direct message"}


def room_info(call: Call) -> JSONObject:
    """`GET rooms.info`."""
    room = _asked_room(call, "error-roomid-param-not-provided", "channel")
    if not call.world.can_access(room, call.caller):
        # The server has the code and the text the wrong way round here.
        raise Failure("not-allowed", "Not Allowed")
    return success({"room": room_document(call.world, room)})


def rooms_get(call: Call) -> JSONObject:
    """`GET rooms.get`: the rooms the caller is a member of."""
    mine = [r for r in call.world.rooms.values() if call.caller.id in r.members]
    documents = [room_document(call.world, room) for room in mine]
    return success({"update": [*documents], "remove": []})


def create_direct(call: Call) -> JSONObject:
    """`POST im.create`: the direct room with one other user."""
    given = call.body.get("username") or call.body.get("usernames")
    names = [name.strip() for name in str(given or "").split(",") if name.strip()]
    others = [call.world.user_named(name) for name in names]
    if len(others) != 1 or others[0] is None:
        details: JSONObject = {"method": "createDirectMessage"}
        raise MeteorError("error-invalid-user", "Invalid user", details)
    room = call.world.direct_room(call.caller, others[0])
    document: JSONObject = {"t": "d", "rid": room.id, "_id": room.id}
    document["usernames"] = [call.caller.username, others[0].username]
    return success({"room": document})


def history(kind: RoomType) -> Handler:
    """`GET channels.history`, `groups.history` or `im.history`: newest first."""

    def handler(call: Call) -> JSONObject:
        room = _room_of_kind(call, kind)
        if not call.world.can_access(room, call.caller):
            raise Forbidden
        page = _page(call.query)
        found = [stored for stored in call.world.messages_in(room.id) if _shown(call, stored)]
        messages = [stored.document for stored in page.cut(found[::-1])]
        if call.query.get("unreads") == "true":
            return success({"messages": [*messages], "unreadNotLoaded": 0})
        return success({"messages": [*messages]})

    return handler


def messages(kind: RoomType) -> Handler:
    """`GET channels.messages`, `groups.messages` or `im.messages`: newest first, counted."""

    def handler(call: Call) -> JSONObject:
        if kind == "c" and not call.caller.may("view-c-room"):
            raise missing_permission()
        room = _room_of_kind(call, kind)
        if call.caller.id not in room.members:
            raise Forbidden
        page = _page(call.query)
        found = call.world.messages_in(room.id)
        shown = [stored.document for stored in page.cut(found[::-1])]
        fields: JSONObject = {"messages": [*shown], "count": len(shown)}
        return success({**fields, "offset": page.offset, "total": len(found)})

    return handler


def room_document(world: World, room: Room) -> JSONObject:
    """A room as it goes over REST."""
    inside = world.messages_in(room.id)
    document: JSONObject = {
        "_id": room.id,
        "t": room.type,
        "msgs": len(inside),
        "usersCount": len(room.members),
        "ts": iso(room.created),
        "ro": room.read_only,
        "sysMes": True,
        "_updatedAt": iso(inside[-1].sent if inside else room.created),
    }
    if room.type == "d":
        document["uids"] = [*room.members]
        document["usernames"] = [world.users[member].username for member in room.members]
    else:
        document["name"] = document["fname"] = room.name
        document["default"] = room.id == "GENERAL"
    if room.owner is not None:
        document["u"] = world.users[room.owner].reference()
    if room.archived:
        document["archived"] = True
    if inside:
        document["lastMessage"] = inside[-1].document
        document["lm"] = inside[-1].document["ts"]
    return document


@dataclass(frozen=True)
class _Page:
    count: int
    offset: int

    def cut(self, found: list[Stored]) -> list[Stored]:
        """The part of these that is on the page; a count of 0 is no limit."""
        end = self.offset + self.count if self.count else None
        return found[self.offset : end]


def _page(query: Mapping[str, str]) -> _Page:
    try:
        count = int(query.get("count") or DEFAULT_COUNT)
        offset = int(query.get("offset") or 0)
    except ValueError:
        raise InvalidParams("must be number") from None
    return _Page(min(max(count, 0), MAX_COUNT), max(offset, 0))


def _shown(call: Call, stored: Stored) -> bool:
    """Whether a history shows the message: its time, and whether it is a reply in a thread."""
    inclusive = call.query.get("inclusive") == "true"
    latest, oldest = (_date(call.query.get(name)) for name in ("latest", "oldest"))
    if latest is not None and not (stored.sent < latest or (inclusive and stored.sent == latest)):
        return False
    if oldest is not None and not (stored.sent > oldest or (inclusive and stored.sent == oldest)):
        return False
    if "tmid" not in stored.document or stored.document.get("tshow") is True:
        return True
    asked = call.query.get("showThreadMessages")
    # Servers of the 3 line show replies unless told not to; later ones only when told to.
    return asked != "false" if call.age == 3 else asked == "true"


def _date(text: str | None) -> float | None:
    if not text:
        return None
    moment = parse_time(text)
    if moment is None:
        raise MeteorError("error-invalid-date", "Invalid date", {"method": "getChannelHistory"})
    return moment


def _asked_room(call: Call, missing: str, noun: str) -> Room:
    """The room named by roomId or roomName."""
    room_id, name = call.query.get("roomId"), call.query.get("roomName")
    if not room_id and not name:
        raise MeteorError(missing, 'The parameter "roomId" or "roomName" is required')
    room = call.world.rooms.get(room_id) if room_id else call.world.room_named(name or "")
    if room is None:
        text = f'The required "roomId" or "roomName" param provided does not match any {noun}'
        raise MeteorError("error-room-not-found", text)
    return room


def _room_of_kind(call: Call, kind: RoomType) -> Room:
    if kind == "d":
        return _direct_room(call)
    missing = "error-roomid-param-not-provided" if kind == "c" else "error-room-param-not-provided"
    noun = _KINDS[kind]
    room = _asked_room(call, missing, noun)
    if room.type != kind or (kind == "p" and call.caller.id not in room.members):
        text = f'The required "roomId" or "roomName" param provided does not match any {noun}'
        raise MeteorError("error-room-not-found", text)
    return room


def _direct_room(call: Call) -> Room:
    """The direct room of this id, or with the user of this id or name."""
    asked = call.query.get("roomId") or call.query.get("username")
    if not asked:
        text = 'Query param "roomId" or "username" is required'
        raise MeteorError("error-room-param-not-provided", text)
    other = call.world.users.get(asked) or call.world.user_named(asked)
    if other is not None:
        return call.world.direct_room(call.caller, other)
    room = call.world.rooms.get(asked)
    if room is None or room.type != "d":
        raise MeteorError("invalid-channel")
    return room
