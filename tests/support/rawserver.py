"""A TCP server that does as a script says: whatever a broken server can do to a client.

A script is a function of a `Peer`, called once for each connection, in a thread of its own.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TLS = Path(__file__).parents[1] / "data" / "tls"


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        return json.loads(self.body)


class Peer:
    """The client, seen from the server, over one connection."""

    def __init__(self, server: RawServer, connection: socket.socket) -> None:
        self._server = server
        self._connection = connection
        self._buffer = b""

    def read(self) -> Received | None:
        """The next request, or None when the client has hung up."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._fill():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            if not self._fill():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        received = Received(method, target, headers, body)
        self._server.requests.append(received)
        return received

    def discard(self, size: int) -> None:
        """Read a request whose body has so many bytes, and keep none of them."""
        while b"\r\n\r\n" not in self._buffer and self._fill():
            pass
        left = size - len(self._buffer.partition(b"\r\n\r\n")[2])
        self._buffer = b""
        while left > 0 and (chunk := self._connection.recv(65536)):
            left -= len(chunk)

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)

    def trickle(self, data: bytes, pause: float = 0.03) -> None:
        """Write a byte now and then."""
        for byte in data:
            if self._server.stopped.wait(pause):
                return
            self.write(bytes([byte]))

    def idle(self) -> None:
        """Say nothing until the client hangs up or the server is stopped."""
        while self._fill():
            pass

    def relay(self, other: socket.socket) -> None:
        """Pass bytes between the client and another connection until one of them hangs up."""
        sockets = {self._connection: other, other: self._connection}
        with contextlib.suppress(OSError):
            while True:
                for readable in select.select([*sockets], [], [])[0]:
                    data = readable.recv(65536)
                    if not data:
                        return
                    sockets[readable].sendall(data)

    def _fill(self) -> bool:
        chunk = self._connection.recv(65536)
        self._buffer += chunk
        return bool(chunk)


Script = Callable[[Peer], None]


class RawServer:
    """Listens on a free port of 127.0.0.1 while it is entered.

    Attributes:
        requests: the complete requests, in the order of their arrival.
        connections: how many were accepted.
    """

    def __init__(self, script: Script, *, tls: bool = False) -> None:
        self._script = script
        self._context: ssl.SSLContext | None = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
        self.requests: list[Received] = []
        self.connections = 0
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def open_connections(self) -> int:
        """How many connections are being served."""
        with self._lock:
            return len(self._open)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        _hang_up(self._listener)
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        for thread in self._threads:
            thread.join()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with self._listener:
            while not self.stopped.is_set():
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    return
                self.connections += 1
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
            if self.stopped.is_set():
                _hang_up(connection)
        try:
            # OSError: the client hung up, or refused our certificate.
            if self._context is not None:
                with self._context.wrap_socket(connection, server_side=True) as wrapped:
                    self._script(Peer(self, wrapped))
            else:
                self._script(Peer(self, connection))
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            _hang_up(connection)
            connection.close()


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def http(
    body: bytes = b"{}",
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """A reply as bytes; `length` is a Content-Length that may be a lie."""
    fields = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body) if length is None else length),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode("latin-1") + body


def always(reply: bytes) -> Script:
    """Answer every request of a connection with the same bytes."""

    def script(peer: Peer) -> None:
        while peer.read():
            peer.write(reply)

    return script


def answering(respond: Callable[[Received], bytes]) -> Script:
    """Answer every request with what `respond` makes of it."""

    def script(peer: Peer) -> None:
        while (received := peer.read()) is not None:
            peer.write(respond(received))

    return script


def redirect(status: int, location: str) -> Script:
    """Answer every request with a redirect."""
    return always(http(b"", status=status, headers={"Location": location}))


def tunnel(peer: Peer) -> None:
    """Be a proxy: connect to where CONNECT says, on this machine, and pass bytes both ways."""
    received = peer.read()
    assert received is not None
    port = int(received.target.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as server:
        peer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        peer.relay(server)


def close_before_reading(_: Peer) -> None:
    """Hang up as soon as the connection is there."""


def close_after_reading(peer: Peer) -> None:
    """Read the request, and hang up."""
    peer.read()


def close_amid_headers(peer: Peer) -> None:
    """Hang up in the middle of the headers."""
    peer.read()
    peer.write(b"HTTP/1.1 200 OK\r\nContent-Ty")


def close_amid_body(peer: Peer) -> None:
    """Hang up in the middle of the body: Content-Length says more."""
    peer.read()
    peer.write(http(b'{"data":', length=100))


def close_amid_chunks(peer: Peer) -> None:
    """Hang up between the chunks of a chunked body."""
    peer.read()
    peer.write(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"da\r\n')


def talk_nonsense(peer: Peer) -> None:
    """Answer with something that is not HTTP."""
    peer.read()
    peer.write(b"220 mail.invalid ESMTP ready\r\n\r\n")


def never_answer(peer: Peer) -> None:
    """Read, and say nothing."""
    peer.read()
    peer.idle()


def trickle_headers(peer: Peer) -> None:
    """Send a byte of the headers now and then, without end."""
    peer.read()
    peer.trickle(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000)


def trickle_body(peer: Peer) -> None:
    """Send a byte of the body now and then, without end."""
    peer.read()
    peer.write(http(b"", length=10_000))
    peer.trickle(b" " * 10_000)


def trickle_chunks(peer: Peer) -> None:
    """Send a byte of a chunked body now and then, without end."""
    peer.read()
    peer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.trickle(b"1\r\nx\r\n" * 10_000)


def bomb(size: int) -> bytes:
    """A reply whose small gzip body becomes `size` bytes."""
    return http(gzip.compress(bytes(size)), headers={"Content-Encoding": "gzip"})


def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_until(condition: Callable[[], bool], limit: float = 5.0) -> None:
    """Wait for what another thread does; fail after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
