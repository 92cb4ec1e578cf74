"""The methods a client may call; most are a REST route with other arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from backchannel.local.rocketchat import marks, membership, messages, rooms, sending, threads
from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.errors import MeteorError, Undefined
from backchannel.local.rocketchat.realtime.ejson import to_ejson
from backchannel.local.rocketchat.realtime.refusals import match_failed
from backchannel.local.rocketchat.times import parse_time
from backchannel.local.rocketchat.world import JSONObject, Room
from backchannel.wire.json import JSON

# What a method adds to its `result` frame: the key `result`, or nothing when it returns nothing.
Payload: TypeAlias = JSONObject
Method: TypeAlias = Callable[[Call, Sequence[JSON]], Payload]

_LONGEST_HISTORY = 50

# A message over DDP has these keys and no others: what makes it rich goes over REST alone.
_MESSAGE: Mapping[str, type] = {
    "_id": str,
    "rid": str,
    "msg": str,
    "tmid": str,
    "tshow": bool,
    "ts": str,
    "t": str,
    "otrAck": str,
    "bot": dict,
    "content": dict,
    "e2e": str,
    "e2eMentions": dict,
    "customFields": dict,
    "federation": dict,
    "groupable": bool,
    "sentByEmail": bool,
}


def _returned(value: JSON) -> Payload:
    return {"result": to_ejson(value)}


def _text(params: Sequence[JSON], place: int) -> str:
    value = params[place] if place < len(params) else None
    if not isinstance(value, str):
        raise match_failed()
    return value


def _object(params: Sequence[JSON]) -> JSONObject:
    value = params[0] if params else None
    if not isinstance(value, dict):
        raise match_failed()
    return value


def _send_message(call: Call, params: Sequence[JSON]) -> Payload:
    message = _object(params)
    for name, value in message.items():
        wanted = _MESSAGE.get(name)
        if wanted is None or not isinstance(value, wanted):
            raise match_failed()
    try:
        answer = sending.send_message(call.with_body({"message": message})).finish()
    except Undefined:
        # The id is known already: the server's function returns nothing, and nothing is said.
        return {}
    return _returned(answer["message"])


def _update_message(call: Call, params: Sequence[JSON]) -> Payload:
    message = _object(params)
    body: JSONObject = {
        "roomId": message.get("rid"),
        "msgId": message.get("_id"),
        "text": message.get("msg"),
    }
    messages.update_message(call.with_body(body))
    return {}


def _delete_message(call: Call, params: Sequence[JSON]) -> Payload:
    message_id = str(_object(params).get("_id"))
    stored = call.world.messages.get(message_id)
    if stored is None:
        raise MeteorError("error-action-not-allowed", "Not allowed", {"method": "deleteMessage"})
    messages.delete_message(call.with_body({"roomId": stored.room_id, "msgId": message_id}))
    return {}


def _set_reaction(call: Call, params: Sequence[JSON]) -> Payload:
    body: JSONObject = {"emoji": _text(params, 0), "messageId": _text(params, 1)}
    if len(params) > 2:
        body["shouldReact"] = params[2]
    messages.react(call.with_body(body))
    return {}


def _get_single_message(call: Call, params: Sequence[JSON]) -> Payload:
    stored = call.world.messages.get(_text(params, 0))
    if stored is None:
        return {}
    _readable(call, stored.room_id)
    return _returned(stored.document)


def _load_history(call: Call, params: Sequence[JSON]) -> Payload:
    """`loadHistory(rid, end, limit, ls)`: the messages before `end`, newest first."""
    room = _readable(call, _text(params, 0))
    end = parse_time(params[1]) if len(params) > 1 and isinstance(params[1], str) else None
    limit = params[2] if len(params) > 2 and isinstance(params[2], int) else _LONGEST_HISTORY
    found = [
        stored.document
        for stored in reversed(call.world.messages_in(room.id))
        if end is None or stored.sent < end
    ]
    return _returned({"messages": [*found[:limit]], "unreadNotLoaded": 0})


def _load_missed(call: Call, params: Sequence[JSON]) -> Payload:
    """`loadMissedMessages(rid, start)`: the messages since `start`, newest first."""
    room = _readable(call, _text(params, 0))
    start = parse_time(_text(params, 1))
    found = [
        stored.document
        for stored in reversed(call.world.messages_in(room.id))
        if start is None or stored.sent > start
    ]
    return _returned([*found])


def _pin_message(call: Call, params: Sequence[JSON]) -> Payload:
    return _returned(
        marks.pin(call.with_body({"messageId": _object(params).get("_id")}))["message"]
    )


def _unpin_message(call: Call, params: Sequence[JSON]) -> Payload:
    marks.unpin(call.with_body({"messageId": _object(params).get("_id")}))
    return {}


def _star_message(call: Call, params: Sequence[JSON]) -> Payload:
    message = _object(params)
    handler = marks.star(wanted=message.get("starred") is True)
    handler(call.with_body({"messageId": message.get("_id")}))
    return _returned(value=True)


def _thread_messages(call: Call, params: Sequence[JSON]) -> Payload:
    query = {"tmid": str(_object(params).get("tmid")), "count": "0"}
    return _returned(threads.thread_messages(replace(call, query=query))["messages"])


def _join_room(call: Call, params: Sequence[JSON]) -> Payload:
    membership.join_room(call.with_body({"roomId": _text(params, 0)}))
    return _returned(value=True)


def _leave_room(call: Call, params: Sequence[JSON]) -> Payload:
    membership.leave_room(None)(call.with_body({"roomId": _text(params, 0)}))
    return {}


def _room_id(call: Call, params: Sequence[JSON]) -> Payload:
    asked = _text(params, 0)
    room = call.world.rooms.get(asked) or call.world.room_named(asked)
    if room is None or not call.world.can_access(room, call.caller):
        raise MeteorError("error-not-allowed", "Not allowed", {"method": "getRoomIdByNameOrId"})
    return _returned(room.id)


def _room_name(call: Call, params: Sequence[JSON]) -> Payload:
    room = call.world.rooms.get(_text(params, 0))
    if room is None:
        raise MeteorError("error-room-not-found", "", {"method": "getRoomNameById"})
    return _returned(_readable(call, room.id).name)


def _create_direct(call: Call, params: Sequence[JSON]) -> Payload:
    answer = membership.create_direct(call.with_body({"username": _text(params, 0)}))
    return _returned(answer["room"])


def _rooms_get(call: Call, params: Sequence[JSON]) -> Payload:
    """`rooms/get(since)`: a list, and what was changed and removed when `since` is given."""
    answer = rooms.rooms_get(call)
    return _returned({"update": answer["update"], "remove": []} if params else answer["update"])


def _subscriptions_get(call: Call, params: Sequence[JSON]) -> Payload:
    answer = rooms.subscriptions_get(call)
    return _returned({"update": answer["update"], "remove": []} if params else answer["update"])


def _public_settings(call: Call, params: Sequence[JSON]) -> Payload:
    settings: list[JSON] = [
        {"_id": name, "value": value} for name, value in call.world.settings.items()
    ]
    return _returned({"update": settings, "remove": []} if params else settings)


def _read_messages(call: Call, params: Sequence[JSON]) -> Payload:
    membership.read_room(call.with_body({"rid": _text(params, 0)}))
    return {}


def _readable(call: Call, room_id: str) -> Room:
    room = call.world.rooms.get(room_id)
    if room is None:
        raise MeteorError("error-invalid-room", "Invalid room")
    if not call.world.can_access(room, call.caller):
        raise MeteorError("error-not-allowed", "Not allowed")
    return room


METHODS: Mapping[str, Method] = {
    "sendMessage": _send_message,
    "updateMessage": _update_message,
    "deleteMessage": _delete_message,
    "setReaction": _set_reaction,
    "getSingleMessage": _get_single_message,
    "loadHistory": _load_history,
    "loadMissedMessages": _load_missed,
    "readMessages": _read_messages,
    "getRoomIdByNameOrId": _room_id,
    "getRoomNameById": _room_name,
    "createDirectMessage": _create_direct,
    "joinRoom": _join_room,
    "leaveRoom": _leave_room,
    "rooms/get": _rooms_get,
    "subscriptions/get": _subscriptions_get,
    "public-settings/get": _public_settings,
    "pinMessage": _pin_message,
    "unpinMessage": _unpin_message,
    "starMessage": _star_message,
    "getThreadMessages": _thread_messages,
}
