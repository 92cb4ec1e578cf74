"""One request and its reply on an open, blocking connection.

Head and body leave in one write, unless the body is a stream. A reply's body is read by
`http.client`, and where it is compressed by urllib3, which bounds what comes out.
"""

from __future__ import annotations

import io
import time
from http import client as http_client
from typing import TYPE_CHECKING, cast

import urllib3

from backchannel.errors import ConfigurationError
from backchannel.transport.reply import Reply
from backchannel.wire.messages import Response
from backchannel.wire.streams import BodyStream

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping

    from typing_extensions import Buffer

    from backchannel.wire.streams import Sink

_CHUNK = 64 * 1024
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class BodyTooLarge(Exception):
    """The decoded body is over the cap."""


def encode_request(
    method: str,
    target: str,
    host: str,
    headers: Mapping[str, str],
    body: bytes | BodyStream | None,
) -> memoryview:
    """A request as it goes on the wire, but for a body that is a stream.

    A view, because its repr shows nothing: whoever prints the variables of a traceback would print
    the credential with the bytes.

    Args:
        method: GET, POST, ...
        target: path and query, or the whole URL for a proxy.
        host: for the header Host, unless `headers` has one.
        headers: names and values.
        body: the body, or None.

    Raises:
        ConfigurationError: something holds characters that cannot stand there; the message does
            not show them, for they may be a secret's.
    """
    lines = [f"{method} {target} HTTP/1.1"]
    if all(name.lower() != "host" for name in headers):
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None or method in _WITH_BODY:
        lines.append(f"Content-Length: {0 if body is None else len(body)}")
    written = "".join(lines).replace("\t", " ")
    if " " in target or not (written.isascii() and written.isprintable()):
        raise ConfigurationError("the URL or a header holds characters that cannot stand there")
    head = "\r\n".join((*lines, "", "")).encode("ascii")
    return memoryview(head + body if isinstance(body, bytes) else head)


def exchange(
    sock: socket.socket,
    method: str,
    request: memoryview,
    *,
    deadline: float,
    max_bytes: int,
    stream: BodyStream | None = None,
    sink: Sink | None = None,
) -> tuple[Response, bool]:
    """Write a request and read the whole reply.

    Args:
        sock: the connection.
        method: the request's method.
        request: what `encode_request` made.
        deadline: on the monotonic clock, when the reply must be complete.
        max_bytes: the cap of the decoded body.
        stream: the rest of the request.
        sink: takes the body of a reply with status 2xx, up to a cap of its own.

    Returns:
        The reply, and whether the connection can be used again.

    Raises:
        BodyTooLarge: the decoded body is over the cap.
        OSError, http.client.HTTPException, urllib3.exceptions.HTTPError: the connection ended,
            the time was over, or the reply makes no sense.
    """
    source = _UntilDeadline(sock, deadline)
    chunks = iter((request,)) if stream is None else _chunks(request, stream)
    _write(source, chunks)
    # All that http.client asks of a socket is `makefile`.
    reply = Reply(cast("socket.socket", source), method)
    reply.begin()
    decoded = _decoded(reply, method) if "content-encoding" in reply.fields else reply
    body = bytearray()
    if sink is not None and 200 <= reply.status < 300:
        sink.begin()
        _read(decoded, sink.max_bytes, sink.write)
    else:
        _read(decoded, max_bytes, body.extend)
    if reply.length:
        raise http_client.IncompleteRead(b"", reply.length)
    response = Response(status=reply.status, headers=reply.fields, body=bytes(body))
    return response, reply.isclosed() and not reply.will_close


def _decoded(reply: Reply, method: str) -> urllib3.HTTPResponse:
    return urllib3.HTTPResponse(
        reply, reply.fields, reply.status, request_method=method, preload_content=False
    )


def _chunks(head: memoryview, stream: BodyStream) -> Iterator[bytes | memoryview]:
    yield head
    yield from stream


def _write(source: _UntilDeadline, chunks: Iterator[bytes | memoryview]) -> None:
    for chunk in chunks:
        try:
            source.send_all(chunk)
        except (BrokenPipeError, ConnectionResetError):
            # A server may refuse a long body before it has read it all; then its reply is there.
            return


def _read(
    stream: Reply | urllib3.HTTPResponse, max_bytes: int, take: Callable[[bytes], object]
) -> None:
    length = 0
    while chunk := stream.read(_CHUNK):
        length += len(chunk)
        if length > max_bytes:
            raise BodyTooLarge
        take(chunk)


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket, and writes to it, until a deadline.

    The socket's own timeout begins anew with each byte, so that a server which sends one now and
    then would never be stopped.
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def seconds_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def send_all(self, data: bytes | memoryview) -> None:
        self._sock.settimeout(self.seconds_left())
        self._sock.sendall(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        self._sock.settimeout(self.seconds_left())
        return self._sock.recv_into(buffer)
