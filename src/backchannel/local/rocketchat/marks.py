"""Marks on a message: pinned for all, starred for oneself, its thread followed."""

from __future__ import annotations

from backchannel.local.rocketchat.call import Call, Handler, success
from backchannel.local.rocketchat.errors import MeteorError
from backchannel.local.rocketchat.pages import page_of
from backchannel.local.rocketchat.world import JSONObject, Room, Stored


def pin(call: Call) -> JSONObject:
    """`POST chat.pinMessage`: answers with the message that tells the room of it."""
    stored, room = _marked(call, "messageId", "pinMessage")
    _check_pinning(call, room, "pinMessage")
    if stored.document.get("pinned") is True:
        return success({"message": stored.shown_to(call.caller)})
    _set_pinned(call, stored, pinned=True)
    author = stored.document["u"]
    quoted: JSONObject = {
        "text": stored.document["msg"],
        "author_name": author["username"] if isinstance(author, dict) else None,
        "ts": stored.document["ts"],
    }
    told = call.world.insert(
        {
            "t": "message_pinned",
            "rid": room.id,
            "msg": "",
            "ts": call.world.now(),
            "u": call.caller.reference(),
            "groupable": False,
            "attachments": [quoted],
        }
    )
    return success({"message": told.shown_to(call.caller)})


def unpin(call: Call) -> JSONObject:
    """`POST chat.unPinMessage`."""
    stored, room = _marked(call, "messageId", "unpinMessage")
    _check_pinning(call, room, "unpinMessage")
    _set_pinned(call, stored, pinned=False)
    return success()


def star(*, wanted: bool) -> Handler:
    """`POST chat.starMessage` or `chat.unStarMessage`; nobody else sees it."""

    def handler(call: Call) -> JSONObject:
        stored, _ = _marked(call, "messageId", "starMessage")
        given = stored.document.get("starred")
        mine: JSONObject = {"_id": call.caller.id}
        others = [entry for entry in given if entry != mine] if isinstance(given, list) else []
        stored.document["starred"] = [*others, mine] if wanted else others
        call.world.touch(stored)
        return success()

    return handler


def follow(*, wanted: bool) -> Handler:
    """`POST chat.followMessage` or `chat.unfollowMessage`."""

    def handler(call: Call) -> JSONObject:
        stored, _ = _marked(call, "mid", "followMessage")
        given = stored.document.get("replies")
        known = given if isinstance(given, list) else []
        others = [user_id for user_id in known if user_id != call.caller.id]
        stored.document["replies"] = [*others, call.caller.id] if wanted else others
        call.world.touch(stored)
        return success()

    return handler


def pinned_messages(call: Call) -> JSONObject:
    """`GET chat.getPinnedMessages`."""
    return _listed(call, [s for s in _in_room(call) if s.document.get("pinned") is True])


def starred_messages(call: Call) -> JSONObject:
    """`GET chat.getStarredMessages`: the caller's own."""
    mine: JSONObject = {"_id": call.caller.id}
    found: list[Stored] = []
    for stored in _in_room(call):
        starred = stored.document.get("starred")
        if isinstance(starred, list) and mine in starred:
            found.append(stored)
    return _listed(call, found)


def _in_room(call: Call) -> list[Stored]:
    room = call.world.rooms.get(call.query.get("roomId", ""))
    if room is None or not call.world.can_access(room, call.caller):
        raise MeteorError("error-not-allowed", "Not allowed")
    return call.world.messages_in(room.id)[::-1]


def _listed(call: Call, found: list[Stored]) -> JSONObject:
    documents = [stored.shown_to(call.caller) for stored in found]
    return success(page_of(call.query).of("messages", documents))


def _marked(call: Call, key: str, method: str) -> tuple[Stored, Room]:
    message_id = call.body.get(key)
    if not isinstance(message_id, str) or not message_id:
        text = f'The required "{key}" param is missing.'
        raise MeteorError(f"error-{key.lower()}-param-not-provided", text)
    stored = call.world.messages.get(message_id)
    if stored is None:
        text = f'The provided "{key}" does not match any existing message.'
        raise MeteorError("error-message-not-found", text)
    room = call.world.rooms[stored.room_id]
    if not call.world.can_access(room, call.caller):
        raise MeteorError("not-authorized", "Not Authorized", {"method": method})
    return stored, room


def _check_pinning(call: Call, room: Room, method: str) -> None:
    if call.world.settings["Message_AllowPinning"] is not True:
        details: JSONObject = {"method": method, "action": "Message_pinning"}
        raise MeteorError("error-action-not-allowed", "Message pinning not allowed", details)
    owns = room.owner == call.caller.id or (room.type == "d" and call.caller.id in room.members)
    if not owns and not call.caller.may("pin-message"):
        raise MeteorError("not-authorized", "Not Authorized", {"method": method})


def _set_pinned(call: Call, stored: Stored, *, pinned: bool) -> None:
    stored.document["pinned"] = pinned
    stored.document["pinnedAt"] = call.world.now()
    stored.document["pinnedBy"] = {"_id": call.caller.id, "username": call.caller.username}
    call.world.touch(stored)
