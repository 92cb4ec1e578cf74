"""`chat.syncMessages`: what changed in a room since a moment, or page by page along a cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import MeteorError
from backchannel.local.rocketchat.times import iso, parse_time
from backchannel.local.rocketchat.world import JSONObject, Stored
from backchannel.wire.json import JSON

_DEFAULT_COUNT = 20


def sync_messages(call: Call) -> JSONObject:
    """`GET chat.syncMessages`, with `lastUpdate` or (since 7) with a cursor."""
    room_id = call.query.get("roomId")
    last_update = call.query.get("lastUpdate")
    kind = call.query.get("type") if call.age > 3 else None  # there were no cursors then
    if not room_id:
        raise _missing(call, "roomId", 'The required "roomId" query param is missing')
    if not last_update and not kind:
        text = (
            'The required "lastUpdate" query param is missing'
            if call.age == 3
            else 'The "type" or "lastUpdate" parameters must be provided'
        )
        raise _missing(call, "lastUpdate", text)
    since = parse_time(last_update) if last_update else None
    if last_update and since is None:
        code = "error-roomId-param-invalid" if call.age == 3 else "error-lastUpdate-param-invalid"
        raise MeteorError(code, 'The "lastUpdate" query parameter must be a valid date')
    room = call.world.rooms.get(room_id)
    if room is None or not call.world.can_access(room, call.caller):
        raise MeteorError("error-not-allowed", "Not allowed", {"method": "messages/get"})
    if call.age > 3:
        _check_cursor(call)
    if since is not None and not kind:
        return success({"result": _since(call, room_id, since)})
    return success({"result": _along(call, room_id, kind or "UPDATED")})


def _missing(call: Call, name: str, text: str) -> MeteorError:
    code = f"error-{name}-param-not-provided" if call.age == 3 else "error-param-required"
    return MeteorError(code, text)


def _check_cursor(call: Call) -> None:
    following, previous = call.query.get("next"), call.query.get("previous")
    kind = call.query.get("type")
    if kind and kind not in ("UPDATED", "DELETED"):
        text = 'The "type" parameter must be either "UPDATED" or "DELETED"'
        raise MeteorError("error-type-param-not-supported", text)
    if (following or previous) and not kind:
        text = 'The "type" parameter is required when using the "next" or "previous" parameters'
        raise MeteorError("error-type-param-required", text)
    if following and previous:
        text = 'You cannot provide both "next" and "previous" parameters'
        raise MeteorError("error-cursor-conflict", text)
    if (following or previous) and call.query.get("lastUpdate"):
        text = 'The attributes "next", "previous" and "lastUpdate" cannot be used together'
        raise MeteorError("error-cursor-and-lastUpdate-conflict", text)


def _since(call: Call, room_id: str, since: float) -> JSONObject:
    """Everything at once, however much it is."""
    updated = [stored for stored in call.world.messages_in(room_id) if stored.updated > since]
    deleted = [stored for stored in _deleted_in(call, room_id) if stored.deleted > since]
    return {
        "updated": [stored.shown_to(call.caller) for stored in reversed(updated)],
        "deleted": [_tombstone(stored) for stored in deleted],
    }


def _along(call: Call, room_id: str, kind: str) -> JSONObject:
    """One page of one kind, and where the pages before and after it begin.

    The borders are moments and the comparison is strict, so that of two messages changed in the
    same millisecond one can fall between two pages: that is how the server does it.
    """
    updating = kind == "UPDATED"
    found = call.world.messages_in(room_id) if updating else _deleted_in(call, room_id)
    moment = _updated if updating else _deleted
    following, previous = _cursor(call, "next"), _cursor(call, "previous")
    count = int(call.query.get("count") or _DEFAULT_COUNT)
    if previous is not None:
        older = [stored for stored in found if moment(stored) < previous]
        ordered = sorted(older, key=moment, reverse=True)
    else:
        newer = [stored for stored in found if moment(stored) > (following or 0)]
        ordered = sorted(newer, key=moment)
    page, more = ordered[:count], len(ordered) > count
    first, last = (_position(page[place], moment) for place in (0, -1)) if page else (None, None)
    cursor: JSONObject = {"next": last, "previous": first}
    if following is not None and not more:
        cursor["next"] = None
    if previous is not None:
        cursor = {"next": first, "previous": last if more else None}
    return {
        "updated": [stored.shown_to(call.caller) for stored in page if updating],
        "deleted": [_tombstone(stored) for stored in page if not updating],
        "cursor": cursor,
    }


def _updated(stored: Stored) -> float:
    return stored.updated


def _deleted(stored: Stored) -> float:
    return stored.deleted


def _cursor(call: Call, name: Literal["next", "previous"]) -> float | None:
    text = call.query.get(name)
    if not text:
        return None
    try:
        return int(text) / 1000
    except ValueError:
        raise MeteorError("error-invalid-cursor", f'The "{name}" parameter is no cursor') from None


def _position(stored: Stored, moment: Callable[[Stored], float]) -> JSON:
    return str(round(moment(stored) * 1000))


def _deleted_in(call: Call, room_id: str) -> list[Stored]:
    return [stored for stored in call.world.trashed.values() if stored.room_id == room_id]


def _tombstone(stored: Stored) -> JSON:
    return {"_id": stored.id, "_deletedAt": iso(stored.deleted)}
