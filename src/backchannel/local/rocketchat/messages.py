"""One message that is already there: read it, edit it, delete it, react to it."""

from __future__ import annotations

import re

from backchannel.local.rocketchat import text as texts
from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.checks import require_text
from backchannel.local.rocketchat.errors import Failure, MeteorError
from backchannel.local.rocketchat.sending import check_length, room_to_write
from backchannel.local.rocketchat.world import JSONObject, Stored

_EMOJI = re.compile(r"[\w+-]+")


def get_message(call: Call) -> JSONObject:
    """`GET chat.getMessage`."""
    message_id = call.query.get("msgId")
    if not message_id:
        raise Failure('The "msgId" query parameter must be provided.')
    stored = call.world.messages.get(message_id)
    if stored is None:
        raise Failure
    if not call.world.can_access(call.world.rooms[stored.room_id], call.caller):
        raise MeteorError("error-not-allowed", "Not allowed", {"method": "getSingleMessage"})
    return success({"message": stored.shown_to(call.caller)})


def update_message(call: Call) -> JSONObject:
    """`POST chat.update`; the same text again changes nothing."""
    room_id, message_id, text = require_text(call.body, "roomId", "msgId", "text")
    stored = _find(call, message_id, room_id)
    if text == stored.document["msg"]:
        return success({"message": stored.shown_to(call.caller)})
    _check_author(call, stored, "edit-message", "Message editing not allowed", "updateMessage")
    _check_edit_time(call, stored)
    room_to_write(call.world, stored.room_id, call.caller, call.age)
    check_length(call.world, text, "updateMessage")
    stored.document["msg"] = text
    stored.document["editedAt"] = call.world.now()
    stored.document["editedBy"] = {"_id": call.caller.id, "username": call.caller.username}
    stored.document.pop("md", None)
    texts.annotate(call.world, stored.document, call.age, None)
    call.world.touch(stored)
    return success({"message": stored.shown_to(call.caller)})


def delete_message(call: Call) -> JSONObject:
    """`POST chat.delete`; `asUser` deletes as the author, with a permission of its own."""
    if "fileId" in call.body:  # not before 8, where it has not passed the schema
        call = call.with_body({**call.body, **_place_of_file(call, str(call.body["fileId"]))})
    room_id, message_id = require_text(call.body, "roomId", "msgId")
    stored = _find(call, message_id, room_id)
    mine = stored.author == call.caller.id
    if call.body.get("asUser") and not mine:
        if not call.caller.may("force-delete-message"):
            raise Failure(
                'Unauthorized. You must have the permission "force-delete-message" '
                "to delete other's message as them."
            )
    else:
        _check_author(call, stored, "delete-message", "Not allowed", "deleteMessage")
    call.world.trash(message_id)
    now = round(call.world.time() * 1000)
    author: JSONObject = {"_id": message_id, "rid": room_id, "u": stored.document["u"]}
    return success({"_id": message_id, "ts": str(now), "message": author})


def react(call: Call) -> JSONObject:
    """`POST chat.react`: set or take back a reaction; toggle it without `shouldReact`."""
    message_id = call.body.get("messageId")
    if not message_id:
        text = 'The required "messageId" param is missing.'
        raise MeteorError("error-messageid-param-not-provided", text)
    stored = call.world.messages.get(str(message_id))
    if stored is None:
        text = 'The provided "messageId" does not match any existing message.'
        raise MeteorError("error-message-not-found", text)
    emoji = str(call.body.get("emoji") or call.body.get("reaction") or "").replace(":", "")
    if not emoji:
        text = 'The required "emoji" param is missing.'
        raise MeteorError("error-emoji-param-not-provided", text)
    if not _EMOJI.fullmatch(emoji):
        raise MeteorError("error-not-allowed", "Invalid emoji provided.", {"method": "setReaction"})
    if not call.world.can_access(call.world.rooms[stored.room_id], call.caller):
        raise MeteorError("not-authorized", "Not Authorized", {"method": "setReaction"})
    _set_reaction(call, stored, f":{emoji}:", call.body.get("shouldReact"))
    return success()


def _set_reaction(call: Call, stored: Stored, emoji: str, wanted: object) -> None:
    given = stored.document.get("reactions")
    reactions: JSONObject = dict(given) if isinstance(given, dict) else {}
    entry = reactions.get(emoji)
    names = entry.get("usernames") if isinstance(entry, dict) else None
    users = list(names) if isinstance(names, list) else []
    reacted = call.caller.username in users
    if wanted is not None and bool(wanted) == reacted:
        return
    if reacted:
        users.remove(call.caller.username)
    else:
        users.append(call.caller.username)
    if users:
        reactions[emoji] = {"usernames": users}
    else:
        del reactions[emoji]
    if reactions:
        stored.document["reactions"] = reactions
    else:
        stored.document.pop("reactions", None)
    call.world.touch(stored)


def _place_of_file(call: Call, file_id: str) -> JSONObject:
    for stored in call.world.messages.values():
        file = stored.document.get("file")
        if isinstance(file, dict) and file.get("_id") == file_id:
            return {"roomId": stored.room_id, "msgId": stored.id}
    raise Failure(f'No message found with the file id of "{file_id}".')


def _find(call: Call, message_id: str, room_id: str) -> Stored:
    stored = call.world.messages.get(message_id)
    if stored is None:
        raise Failure(f'No message found with the id of "{message_id}".')
    if stored.room_id != room_id:
        raise Failure("The room id provided does not match where the message is from.")
    return stored


def _check_edit_time(call: Call, stored: Stored) -> None:
    minutes = call.world.settings["Message_AllowEditing_BlockEditInMinutes"]
    if not isinstance(minutes, int) or minutes == 0 or call.caller.may("edit-message"):
        return
    if call.world.time() - stored.sent > minutes * 60:
        details: JSONObject = {"method": "updateMessage"}
        raise MeteorError("error-message-editing-blocked", "Message editing is blocked", details)


def _check_author(call: Call, stored: Stored, permission: str, reason: str, method: str) -> None:
    editing = method == "updateMessage"
    setting = call.world.settings["Message_AllowEditing" if editing else "Message_AllowDeleting"]
    mine = stored.author == call.caller.id and setting is True
    if mine or call.caller.may(permission):
        return
    action = "Message_editing" if editing else "Delete_message"
    raise MeteorError("error-action-not-allowed", reason, {"method": method, "action": action})
