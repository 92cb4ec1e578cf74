"""An HTTP server that gives every request the same answer, as cheaply as Python can.

It runs in a process of its own, so that the clients measured do not wait for its interpreter.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LENGTH = b"content-length:"


@contextmanager
def serve(body: bytes) -> Iterator[str]:
    """Answer with a JSON body; give the server's base URL."""
    command = [sys.executable, "-m", __name__, body.decode()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        # Leaving the process closes its input, at which it ends.
        yield process.stdout.readline().strip()


class _Answer(asyncio.Protocol):
    def __init__(self, reply: bytes) -> None:
        self._reply = reply
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        # One request at a time, which may come in pieces: some clients write head and body apart.
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self._received = b""
            self._transport.write(self._reply)


def _length(head: bytes) -> int:
    value = head.lower().partition(_LENGTH)[2]
    return int(value.partition(b"\r\n")[0] or b"0")


async def _main(body: bytes) -> None:
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    reply = head.encode() + body
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Answer(reply), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1].encode()))
