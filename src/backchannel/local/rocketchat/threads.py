"""Threads: their messages, and which there are in a room."""

from __future__ import annotations

from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import MeteorError
from backchannel.local.rocketchat.pages import page_of
from backchannel.local.rocketchat.world import JSONObject, Room


def thread_messages(call: Call) -> JSONObject:
    """`GET chat.getThreadMessages`: the replies, oldest first."""
    thread = call.query.get("tmid")
    if not thread:
        text = 'The required "tmid" query param is missing.'
        raise MeteorError("error-invalid-params", text)
    first = call.world.messages.get(thread)
    if first is None:
        raise MeteorError("error-invalid-message", "Invalid Message")
    _check_access(call, call.world.rooms[first.room_id])
    found = [
        stored.shown_to(call.caller)
        for stored in call.world.messages_in(first.room_id)
        if stored.document.get("tmid") == thread
    ]
    return success(page_of(call.query).of("messages", found))


def threads_list(call: Call) -> JSONObject:
    """`GET chat.getThreadsList`: messages with replies, the one last answered first."""
    room_id = call.query.get("rid")
    if not room_id:
        text = 'The required "rid" query param is missing.'
        raise MeteorError("error-invalid-params", text)
    room = call.world.rooms.get(room_id)
    if room is None:
        raise MeteorError("error-not-allowed", "Not Allowed")
    _check_access(call, room)
    found = [s for s in call.world.messages_in(room.id) if s.document.get("tcount")]
    if call.query.get("type") == "following":
        found = [stored for stored in found if call.caller.id in _followers(stored.document)]
    found.sort(key=lambda stored: str(stored.document.get("tlm")), reverse=True)
    documents = [stored.shown_to(call.caller) for stored in found]
    return success(page_of(call.query).of("threads", documents))


def _followers(document: JSONObject) -> list[str]:
    replies = document.get("replies")
    return [str(user_id) for user_id in replies] if isinstance(replies, list) else []


def _check_access(call: Call, room: Room) -> None:
    if call.world.settings["Threads_enabled"] is not True:
        raise MeteorError("error-not-allowed", "Threads Disabled")
    if not call.world.can_access(room, call.caller):
        raise MeteorError("error-not-allowed", "Not Allowed")
