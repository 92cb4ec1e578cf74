"""Messages that are found by what they say, that were deleted, and who has read one."""

from __future__ import annotations

import re

from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import Failure, MeteorError
from backchannel.local.rocketchat.pages import page_of
from backchannel.local.rocketchat.times import iso, parse_time
from backchannel.local.rocketchat.world import JSONObject


def search(call: Call) -> JSONObject:
    """`GET chat.search`: a text or `/pattern/flags`, newest first."""
    room_id, text = call.query.get("roomId"), call.query.get("searchText")
    if not room_id:
        missing = 'The required "roomId" query param is missing.'
        raise MeteorError("error-roomId-param-not-provided", missing)
    if not text:
        missing = 'The required "searchText" query param is missing.'
        raise MeteorError("error-searchText-param-not-provided", missing)
    room = call.world.rooms.get(room_id)
    if room is None or not call.world.can_access(room, call.caller):
        # The search finds nothing at all, and the route goes on with that.
        raise Failure("Cannot read properties of undefined (reading 'docs')")
    written = re.fullmatch(r"/(.+)/[imxsu]*", text)
    try:
        pattern = re.compile(written[1] if written else re.escape(text), re.IGNORECASE)
    except re.error:
        pattern = re.compile(re.escape(text))
    found = [
        stored.shown_to(call.caller)
        for stored in reversed(call.world.messages_in(room.id))
        if pattern.search(str(stored.document["msg"]))
    ]
    return success({"messages": [*page_of(call.query).cut(found)]})


def deleted_messages(call: Call) -> JSONObject:
    """`GET chat.getDeletedMessages`: the ids of what was deleted since a moment."""
    room_id, since = call.query.get("roomId"), parse_time(call.query.get("since", ""))
    if not room_id:
        raise MeteorError("error-not-allowed", 'The required "roomId" query param is missing.')
    if since is None:
        raise MeteorError("error-not-allowed", 'The "since" query param must be a valid date.')
    room = call.world.rooms.get(room_id)
    if room is None or not call.world.can_access(room, call.caller):
        raise MeteorError("error-not-allowed", "Not allowed")
    gone = [s for s in call.world.trashed.values() if s.room_id == room_id and s.deleted > since]
    found: list[JSONObject] = [{"_id": stored.id} for stored in gone]
    return success(page_of(call.query).of("messages", found))


def read_receipts(call: Call) -> JSONObject:
    """`GET chat.getMessageReadReceipts`: who has read the room since; needs a license."""
    message_id = call.query.get("messageId")
    if call.world.settings["Message_Read_Receipt_Enabled"] is not True:
        raise MeteorError("error-action-not-allowed", "This is an enterprise feature")
    if not message_id:
        raise Failure("The required 'messageId' param is missing.")
    stored = call.world.messages.get(message_id)
    if stored is None:
        text = "Invalid message"
        raise MeteorError("error-invalid-message", text, {"method": "getReadReceipts"})
    room = call.world.rooms[stored.room_id]
    if not call.world.can_access(room, call.caller):
        raise MeteorError("error-invalid-room", "Invalid room", {"method": "getReadReceipts"})
    receipts: list[JSONObject] = []
    for user_id in room.members:
        moment = call.world.read.get((room.id, user_id), 0.0)
        if user_id != stored.author and moment < stored.sent:
            continue
        receipts.append(
            {
                "_id": f"{stored.id}-{user_id}",
                "messageId": stored.id,
                "roomId": room.id,
                "userId": user_id,
                "ts": iso(max(moment, stored.sent)),
                "user": call.world.users[user_id].reference(),
            }
        )
    return success({"receipts": [*receipts]})
