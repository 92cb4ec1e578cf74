"""Downloading a file that a message shows, piece by piece, from the server alone."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, TypeAlias
from urllib.parse import SplitResult, quote, unquote, urlsplit

from backchannel.drive import Flow, call, retrying
from backchannel.errors import ApiError, InvalidInput
from backchannel.rocketchat.attachments import Attachment
from backchannel.rocketchat.checks import check_name
from backchannel.rocketchat.errors import FileNotFound, NotAuthenticated, NotPermitted
from backchannel.rocketchat.messages import RocketChatMessage
from backchannel.rocketchat.session import Session
from backchannel.version import USER_AGENT
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect
from backchannel.wire.secrets import redact
from backchannel.wire.streams import Sink

__all__ = ["DEFAULT_MAX_BYTES", "Downloadable", "download", "file_url", "read_file"]

DEFAULT_MAX_BYTES: Final = 104_857_600
"""Bytes: the server's default for the largest file."""

Downloadable: TypeAlias = str | Attachment | RocketChatMessage
"""A file as a message shows it: its link, the attachment, or the message."""

# Where servers keep files; the second is that of old ones. Other paths would be calls.
_PLACES = ("/file-upload/", "/ufs/")
_PORTS = {"http": 80, "https": 443}


def file_url(session: Session, file: Downloadable) -> str:
    """The URL of a file, on the session's server.

    Raises:
        InvalidInput: it shows no file, or one that is not on this server: credentials go nowhere
            else.
    """
    link = _link(file)
    check_name("file", link)
    own, parts = urlsplit(session.url), _split(link)
    path = parts.path
    if parts.netloc or parts.scheme:
        if _origin(parts) != _origin(own) or "@" in parts.netloc:
            shown = f"{parts.scheme or own.scheme}://{parts.hostname}"
            raise InvalidInput(
                "file", limit=f"must be on the server {own.scheme}://{own.netloc}", given=shown
            )
        path = path.removeprefix(own.path)
    plain = unquote(path)
    # Unquoted twice, for a proxy may do it once more.
    climbs = ".." in PurePosixPath(unquote(plain)).parts or "\\" in plain
    if not plain.startswith(_PLACES) or climbs or not plain.isprintable():
        limit = "must be a link to an uploaded file, below /file-upload/"
        raise InvalidInput("file", limit=limit, given=repr(redact(link)))
    return f"{session.url}{quote(plain)}"


def _link(file: Downloadable) -> str:
    if not isinstance(file, Attachment | RocketChatMessage):
        return file
    attachments = (file,) if isinstance(file, Attachment) else file.attachments
    links = [
        link
        for one in attachments
        for link in (one.title_link, one.image_url, one.audio_url, one.video_url)
        if link is not None
    ]
    if not links:
        raise InvalidInput("file", limit="must show a file", given="no link to one")
    return next((link for link in links if link.startswith(_PLACES)), links[0])


def _split(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        raise InvalidInput("file", limit="must be a link", given="none") from None
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def read_file(
    session: Session, file: Downloadable, *, max_bytes: int, timeout: float
) -> Flow[bytes]:
    """The flow that reads a file into memory. See `download` for its errors."""
    data = bytearray()
    sink = Sink(data.clear, data.extend, _checked(max_bytes))
    yield from _fetch(session, file, sink, timeout, repeatable=True)
    return bytes(data)


def download(
    session: Session,
    file: Downloadable,
    to: str | os.PathLike[str] | BinaryIO,
    *,
    max_bytes: int,
    timeout: float,
) -> Flow[int]:
    """The flow that writes a file to a path or an open file.

    A path gets it when it is complete; until then it is beside it, under another name.

    Returns:
        Its bytes.

    Raises:
        InvalidInput: see `file_url`.
        RedirectRefused: the server keeps its files elsewhere.
        ReplyTooLarge: it is over `max_bytes`.
        FileNotFound, NotPermitted: there is none, or not for this user.
        BackchannelError: the others of a read.
        OSError: it cannot be written.
    """
    if isinstance(to, str | os.PathLike):
        return _to_path(session, file, Path(to), _checked(max_bytes), timeout)
    return _to_file(session, file, to, _checked(max_bytes), timeout)


def _to_path(
    session: Session, file: Downloadable, path: Path, max_bytes: int, timeout: float
) -> Flow[int]:
    file_url(session, file)  # a link that is refused leaves no trace
    partial = path.with_name(f".{path.name}.{session.new_id()}.part")
    opened = yield from call(lambda: partial.open("xb"))
    try:
        with opened:
            length = yield from _to_file(session, file, opened, max_bytes, timeout)
        partial.replace(path)
    except BaseException:  # a flow that is given up, too
        partial.unlink(missing_ok=True)
        raise
    return length


def _to_file(
    session: Session, file: Downloadable, opened: BinaryIO, max_bytes: int, timeout: float
) -> Flow[int]:
    seekable = opened.seekable()
    start = opened.tell() if seekable else 0
    length = 0

    def begin() -> None:
        nonlocal length
        length = 0
        if seekable:
            opened.seek(start)
            opened.truncate()

    def write(chunk: bytes) -> None:
        nonlocal length
        opened.write(chunk)
        length += len(chunk)

    sink = Sink(begin, write, max_bytes)
    try:
        yield from _fetch(session, file, sink, timeout, repeatable=seekable)
    except BaseException:
        if length:
            begin()
        raise
    return length


def _fetch(
    session: Session, file: Downloadable, sink: Sink, timeout: float, *, repeatable: bool
) -> Flow[None]:
    request = Request(
        method="GET",
        url=file_url(session, file),
        # What is compressed would be measured by its compressed length.
        headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": USER_AGENT},
        effect=False,
        sink=sink,
        timeout=timeout,
    )

    def once() -> Flow[None]:
        return session.call(request, _read)

    if repeatable:
        yield from retrying(once, session.retry, session.chance, session.budget)
    else:
        yield from once()


def _read(request: Request, response: Response) -> None:
    """Nothing, if the file came; the sink has it. Else an error."""
    refuse_redirect(request, response)
    refuse_failure(request, response)
    if 200 <= response.status < 300:
        return
    kinds: dict[int, type[ApiError]] = {
        401: NotAuthenticated,
        403: NotPermitted,
        404: FileNotFound,
    }
    raise kinds.get(response.status, ApiError)(
        f"{request.label}: {response.excerpt() or 'refused without a reason'} ({response.status})",
        code="",
        response=response,
    )


def _checked(max_bytes: int) -> int:
    if max_bytes < 0:
        raise InvalidInput("max_bytes", limit="must be 0 or more bytes", given=str(max_bytes))
    return max_bytes
