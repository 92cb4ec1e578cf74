"""What was said in a room, newest first."""

from __future__ import annotations

from backchannel.local.rocketchat.call import Call, Handler, success
from backchannel.local.rocketchat.errors import Forbidden, MeteorError, missing_permission
from backchannel.local.rocketchat.pages import page_of
from backchannel.local.rocketchat.rooms import room_of_kind
from backchannel.local.rocketchat.times import parse_time
from backchannel.local.rocketchat.world import JSONObject, RoomType, Stored


def history(kind: RoomType) -> Handler:
    """`GET channels.history`, `groups.history` or `im.history`: between two moments."""

    def handler(call: Call) -> JSONObject:
        room = room_of_kind(call, kind, call.query)
        if not call.world.can_access(room, call.caller):
            raise Forbidden
        found = [stored for stored in call.world.messages_in(room.id) if _shown(call, stored)]
        page = page_of(call.query).cut(found[::-1])
        messages = [stored.shown_to(call.caller) for stored in page]
        if call.query.get("unreads") == "true":
            return success({"messages": [*messages], "unreadNotLoaded": 0})
        return success({"messages": [*messages]})

    return handler


def messages(kind: RoomType) -> Handler:
    """`GET channels.messages`, `groups.messages` or `im.messages`: all, counted."""

    def handler(call: Call) -> JSONObject:
        if kind == "c" and not call.caller.may("view-c-room"):
            raise missing_permission()
        room = room_of_kind(call, kind, call.query)
        if call.caller.id not in room.members:
            raise Forbidden
        found = call.world.messages_in(room.id)[::-1]
        documents = [stored.shown_to(call.caller) for stored in found]
        return success(page_of(call.query).of("messages", documents))

    return handler


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
