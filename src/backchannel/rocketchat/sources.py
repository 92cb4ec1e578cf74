"""What can be uploaded: bytes, a path, an open file, or pieces as they come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, cast

import msgspec

from backchannel.errors import InvalidInput, Unsupported

__all__ = ["FileSource", "Uploadable", "open_source"]

CHUNK: Final = 64 * 1024
"""Bytes that are read from a file at once."""

Uploadable: TypeAlias = (
    bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO | Iterable[bytes]
)
"""A file to upload; a text is a path."""


class FileSource(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is ready to be read.

    Attributes:
        name: its name, without directories; "" if it has none.
        size: bytes.
        chunks: begins to read it; exactly `size` bytes come, or an error.
        repeatable: whether it can be read again.
    """

    name: str
    size: int
    chunks: Callable[[], Iterator[bytes]]
    repeatable: bool


def open_source(file: Uploadable, *, size: int | None) -> FileSource:
    """Find out how a file is read and how long it is.

    Args:
        file: what to upload.
        size: bytes, for what cannot tell itself.

    Raises:
        InvalidInput: it cannot be uploaded, or its size is not known.
        OSError: there is no such file.
    """
    if isinstance(file, bytes | bytearray | memoryview):
        data = bytes(file)
        return _source("", len(data), size, lambda: iter((data,)), repeatable=True)
    if isinstance(file, str | os.PathLike):
        path = Path(file)
        return _source(path.name, path.stat().st_size, size, lambda: _read_path(path))
    if hasattr(file, "read"):
        return _open_file(cast("BinaryIO", file), size)
    if not hasattr(file, "__iter__"):
        raise InvalidInput("file", limit="must be a file", given=type(file).__name__)
    return _source("", None, size, _only_once(lambda: iter(file)), repeatable=False)


def _open_file(file: BinaryIO, size: int | None) -> FileSource:
    named = getattr(file, "name", "")
    name = Path(named).name if isinstance(named, str) else ""
    if not file.seekable():
        return _source(name, None, size, _only_once(lambda: _read(file)), repeatable=False)
    start = file.tell()
    length = file.seek(0, os.SEEK_END) - start
    file.seek(start)

    def chunks() -> Iterator[bytes]:
        file.seek(start)
        return _read(file)

    return _source(name, length, size, chunks)


def _source(
    name: str,
    length: int | None,
    size: int | None,
    chunks: Callable[[], Iterator[bytes]],
    *,
    repeatable: bool = True,
) -> FileSource:
    if size is not None and size < 0:
        raise InvalidInput("size", limit="must be 0 or more bytes", given=str(size))
    if length is None:
        if size is None:
            limit = "must be given in bytes for what cannot tell its own"
            raise InvalidInput("size", limit=limit, given="none")
        length = size
    elif size is not None and size != length:
        raise InvalidInput("size", limit=f"is {length} bytes", given=f"{size} bytes")
    return FileSource(
        name=name,
        size=length,
        chunks=lambda: _exactly(length, chunks()),
        repeatable=repeatable,
    )


def _exactly(size: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks, which must be as many bytes as the server is told."""
    read = 0
    for chunk in chunks:
        read += len(chunk)
        if read > size:
            break
        yield chunk
    if read != size:
        limit = f"must be {size} bytes, as it was when its size was taken"
        given = "more" if read > size else f"{read} bytes"
        raise InvalidInput("file", limit=limit, given=given)


def _read_path(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _only_once(chunks: Callable[[], Iterator[bytes]]) -> Callable[[], Iterator[bytes]]:
    begun = False

    def begin() -> Iterator[bytes]:
        nonlocal begun
        if begun:
            raise Unsupported(
                "the file can be read only once, and had to be sent again: nothing was posted;"
                " give a path or a file that can be read from its begin"
            )
        begun = True
        return chunks()

    return begin
