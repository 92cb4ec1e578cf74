"""`chat.sendMessage` and `chat.postMessage`: how a message gets into a room."""

from __future__ import annotations

from collections.abc import Sequence

from backchannel.local.rocketchat import text as texts
from backchannel.local.rocketchat.call import Call, Pending, success
from backchannel.local.rocketchat.checks import check_attachments, check_message, type_name
from backchannel.local.rocketchat.errors import Age, Failure, MeteorError, Undefined
from backchannel.local.rocketchat.membership import join
from backchannel.local.rocketchat.times import parse_time
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import JSONObject, Room, Stored, World
from backchannel.wire.json import JSON

_IMPERSONATION = ("alias", "avatar")


def send_message(call: Call) -> Pending:
    """`POST chat.sendMessage`: checked at once, stored a moment later."""
    given = call.body.get("message")
    if call.age == 3 and not given:
        raise MeteorError("error-invalid-params", 'The "message" parameter must be provided.')
    message = dict(given) if isinstance(given, dict) else {}
    if call.age > 3 and message.get("t") not in (None, "", "e2e"):
        raise Failure("Cannot send system messages using 'chat.sendMessage'")
    user = call.caller
    _check_thread_flag(message)
    sent = _client_time(call.world, message)
    if isinstance(message.get("msg"), str):
        check_length(call.world, str(message["msg"]), "sendMessage")
    room_id = _flatten_thread(call.world, message)
    room = room_to_write(call.world, room_id, user, call.age)
    previews = call.body.get("previewUrls")
    urls = [str(url) for url in previews] if isinstance(previews, list) else None
    _complete(call, message, room, user, urls)

    def store() -> JSONObject:
        return success({"message": _store(call.world, message, user, sent).shown_to(user)})

    return Pending(store)


def post_message(call: Call) -> JSONObject:
    """`POST chat.postMessage`: one message for one room or several, without a chosen id."""
    body = call.body
    _check_posted_length(call.world, body)
    targets = body.get("channel") or body.get("roomId")
    names = [str(t) for t in targets] if isinstance(targets, list) else [str(targets or "")]
    first: tuple[str, Stored] | None = None
    for name in dict.fromkeys(names):
        room = _resolve(call.world, call.caller, name)
        check_room(call.world, room, call.caller, call.age)
        stored = post(call, _posted(body), room)
        first = first or (name, stored)
    if first is None:
        raise Failure("unknown-error")
    name, stored = first
    now = round(call.world.time() * 1000)
    return success({"ts": now, "channel": name, "message": stored.shown_to(call.caller)})


def post(call: Call, message: JSONObject, room: Room) -> Stored:
    """Check a message for a room that may be written in, complete it and keep it."""
    _complete(call, message, room, call.caller, None)
    return _store(call.world, message, call.caller, None)


def _complete(
    call: Call, message: JSONObject, room: Room, user: User, previews: Sequence[str] | None
) -> None:
    """Check a message and add what the server does. Raises Failure; Undefined for a known id."""
    world = call.world
    check_message(message)
    if any(message.get(key) for key in _IMPERSONATION) and not user.may("message-impersonate"):
        # Servers of the 3 line dropped the message and then stumbled over its absence.
        raise Undefined if call.age == 3 else Failure("Not enough permission")
    check_attachments(message.get("attachments"), call.age)
    message.setdefault("ts", world.now())
    if message.get("tshow") is not True:
        message.pop("tshow", None)
    message["u"] = user.reference()
    message["rid"] = room.id
    if not isinstance(message.get("msg"), str):
        message["msg"] = ""
    texts.annotate(world, message, call.age, previews)
    if not message.get("_id"):
        message.pop("_id", None)
    elif message["_id"] in world.messages:
        raise Undefined


def _store(world: World, message: JSONObject, user: User, sent: float | None) -> Stored:
    """Keep a message. Raises Failure when another of its id was stored since the check."""
    if message.get("_id") in world.messages:
        raise Failure(
            "E11000 duplicate key error collection: rocketchat.rocketchat_message "
            f'index: _id_ dup key: {{ _id: "{message["_id"]}" }}'
        )
    stored = world.insert(message, sent)
    _count_reply(world, stored, user)
    return stored


def room_to_write(world: World, room_id: JSON, user: User, age: Age) -> Room:
    """The room, if the user may write there. Raises Failure."""
    room = world.rooms.get(room_id) if isinstance(room_id, str) else None
    if room is None:
        raise Failure("error-invalid-room")
    check_room(world, room, user, age)
    return room


def check_room(world: World, room: Room, user: User, age: Age) -> None:
    """Refuse who may not write in the room. Raises Failure."""
    if not world.can_access(room, user):
        raise Failure("error-not-allowed")
    if room.archived and age > 3:
        raise Failure("room_is_archived")
    if room.blocked:
        raise Failure("room_is_blocked")
    if room.read_only and not user.may("post-readonly") and user.id != room.owner:
        raise Failure("You can't send messages because the room is readonly.")
    if user.username in room.muted:
        raise Failure("You_have_been_muted")


def _check_thread_flag(message: JSONObject) -> None:
    if message.get("tshow") and not message.get("tmid"):
        reason = "tshow provided but missing tmid"
        raise MeteorError("invalid-params", reason, {"method": "sendMessage"})


def _client_time(world: World, message: JSONObject) -> float | None:
    """When the message was sent according to itself, if the server lets that stand."""
    given = message.get("ts")
    if not given:
        message.pop("ts", None)
        return None
    now = world.time()
    sent = parse_time(given) if isinstance(given, str) else None
    if isinstance(given, (int, float)):
        sent = given / 1000
    if sent is None:  # no time at all: kept, as the server cannot compare it
        return None
    if abs(sent - now) > 60:
        details: JSONObject = {
            "method": "sendMessage",
            "message_ts": given,
            "server_ts": round(now * 1000),
        }
        raise MeteorError(
            "error-message-ts-out-of-sync", "Message timestamp is out of sync", details
        )
    if abs(sent - now) > 10:
        del message["ts"]
        return None
    return sent


def check_length(world: World, text: str, method: str) -> None:
    """Refuse a text of more UTF-16 code units than the server's setting. Raises MeteorError."""
    if texts.length(text) > _longest(world):
        reason = "Message size exceeds Message_MaxAllowedSize"
        raise MeteorError("error-message-size-exceeded", reason, {"method": method})


def _longest(world: World) -> int:
    setting = world.settings["Message_MaxAllowedSize"]
    return setting if isinstance(setting, int) else 0


def _check_posted_length(world: World, body: JSONObject) -> None:
    attachments = body.get("attachments")
    items = attachments if isinstance(attachments, list) else []
    parts = [body, *(item for item in items if isinstance(item, dict))]
    lengths = [texts.length(text) for part in parts if isinstance(text := part.get("text"), str)]
    if lengths and max(lengths) > _longest(world):
        raise Failure("error-message-size-exceeded")


def _flatten_thread(world: World, message: JSONObject) -> str:
    """The room of a message: that of the message it answers, if there is one.

    A reply to a reply becomes a reply to the thread's first message.
    """
    room_id, thread = message.get("rid"), message.get("tmid")
    parent = world.messages.get(thread) if isinstance(thread, str) else None
    if parent is not None:
        message["tmid"] = parent.document.get("tmid") or thread
        room_id = parent.room_id
    if not room_id:
        raise Failure("The 'rid' property on the message object is missing.")
    if not isinstance(room_id, str):
        raise Failure(f"Match error: Expected string, got {type_name(room_id)}")
    return room_id


def _count_reply(world: World, reply: Stored, user: User) -> None:
    thread = reply.document.get("tmid")
    parent = world.messages.get(thread) if isinstance(thread, str) else None
    if parent is None or parent is reply:
        return
    count, replies = parent.document.get("tcount"), parent.document.get("replies")
    parent.document["tcount"] = count + 1 if isinstance(count, int) else 1
    parent.document["tlm"] = reply.document["ts"]
    known = replies if isinstance(replies, list) else []
    parent.document["replies"] = known if user.id in known else [*known, user.id]
    world.touch(parent)


def _posted(body: JSONObject) -> JSONObject:
    """The message that chat.postMessage makes of its body; empty keys are left out."""
    attachments = body.get("attachments")
    parse = body.get("parseUrls")
    message: JSONObject = {
        "alias": body.get("alias"),
        "msg": str(body.get("text") or "").strip(),
        "attachments": [dict(a) if isinstance(a, dict) else a for a in attachments]
        if isinstance(attachments, list)
        else [],
        "parseUrls": not attachments if parse is None else parse,
        "groupable": False,
        "tmid": body.get("tmid"),
        "customFields": body.get("customFields"),
    }
    # The server takes one picture, and an avatar before an emoji.
    key = "avatar" if body.get("avatar") else "emoji"
    message[key] = body.get(key)
    return {name: value for name, value in message.items() if value is not None and value != ""}


def _resolve(world: World, user: User, name: str) -> Room:
    """The room `#name`, `@user`, or anything that is an id or a name; channels are joined."""
    if name.startswith("@"):
        other = world.user_named(name[1:]) or world.users.get(name[1:])
        if other is None:
            raise MeteorError("invalid-channel")
        return world.direct_room(user, other)
    bare = name.removeprefix("#")
    room = world.rooms.get(bare) or world.room_named(bare)
    if room is None and not name.startswith("#") and bare in world.users:
        room = world.direct_room(user, world.users[bare])
    if room is None:
        raise MeteorError("invalid-channel")
    if room.type == "c" and user.id not in room.members and user.may("view-c-room"):
        join(world, room, user)
    return room
