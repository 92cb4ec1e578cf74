"""The head of a reply, read for `http.client`, which then reads the body by it.

`http.client` parses headers as those of mail, which takes a quarter of a whole call.
"""

from __future__ import annotations

from http.client import BadStatusLine, HTTPException, HTTPResponse, LineTooLong, RemoteDisconnected
from typing import TYPE_CHECKING

from backchannel.wire.messages import by_lower_name

if TYPE_CHECKING:
    import socket

_MAX_LINE = 65536  # bytes, as in http.client
_MAX_FIELDS = 100


class Reply(HTTPResponse):
    """A reply whose `begin` reads the head, and whose `read` reads the body.

    Attributes:
        fields: the header fields by lower-case name.
    """

    def __init__(self, sock: socket.socket, method: str) -> None:
        super().__init__(sock, method=method)
        self._asked = method
        self.fields: dict[str, str] = {}

    def begin(self) -> None:
        """Read the head, and those of interim replies before it.

        Raises:
            http.client.HTTPException: the connection ended amid the head, or it is none.
            OSError: the connection ended.
        """
        version, status = self._head()
        while 100 <= status < 200:
            version, status = self._head()
        self.code = self.status = status
        self.version = 10 if version == "HTTP/1.0" else 11
        self.chunked = self._is_chunked()
        self.chunk_left = None
        self.length = self._length()
        connection = self.fields.get("connection", "").lower()
        persistent = "keep-alive" in connection if self.version == 10 else "close" not in connection
        self.will_close = not persistent or (self.length is None and not self.chunked)

    def _head(self) -> tuple[str, int]:
        """Read the header fields, and give version and status."""
        line = self._line()
        version, _, rest = line.partition(" ")
        status = rest[:3]
        if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdigit()):
            raise BadStatusLine(line)
        self.fields = self._header_fields()
        return version, int(status)

    def _header_fields(self) -> dict[str, str]:
        fields: list[tuple[str, str]] = []
        while line := self._line():
            if line[0] in " \t" and fields:  # a value that goes on, as it once was written
                name, value = fields.pop()
                fields.append((name, f"{value} {line.strip()}"))
                continue
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or len(fields) == _MAX_FIELDS:
                raise HTTPException("a line that is no header, or too many of them")
            fields.append((name, value.strip()))
        return by_lower_name(fields)

    def _line(self) -> str:
        line = self.fp.readline(_MAX_LINE + 1)
        if not line.endswith(b"\n"):
            if len(line) > _MAX_LINE:
                raise LineTooLong("head")
            raise RemoteDisconnected("the connection ended amid the head")
        return line.decode("latin-1").rstrip("\r\n")

    def _is_chunked(self) -> bool:
        encoding = self.fields.get("transfer-encoding", "").lower()
        if encoding not in {"", "identity", "chunked"}:
            raise HTTPException("a transfer encoding that was not asked for")
        return encoding == "chunked"

    def _length(self) -> int | None:
        if self.status in {204, 304} or self._asked == "HEAD":
            return 0
        length = self.fields.get("content-length")
        if self.chunked or length is None:
            return None
        if not (length.isascii() and length.isdigit()):  # or two lengths, joined by a comma
            raise HTTPException("a length that makes no sense")
        return int(length)
