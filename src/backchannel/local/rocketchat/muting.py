"""Who may not write in a room any more."""

from __future__ import annotations

from backchannel.local.rocketchat.call import Call, Handler, success
from backchannel.local.rocketchat.errors import MeteorError, missing_permission
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import JSONObject


def mute(*, wanted: bool) -> Handler:
    """`POST rooms.muteUser` or `rooms.unmuteUser`: for who may `mute-user`, or owns the room."""

    def handler(call: Call) -> JSONObject:
        details: JSONObject = {"method": "muteUserInRoom" if wanted else "unmuteUserInRoom"}
        user = _asked_user(call)
        room = call.world.rooms.get(str(call.body.get("roomId")))
        if room is None:
            raise MeteorError("error-invalid-room", "Invalid room", details)
        if not call.caller.may("mute-user") and room.owner != call.caller.id:
            raise missing_permission()
        if room.type not in {"c", "p"}:
            text = f"{room.type} is not a valid room type"
            raise MeteorError("error-invalid-room-type", text, details)
        if user.id not in room.members:
            raise MeteorError("error-user-not-in-room", "User is not in this room", details)
        (room.muted.add if wanted else room.muted.discard)(user.username)
        return success()

    return handler


def _asked_user(call: Call) -> User:
    user_id, name = call.body.get("userId"), call.body.get("username")
    user = call.world.users.get(str(user_id)) if user_id else call.world.user_named(str(name))
    if user is None:
        text = 'The required "userId" or "username" param provided does not match any users'
        raise MeteorError("error-invalid-user", text)
    return user
