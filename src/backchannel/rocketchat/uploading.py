"""Uploading a file: the server keeps it first, and posts it when that is confirmed.

Keeping it has no effect that anybody sees, so it may be repeated. Posting it may not: confirmed
twice, the file is posted twice, and no id of ours prevents that. So it is tried once, and where
the reply is lost the newest messages are read: one that shows this file is ours. Servers before 8
keep and post in one step, and tell the file's id only in the reply; there nothing can be looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import quote

import msgspec

from backchannel.drive import Flow
from backchannel.errors import BackchannelError, InvalidInput, Outcome
from backchannel.rocketchat.checks import check_id, check_name, check_new_text
from backchannel.rocketchat.messages import RocketChatMessage
from backchannel.rocketchat.multipart import multipart
from backchannel.rocketchat.reading import MessageReply, newest_messages
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.rooms import RocketChatRoom, in_room, resolve_room
from backchannel.rocketchat.session import Session
from backchannel.rocketchat.sources import FileSource, Uploadable, open_source
from backchannel.rocketchat.version import server_version
from backchannel.wire.messages import Request

__all__ = ["MAX_FILE_BYTES", "FileReceipt", "Upload", "prepare_upload", "upload"]

MAX_FILE_BYTES: Final = 104_857_600
"""The server's default for its setting FileUpload_MaxFileSize, in bytes."""

TWO_STEPS_SINCE: Final = (8, 0)
"""The version that has no upload in one step any more."""

R = TypeVar("R", bound=Reply)

_UNKNOWN_TYPE = "application/octet-stream"


class FileReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file that was to be posted. Posting it again may double it.

    Attributes:
        room: the room.
        outcome: SENT, or UNKNOWN (it may be there: look before trying again).
        file_id: the id under which the server keeps the file, where it was told.
        message: the message that shows the file, if it was posted.
        read_back: whether the reply was lost, and the message was found by the file's id.
        error: why nobody knows, where that is so.
    """

    room: RocketChatRoom
    outcome: Outcome
    file_id: str | None = None
    message: RocketChatMessage | None = None
    read_back: bool = False
    error: BackchannelError | None = None

    def require(self) -> RocketChatMessage:
        """The message, if the file was posted.

        Raises:
            BackchannelError: nobody knows whether it was.
        """
        if self.message is not None:
            return self.message
        assert self.error is not None, "a receipt holds a message or an error"
        raise self.error


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was checked.

    Attributes:
        source: reads it.
        name: its name.
        content_type: its media type.
        caption: the text of the message that shows it.
        thread_id: the id of the message that it answers in a thread, or None.
        progress: is told the bytes sent and those in all.
        timeout: seconds for sending it.
    """

    source: FileSource
    name: str
    content_type: str
    caption: str
    thread_id: str | None
    progress: Callable[[int, int], None] | None
    timeout: float

    @property
    def texts(self) -> dict[str, str]:
        """What goes with the file; what is not given is left out, for servers refuse it empty."""
        texts = {"msg": self.caption} if self.caption else {}
        return texts if self.thread_id is None else {**texts, "tmid": self.thread_id}


class _Kept(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    id: str


class _MediaReply(Reply, frozen=True, kw_only=True):
    file: _Kept


def prepare_upload(
    session: Session,
    file: Uploadable,
    *,
    name: str | None,
    content_type: str | None,
    caption: str,
    thread_id: str | None,
    size: int | None,
    max_bytes: int | None,
    progress: Callable[[int, int], None] | None,
    timeout: float,
) -> Upload:
    """Check a file and what goes with it.

    Raises:
        InvalidInput: the server would refuse it, or its name or size is not known.
        OSError: there is no such file.
    """
    source = open_source(file, size=size)
    if max_bytes is not None and source.size > max_bytes:
        raise InvalidInput("file", limit=f"at most {max_bytes} bytes", given=f"{source.size} bytes")
    name = source.name if name is None else name
    if not name:
        raise InvalidInput("name", limit="must be given for what has none itself", given="none")
    check_name("name", name)
    if content_type is None:
        # A tenth of what it takes to load this package, for who uploads.
        import mimetypes

        content_type = mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE
    elif not (content_type.isascii() and content_type.isprintable() and "/" in content_type):
        raise InvalidInput("content_type", limit="must be a media type", given=repr(content_type))
    check_new_text(caption, max_units=session.max_message_units, argument="caption")
    if thread_id is not None:
        check_id("thread_id", thread_id)
    return Upload(
        source=source,
        name=name,
        content_type=content_type,
        caption=caption,
        thread_id=thread_id,
        progress=progress,
        timeout=timeout,
    )


def upload(session: Session, room: str | RocketChatRoom, file: Upload) -> Flow[FileReceipt]:
    """The flow that posts a file to a room.

    Returns:
        A receipt, unless it is certain that nothing was posted.

    Raises:
        BackchannelError: nothing was posted: no such room, the file was refused or not sent.

    Source: `rooms.media/:rid` and `rooms.mediaConfirm/:rid/:fileId`; before 8 `rooms.upload/:rid`.
    """
    found = yield from resolve_room(session, room)
    with in_room(session, found):
        if (yield from server_version(session)) < TWO_STEPS_SINCE:
            return (yield from _post_at_once(session, found, file))
        file_id = yield from _keep(session, found, file)
        return (yield from _confirm(session, found, file, file_id))


def _keep(session: Session, room: RocketChatRoom, file: Upload) -> Flow[str]:
    """Send the file, again where it can be read again: one kept in vain expires."""
    request = _form(session, f"rooms.media/{quote(room.id, safe='')}", file, {}, effect=False)
    return (yield from _send(session, request, file, _MediaReply)).file.id


def _send(session: Session, request: Request, file: Upload, kind: type[R]) -> Flow[R]:
    send = session.read if file.source.repeatable else session.once
    return send(request, kind)


def _confirm(
    session: Session, room: RocketChatRoom, file: Upload, file_id: str
) -> Flow[FileReceipt]:
    path = f"{quote(room.id, safe='')}/{quote(file_id, safe='')}"
    request = session.post(f"rooms.mediaConfirm/{path}", msgspec.json.encode(file.texts))
    try:
        # Repeated only where it is certain that the last try did nothing.
        message = (yield from session.read(request, MessageReply)).message
    except BackchannelError as error:
        if error.outcome is Outcome.NOT_SENT:
            raise
        return (yield from _look_for(session, room, file_id, error))
    return FileReceipt(room=room, outcome=Outcome.SENT, file_id=file_id, message=message)


def _look_for(
    session: Session, room: RocketChatRoom, file_id: str, error: BackchannelError
) -> Flow[FileReceipt]:
    try:
        newest = yield from newest_messages(session, room)
    except BackchannelError as failure:
        error.add_note(f"the newest messages could not be read either: {failure}")
        newest = []
    shown = next((message for message in newest if _shows(message, file_id)), None)
    if shown is None:
        return FileReceipt(room=room, outcome=error.outcome, file_id=file_id, error=error)
    return FileReceipt(
        room=room, outcome=Outcome.SENT, file_id=file_id, message=shown, read_back=True
    )


def _shows(message: RocketChatMessage, file_id: str) -> bool:
    return any(file is not None and file.id == file_id for file in (message.file, *message.files))


def _post_at_once(session: Session, room: RocketChatRoom, file: Upload) -> Flow[FileReceipt]:
    endpoint = f"rooms.upload/{quote(room.id, safe='')}"
    request = _form(session, endpoint, file, file.texts, effect=True)
    try:
        message = (yield from _send(session, request, file, MessageReply)).message
    except BackchannelError as error:
        if error.outcome is Outcome.NOT_SENT:
            raise
        return FileReceipt(room=room, outcome=error.outcome, error=error)
    file_id = None if message.file is None else message.file.id
    return FileReceipt(room=room, outcome=Outcome.SENT, file_id=file_id, message=message)


def _form(
    session: Session, endpoint: str, file: Upload, texts: dict[str, str], *, effect: bool
) -> Request:
    boundary = f"backchannel-{session.new_id()}-{session.new_id()}"
    plain = session.post(endpoint, b"", effect=effect)
    return msgspec.structs.replace(
        plain,
        headers={**plain.headers, "Content-Type": f"multipart/form-data; boundary={boundary}"},
        body=multipart(
            file.source,
            name=file.name,
            content_type=file.content_type,
            texts=texts,
            boundary=boundary,
            progress=file.progress,
        ),
        timeout=file.timeout,
    )
