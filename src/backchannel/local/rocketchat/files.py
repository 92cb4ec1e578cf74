"""Files in rooms: upload in one step or in two, and download."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from backchannel.local.rocketchat import sending
from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import Failure, Forbidden, MeteorError
from backchannel.local.rocketchat.multipart import UploadedFile
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import JSONObject, Room, Upload, World

DOWNLOAD = "/file-upload/{file_id}/{name:path}"


def upload(call: Call) -> JSONObject:
    """`POST rooms.upload/:rid`, before 8: keep the file and post it."""
    room = _room(call)
    return success({"message": _post(call, room, _keep(call, room))})


def media(call: Call) -> JSONObject:
    """`POST rooms.media/:rid`: keep the file, post nothing yet."""
    kept = _keep(call, _room(call))
    return success({"file": {"_id": kept.id, "url": _link(kept)}})


def confirm(call: Call) -> JSONObject:
    """`POST rooms.mediaConfirm/:rid/:fileId`: post a kept file. Twice posts it twice."""
    room = _room(call)
    kept = call.world.uploads.get(call.path["file_id"])
    if kept is None or kept.room_id != room.id or kept.owner != call.caller.id:
        raise MeteorError("invalid-file")
    return success({"message": _post(call, room, kept)})


def download(world: World) -> Callable[[Request], Awaitable[Response]]:
    """`GET /file-upload/:id/:name`: the bytes, for who may see the room.

    Who asks is told by headers as for REST, by cookies, or in the query.
    """

    async def answer(request: Request) -> Response:
        with world.lock:
            kept = world.uploads.get(request.path_params["file_id"])
            if kept is None:
                return Response("Not found", 404, media_type="text/plain")
            user = _reader(request, world)
            room = world.rooms[kept.room_id]
            if user is None or not world.can_access(room, user):
                return Response(status_code=403)
            name = quote(kept.name)
            headers = {
                "content-disposition": f"attachment; filename*=UTF-8''{name}",
                "content-security-policy": "default-src 'none'",
                "x-content-type-options": "nosniff",
            }
            return Response(kept.content, headers=headers, media_type=kept.type)

    return answer


def _reader(request: Request, world: World) -> User | None:
    shown = (
        (request.headers.get("x-user-id"), request.headers.get("x-auth-token")),
        (request.cookies.get("rc_uid"), request.cookies.get("rc_token")),
        (request.query_params.get("rc_uid"), request.query_params.get("rc_token")),
    )
    for user_id, token in shown:
        user = world.users.get(user_id or "")
        if user is not None and token in user.tokens:
            return user
    return None


def _room(call: Call) -> Room:
    room = call.world.rooms.get(call.path["rid"])
    if room is None or not call.world.can_access(room, call.caller):
        raise Forbidden
    return room


def _keep(call: Call, room: Room) -> Upload:
    given = _only_file(call.files)
    longest = call.world.settings["FileUpload_MaxFileSize"]
    # A negative size is the server's word for no limit.
    if isinstance(longest, int) and 0 <= longest < len(given.content):
        raise MeteorError("error-file-too-large", f"File exceeds allowed size of {longest} bytes.")
    kind = given.type
    if kind == "application/octet-stream":
        kind = mimetypes.guess_type(given.name)[0] or kind
    if kind in str(call.world.settings["FileUpload_MediaTypeBlackList"]).split(","):
        raise MeteorError("error-invalid-file-type", "File type is not accepted.")
    kept = Upload(call.world.new_id(), room.id, call.caller.id, given.name, kind, given.content)
    call.world.uploads[kept.id] = kept
    return kept


def _only_file(files: tuple[UploadedFile, ...]) -> UploadedFile:
    if not files:
        raise MeteorError("error-no-file", "File required")
    given, *others = files
    if others:
        raise Failure("Just 1 file is allowed")
    if given.key != "file":
        raise MeteorError("invalid-field")
    return given


def _link(kept: Upload) -> str:
    return f"/file-upload/{kept.id}/{quote(kept.name)}"


def _post(call: Call, room: Room, kept: Upload) -> JSONObject:
    sending.check_room(call.world, room, call.caller, call.age)
    about: JSONObject = {
        "_id": kept.id,
        "name": kept.name,
        "type": kept.type,
        "size": len(kept.content),
    }
    attachment: JSONObject = {
        "ts": call.world.now(),
        "type": "file",
        "title": kept.name,
        "title_link": _link(kept),
        "title_link_download": True,
    }
    if call.body.get("description"):
        attachment["description"] = call.body["description"]
    family = kept.type.partition("/")[0]
    if family in ("image", "audio", "video"):
        attachment[f"{family}_url"] = _link(kept)
        attachment[f"{family}_type"] = kept.type
        attachment[f"{family}_size"] = len(kept.content)
    message: JSONObject = {
        "msg": call.body.get("msg") or "",
        "file": about,
        "files": [about],
        "groupable": False,
        "attachments": [attachment],
    }
    if call.body.get("tmid"):
        message["tmid"] = call.body["tmid"]
    return sending.post(call, message, room).shown_to(call.caller)
