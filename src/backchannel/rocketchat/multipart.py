"""Forms with one file: `multipart/form-data`, which is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backchannel.rocketchat.sources import FileSource
from backchannel.wire.streams import BodyStream

__all__ = ["multipart"]


def multipart(
    source: FileSource,
    *,
    name: str,
    content_type: str,
    texts: Mapping[str, str],
    boundary: str,
    progress: Callable[[int, int], None] | None,
) -> BodyStream:
    """The body of a form: its texts, then the file under the name `file`.

    Args:
        source: the file.
        name: its name.
        content_type: its media type.
        texts: the other fields.
        boundary: what stands between the parts; nothing of them may hold it.
        progress: is told the bytes sent so far, and those in all, of the file alone.

    Source: RFC 7578; quotes and line ends in names as HTML writes them.
    """
    head = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"\r\n\r\n'
        f"{text}\r\n".encode()
        for field, text in texts.items()
    )
    head += (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{_quoted(name)}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()

    def chunks() -> Iterator[bytes]:
        yield head
        yield from source.chunks()
        yield tail

    def tell(sent: int, length: int) -> None:
        # The head is the first chunk, the tail the last: neither is the file's.
        if progress is not None and len(head) <= sent < length:
            progress(sent - len(head), source.size)

    return BodyStream(len(head) + source.size + len(tail), chunks, tell)


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
