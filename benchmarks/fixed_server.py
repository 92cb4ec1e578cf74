"""An HTTP server that gives every request the same answer, as cheaply as Python can.

It runs in a process of its own, so that the clients measured do not wait for its interpreter.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

_LENGTH = b"content-length:"
_SIZE = 64 * 1024


@contextmanager
def serve(body: bytes) -> Generator[str]:
    """Answer with a JSON body; give the server's base URL."""
    command = [sys.executable, "-m", __name__, body.decode()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        # Leaving the process closes its input, at which it ends.
        yield process.stdout.readline().strip()


class _Client:
    """One connection: a request at a time, which may come in pieces."""

    def __init__(self, connection: socket.socket, reply: bytes) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._reply = reply
        self._received = b""

    def answer(self) -> bool:
        """Read what is there, answer a request that is complete, and tell whether there is more."""
        data = self._connection.recv(_SIZE)
        self._received += data
        # Some clients write head and body apart.
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self._received = b""
            self._connection.sendall(self._reply)
        return bool(data)


def _length(head: bytes) -> int:
    value = head.lower().partition(_LENGTH)[2]
    return int(value.partition(b"\r\n")[0] or b"0")


def _run(body: bytes) -> None:
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    reply = head.encode() + body
    with selectors.DefaultSelector() as selector, socket.create_server(("127.0.0.1", 0)) as server:
        selector.register(server, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        print(f"http://127.0.0.1:{server.getsockname()[1]}", flush=True)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is server:
                    connection, _ = server.accept()
                    client = _Client(connection, reply)
                    selector.register(connection, selectors.EVENT_READ, client)
                elif not key.data.answer():
                    selector.unregister(key.fileobj)


if __name__ == "__main__":
    _run(sys.argv[1].encode())
