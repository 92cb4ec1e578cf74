"""Rooms: what they are, and which there are."""

from __future__ import annotations

from collections.abc import Mapping

from backchannel.local.rocketchat.call import Call, Handler, success
from backchannel.local.rocketchat.errors import Failure, MeteorError, missing_permission
from backchannel.local.rocketchat.pages import page_of
from backchannel.local.rocketchat.times import iso
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import JSONObject, Room, RoomType, World
from backchannel.wire.json import JSON

_NOUNS: Mapping[RoomType, str] = {"c": "channel", "p": "group", "d": "direct message"}
_PLURALS: Mapping[RoomType, str] = {"c": "channels", "p": "groups", "d": "ims"}


def room_info(call: Call) -> JSONObject:
    """`GET rooms.info`."""
    room = asked_room(call.world, call.query, "error-roomid-param-not-provided", "channel")
    if not call.world.can_access(room, call.caller):
        # The server has the code and the text the wrong way round here.
        raise Failure("not-allowed", "Not Allowed")
    return success({"room": room_document(call.world, room)})


def kind_info(kind: RoomType) -> Handler:
    """`GET channels.info` or `groups.info`."""

    def handler(call: Call) -> JSONObject:
        room = room_of_kind(call, kind, call.query)
        return success({_NOUNS[kind]: room_document(call.world, room)})

    return handler


def rooms_get(call: Call) -> JSONObject:
    """`GET rooms.get`: the rooms the caller is a member of."""
    documents = [room_document(call.world, room) for room in rooms_of(call.world, call.caller)]
    return success({"update": [*documents], "remove": []})


def subscriptions_get(call: Call) -> JSONObject:
    """`GET subscriptions.get`: the same rooms as the caller's own entries in them."""
    mine = rooms_of(call.world, call.caller)
    found = [subscription_document(call.world, room, call.caller) for room in mine]
    return success({"update": [*found], "remove": []})


def subscriptions_get_one(call: Call) -> JSONObject:
    """`GET subscriptions.getOne`."""
    room = call.world.rooms.get(call.query.get("roomId", ""))
    if not call.query.get("roomId"):
        raise MeteorError("error-invalid-params", 'The required "roomId" query param is missing')
    found: JSON = None
    if room is not None and call.caller.id in room.members:
        found = subscription_document(call.world, room, call.caller)
    return success({"subscription": found})


def list_all(kind: RoomType) -> Handler:
    """`GET channels.list`: every channel. `GET groups.listAll`: every group, for admins."""

    def handler(call: Call) -> JSONObject:
        wanted = "view-c-room" if kind == "c" else "view-room-administration"
        if not call.caller.may(wanted):
            raise missing_permission()
        found = [room for room in call.world.rooms.values() if room.type == kind]
        return _listed(call, kind, found)

    return handler


def list_joined(kind: RoomType) -> Handler:
    """`GET channels.list.joined`, `groups.list` or `im.list`: those the caller is in."""

    def handler(call: Call) -> JSONObject:
        found = [room for room in rooms_of(call.world, call.caller) if room.type == kind]
        return _listed(call, kind, found)

    return handler


def rooms_of(world: World, user: User) -> list[Room]:
    """The rooms the user is in."""
    return [room for room in world.rooms.values() if user.id in room.members]


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


def subscription_document(world: World, room: Room, user: User) -> JSONObject:
    """A user's entry in a room, with how much there is to read."""
    since = world.read.get((room.id, user.id), room.created)
    inside = world.messages_in(room.id)
    unread = [stored for stored in inside if stored.sent > since and stored.author != user.id]
    others = [world.users[member] for member in room.members if member != user.id]
    name = room.name if room.type != "d" else (others or [user])[0].username
    document: JSONObject = {
        "_id": f"{room.id}-{user.id}",
        "rid": room.id,
        "u": user.reference(),
        "t": room.type,
        "name": name,
        "fname": room.name if room.type != "d" else (others or [user])[0].name,
        "open": True,
        "alert": bool(unread),
        "unread": len(unread),
        "ts": iso(room.created),
        "ls": iso(since),
        "_updatedAt": iso(inside[-1].sent if inside else room.created),
    }
    if room.owner == user.id:
        document["roles"] = ["owner"]
    return document


def asked_room(
    world: World, given: Mapping[str, JSON] | Mapping[str, str], missing: str, noun: str
) -> Room:
    """The room named by roomId or roomName. Raises MeteorError, with the code `missing` if none."""
    room_id, name = given.get("roomId"), given.get("roomName")
    if not room_id and not name:
        raise MeteorError(missing, 'The parameter "roomId" or "roomName" is required')
    room = world.rooms.get(str(room_id)) if room_id else world.room_named(str(name))
    if room is None:
        raise _no_such(noun)
    return room


def room_of_kind(call: Call, kind: RoomType, given: Mapping[str, JSON] | Mapping[str, str]) -> Room:
    """The room that a query or body names, if it is of this kind. Raises MeteorError.

    The endpoints of channels take omnichannel rooms, too.
    """
    if kind == "d":
        return _direct_room(call, given)
    missing = "error-roomid-param-not-provided" if kind == "c" else "error-room-param-not-provided"
    room = asked_room(call.world, given, missing, _NOUNS[kind])
    fits = room.type == kind or (kind == "c" and room.type == "l")
    if not fits or (kind == "p" and call.caller.id not in room.members):
        raise _no_such(_NOUNS[kind])
    return room


def _no_such(noun: str) -> MeteorError:
    text = f'The required "roomId" or "roomName" param provided does not match any {noun}'
    return MeteorError("error-room-not-found", text)


def _direct_room(call: Call, given: Mapping[str, JSON] | Mapping[str, str]) -> Room:
    """The direct room of this id, or with the user of this id or name."""
    asked = str(given.get("roomId") or given.get("username") or "")
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


def _listed(call: Call, kind: RoomType, found: list[Room]) -> JSONObject:
    documents = [room_document(call.world, room) for room in found]
    return success(page_of(call.query).of(_PLURALS[kind], documents))
