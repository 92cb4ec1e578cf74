"""`client.files`: uploading and downloading files, blocking and async."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from backchannel.rocketchat.downloading import (
    DEFAULT_MAX_BYTES,
    Downloadable,
    download,
    read_file,
)
from backchannel.rocketchat.rooms import RocketChatRoom
from backchannel.rocketchat.sources import Uploadable
from backchannel.rocketchat.uploading import MAX_FILE_BYTES, FileReceipt, prepare_upload, upload

if TYPE_CHECKING:
    from backchannel.drive import AsyncDriver, Driver
    from backchannel.rocketchat.session import Session

__all__ = ["AsyncFiles", "Files"]

MAX_SECONDS = 600.0
"""Seconds that sending or receiving a file may take."""


class Files:
    """Files of a client, blocking. Threads may share it.

    Args:
        driver: runs the flows.
        session: who asks whom.
    """

    def __init__(self, driver: Driver, session: Session) -> None:
        self._driver = driver
        self._session = session

    def upload(
        self,
        room: str | RocketChatRoom,
        file: Uploadable,
        *,
        name: str | None = None,
        content_type: str | None = None,
        caption: str = "",
        thread_id: str | None = None,
        size: int | None = None,
        max_bytes: int | None = MAX_FILE_BYTES,
        on_progress: Callable[[int, int], None] | None = None,
        max_seconds: float = MAX_SECONDS,
    ) -> FileReceipt:
        """Post a file to a room, sent as it is read.

        Args:
            room: the room, or what `room_info` takes.
            file: a path, bytes, an open binary file, or pieces of bytes as they come.
            name: its name in the room; that of the path or the open file by default.
            content_type: its media type; guessed from the name by default.
            caption: the text of the message that shows it.
            thread_id: the id of the message that it answers in a thread.
            size: bytes; needed for pieces, and for what cannot be wound back.
            max_bytes: the server's setting FileUpload_MaxFileSize, in bytes; None for no check.
            on_progress: is told the bytes sent so far and those in all; from 0 again, where the
                file is sent again.
            max_seconds: seconds for sending the file.

        Returns:
            A receipt: the message, or that nobody knows whether it was posted. Posting is the one
            thing that is never repeated then: a second time would post the file twice.

        Raises:
            InvalidInput: it is too large, its name or size is not known, or it is not as long as
                it was; nothing was posted.
            NotPermitted, RoomNotFound, ApiError: the server refused it; nothing was posted.
            BackchannelError: nothing was posted; see the tree in `backchannel.errors`.
            OSError: the file cannot be read; nothing was posted.

        Source: `rooms.media/:rid`, `rooms.mediaConfirm/:rid/:fileId`; `rooms.upload/:rid` before 8.
        """
        prepared = prepare_upload(
            self._session,
            file,
            name=name,
            content_type=content_type,
            caption=caption,
            thread_id=thread_id,
            size=size,
            max_bytes=max_bytes,
            progress=on_progress,
            timeout=max_seconds,
        )
        return self._driver.run(upload(self._session, room, prepared))

    def download(
        self,
        file: Downloadable,
        to: str | os.PathLike[str] | BinaryIO,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_seconds: float = MAX_SECONDS,
    ) -> int:
        """Write a file that a message shows to a path or an open binary file, as it comes.

        A path gets the file when it is complete, in place of what was there; after a failure
        nothing is left. An open file is cut back to what it held before, if it can be.

        Args:
            file: the message, its attachment, or the link of that.
            to: where it goes.
            max_bytes: the most that is taken.
            max_seconds: seconds for the whole of it.

        Returns:
            The bytes written.

        Raises:
            InvalidInput: there is no file, or it is not on this server: credentials go nowhere
                else.
            RedirectRefused: the server keeps its files elsewhere; `target` says where.
            ReplyTooLarge: it is over `max_bytes`.
            FileNotFound, NotPermitted: there is none, or not for this user.
            BackchannelError: see the tree in `backchannel.errors`.
            OSError: it cannot be written.

        Source: `GET /file-upload/:id/:name`.
        """
        flow = download(self._session, file, to, max_bytes=max_bytes, timeout=max_seconds)
        return self._driver.run(flow)

    def read(
        self,
        file: Downloadable,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_seconds: float = MAX_SECONDS,
    ) -> bytes:
        """Read a file that a message shows into memory. See `download`."""
        flow = read_file(self._session, file, max_bytes=max_bytes, timeout=max_seconds)
        return self._driver.run(flow)


class AsyncFiles:
    """The async twin of `Files`, for the event loop of its first call."""

    def __init__(self, driver: AsyncDriver, session: Session) -> None:
        self._driver = driver
        self._session = session

    async def upload(
        self,
        room: str | RocketChatRoom,
        file: Uploadable,
        *,
        name: str | None = None,
        content_type: str | None = None,
        caption: str = "",
        thread_id: str | None = None,
        size: int | None = None,
        max_bytes: int | None = MAX_FILE_BYTES,
        on_progress: Callable[[int, int], None] | None = None,
        max_seconds: float = MAX_SECONDS,
    ) -> FileReceipt:
        """Post a file to a room, sent as it is read. See `Files.upload`.

        The file is read in the event loop, 64 KiB at a time.
        """
        prepared = prepare_upload(
            self._session,
            file,
            name=name,
            content_type=content_type,
            caption=caption,
            thread_id=thread_id,
            size=size,
            max_bytes=max_bytes,
            progress=on_progress,
            timeout=max_seconds,
        )
        return await self._driver.run(upload(self._session, room, prepared))

    async def download(
        self,
        file: Downloadable,
        to: str | os.PathLike[str] | BinaryIO,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_seconds: float = MAX_SECONDS,
    ) -> int:
        """Write a file that a message shows to a path or an open binary file, as it comes.

        See `Files.download`.
        """
        flow = download(self._session, file, to, max_bytes=max_bytes, timeout=max_seconds)
        return await self._driver.run(flow)

    async def read(
        self,
        file: Downloadable,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_seconds: float = MAX_SECONDS,
    ) -> bytes:
        """Read a file that a message shows into memory. See `Files.read`."""
        flow = read_file(self._session, file, max_bytes=max_bytes, timeout=max_seconds)
        return await self._driver.run(flow)
