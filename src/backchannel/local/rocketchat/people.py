"""Other users, rooms by a part of their name, and the settings anybody may see."""

from __future__ import annotations

import json

from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import Failure, MeteorError, missing_permission
from backchannel.local.rocketchat.pages import page_of
from backchannel.local.rocketchat.rooms import room_document
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import JSONObject
from backchannel.wire.json import JSON


def user_info(call: Call) -> JSONObject:
    """`GET users.info`."""
    user_id, name = call.query.get("userId"), call.query.get("username")
    if not user_id and not name:
        text = 'The required "userId" or "username" param was not provided'
        raise MeteorError("error-user-param-not-provided", text)
    user = call.world.users.get(user_id) if user_id else call.world.user_named(name or "")
    if user is None:
        raise Failure("User not found.")
    return success({"user": _public(user)})


def users_list(call: Call) -> JSONObject:
    """`GET users.list`."""
    if not call.caller.may("view-d-room"):
        raise missing_permission()
    users = sorted(call.world.users.values(), key=lambda user: user.username)
    return success(page_of(call.query).of("users", [_public(user) for user in users]))


def spotlight(call: Call) -> JSONObject:
    """`GET spotlight`: users and channels, by a part of the name after @ or #."""
    query = call.query.get("query", "")
    bare = query.lstrip("@#").lower()
    users: list[JSONObject] = [
        {**user.reference(), "status": "online"}
        for user in call.world.users.values()
        if not query.startswith("#") and bare in user.username.lower()
    ]
    rooms = [
        room_document(call.world, room)
        for room in call.world.rooms.values()
        if not query.startswith("@") and room.type == "c" and bare in (room.name or "").lower()
    ]
    return success({"users": [*users], "rooms": [*rooms]})


def public_settings(call: Call) -> JSONObject:
    """`GET settings.public`; needs no log-in. `_id` names those wanted, `query` does in JSON."""
    wanted = _wanted(call)
    found: list[JSONObject] = [
        {"_id": name, "value": value, "enterprise": False}
        for name, value in sorted(call.world.settings.items())
        if wanted is None or name in wanted
    ]
    return success(page_of(call.query).of("settings", found))


def _wanted(call: Call) -> list[str] | None:
    if call.query.get("_id"):
        return call.query["_id"].split(",")
    if not call.query.get("query"):
        return None
    try:
        asked: JSON = json.loads(call.query["query"])
    except ValueError:
        text = f'Invalid query parameter provided: "{call.query["query"]}"'
        raise MeteorError("error-invalid-query", text) from None
    wanted = asked.get("_id") if isinstance(asked, dict) else None
    if isinstance(wanted, dict):
        wanted = wanted.get("$in")
    if isinstance(wanted, list):
        return [str(name) for name in wanted]
    return None if wanted is None else [str(wanted)]


def _public(user: User) -> JSONObject:
    kind = "bot" if "bot" in user.roles else "user"
    about: JSONObject = {"type": kind, "status": "online", "active": True, "utcOffset": 0}
    return {**user.reference(), **about, "roles": [*user.roles]}
