"""Who is in a room: make one, join it, leave it, list its members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from backchannel.local.rocketchat.call import Call, Handler, success
from backchannel.local.rocketchat.errors import Failure, Forbidden, MeteorError, missing_permission
from backchannel.local.rocketchat.pages import page_of
from backchannel.local.rocketchat.rooms import (
    asked_room,
    room_document,
    room_of_kind,
    subscription_document,
)
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import NOTIFY_USER, JSONObject, Room, RoomType, World

_NOUNS: Mapping[RoomType, str] = {"c": "channel", "p": "group"}
_NAME = re.compile(r"[0-9a-zA-Z-_.]+")


def create(kind: Literal["c", "p"]) -> Handler:
    """`POST channels.create` or `groups.create`."""

    def handler(call: Call) -> JSONObject:
        if not call.caller.may(f"create-{kind}"):
            raise Forbidden if call.age > 3 else Forbidden("unauthorized")
        name = call.body.get("name")
        if not isinstance(name, str) or not name:
            raise Failure('Body param "name" is required')
        if not _NAME.fullmatch(name):
            details: JSONObject = {"function": "RocketChat.getValidRoomName", "channel_name": name}
            text = f"{name} is not a valid room name."
            raise MeteorError("error-invalid-room-name", text, details)
        if call.world.room_named(name) is not None:
            details = {"function": "RocketChat.getValidRoomName", "channel_name": name}
            text = f"A channel with name '{name}' exists"
            raise MeteorError("error-duplicate-channel-name", text, details)
        room = Room(call.world.new_id(), kind, name, [], created=call.world.time())
        room.owner, room.read_only = call.caller.id, call.body.get("readOnly") is True
        call.world.rooms[room.id] = room
        asked = call.body.get("members")
        names = [str(name) for name in asked] if isinstance(asked, list) else []
        for user in (call.caller, *map(call.world.user_named, names)):
            if user is not None and user.id not in room.members:
                join(call.world, room, user)
        return success({_NOUNS[kind]: room_document(call.world, room)})

    return handler


def create_direct(call: Call) -> JSONObject:
    """`POST im.create`: the direct room with one other user."""
    given = call.body.get("username") or call.body.get("usernames")
    names = [name.strip() for name in str(given or "").split(",") if name.strip()]
    others = [call.world.user_named(name) for name in names]
    if len(others) != 1 or others[0] is None:
        details: JSONObject = {"method": "createDirectMessage"}
        raise MeteorError("error-invalid-user", "Invalid user", details)
    known = set(call.world.rooms)
    room = call.world.direct_room(call.caller, others[0])
    if room.id not in known:
        for user_id in room.members:
            _announce(call.world, room, call.world.users[user_id], "inserted")
    document: JSONObject = {"t": "d", "rid": room.id, "_id": room.id}
    document["usernames"] = [call.caller.username, others[0].username]
    return success({"room": document})


def join_channel(call: Call) -> JSONObject:
    """`POST channels.join`."""
    room = room_of_kind(call, "c", call.body)
    _enter(call, room)
    return success({"channel": room_document(call.world, room)})


def join_room(call: Call) -> JSONObject:
    """`POST rooms.join`."""
    room = asked_room(call.world, call.body, "error-roomid-param-not-provided", "channel")
    _enter(call, room)
    return success({"room": room_document(call.world, room)})


def leave_room(kind: Literal["c", "p"] | None) -> Handler:
    """`POST channels.leave`, `groups.leave` or (None) `rooms.leave`."""

    def handler(call: Call) -> JSONObject:
        missing = "error-roomid-param-not-provided"
        room = (
            room_of_kind(call, kind, call.body)
            if kind is not None
            else asked_room(call.world, call.body, missing, "channel")
        )
        if call.caller.id not in room.members:
            details: JSONObject = {"method": "leaveRoom"}
            raise MeteorError("error-user-not-in-room", "You are not in this room", details)
        if room.owner == call.caller.id:
            text = "You are the last owner. Please set new owner before leaving the room."
            raise MeteorError("error-you-are-last-owner", text, {"method": "leaveRoom"})
        leave(call.world, room, call.caller)
        return success({"channel": room_document(call.world, room)} if kind == "c" else None)

    return handler


def members(kind: RoomType) -> Handler:
    """`GET channels.members`, `groups.members` or `im.members`."""

    def handler(call: Call) -> JSONObject:
        room = room_of_kind(call, kind, call.query)
        if not call.world.can_access(room, call.caller):
            raise missing_permission()
        found: list[JSONObject] = [
            {**call.world.users[user_id].reference(), "status": "online", "utcOffset": 0}
            for user_id in room.members
        ]
        found.sort(key=lambda user: str(user["username"]))
        return success(page_of(call.query).of("members", found))

    return handler


def read_room(call: Call) -> JSONObject:
    """`POST subscriptions.read`: everything in the room is read."""
    room = call.world.rooms.get(str(call.body.get("rid") or call.body.get("roomId")))
    if room is None or call.caller.id not in room.members:
        raise MeteorError("error-invalid-subscription", "Invalid subscription")
    call.world.read[room.id, call.caller.id] = call.world.time()
    return success()


def join(world: World, room: Room, user: User) -> None:
    """Make the user a member, and tell his clients."""
    room.members.append(user.id)
    _announce(world, room, user, "inserted")


def leave(world: World, room: Room, user: User) -> None:
    """Make the user no member, and tell his clients."""
    _announce(world, room, user, "removed")
    room.members.remove(user.id)


def _enter(call: Call, room: Room) -> None:
    if call.caller.id in room.members:
        return
    if not call.world.can_access(room, call.caller):
        raise MeteorError("error-not-allowed", "Not allowed", {"method": "joinRoom"})
    join(call.world, room, call.caller)


def _announce(world: World, room: Room, user: User, action: str) -> None:
    subscription = subscription_document(world, room, user)
    world.publish(NOTIFY_USER, f"{user.id}/subscriptions-changed", action, subscription)
    world.publish(NOTIFY_USER, f"{user.id}/rooms-changed", action, room_document(world, room))
