"""A Phoenix socket that pushes fixed frames as fast as they are read, or at a given rate.

It runs in a process of its own, so that the clients measured do not wait for its interpreter. The
variable `channelId` of a subscription says how many frames: `5000`, or `50000@5000` for 5,000 a
second. Frames are those of protocol version 1; the file named on the command line holds the
results that are pushed, one a line, over and over.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import BinaryIO

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SUBSCRIPTION = "__absinthe__:doc:1:7F65"
_AT_ONCE = 100  # frames written together
_TICKS = 100  # of a second, at a given rate


@contextmanager
def serve(results: Iterable[bytes]) -> Generator[str]:
    """Push these results; give the socket's URL."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "results"
        file.write_bytes(b"\n".join(results))
        command = [sys.executable, "-m", __name__, str(file)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            # Leaving the process closes its input, at which it ends.
            yield process.stdout.readline().strip()


def _frame(text: str) -> bytes:
    data = text.encode()
    size = len(data)
    if size < 126:
        return bytes((0x81, size)) + data
    return b"\x81\x7e" + size.to_bytes(2, "big") + data


def _read(stream: BinaryIO) -> dict[str, object] | None:
    """The next text frame of a client, as JSON; None at the end."""
    while True:
        head = stream.read(2)
        if len(head) < 2 or head[0] & 0x0F == 8:
            return None
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(stream.read(2), "big")
        mask, data = stream.read(4), stream.read(size)
        if head[0] & 0x0F == 1:
            frame: dict[str, object] = json.loads(
                bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
            )
            return frame


class _Client:
    """One socket."""

    def __init__(self, connection: socket.socket, pushes: list[bytes]) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._pushes = pushes

    def serve(self) -> None:
        with self._connection, self._connection.makefile("rb") as stream:
            self._shake_hands(stream)
            while (frame := _read(stream)) is not None:
                self._answer(frame)

    def _shake_hands(self, stream: BinaryIO) -> None:
        key = b""
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"sec-websocket-key":
                key = value.strip()
        accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
        self._connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    def _answer(self, frame: dict[str, object]) -> None:
        subscribes = frame["event"] == "doc"
        response = {"subscriptionId": _SUBSCRIPTION} if subscribes else frame["payload"]
        reply = {
            "event": "phx_reply",
            "payload": {"response": response, "status": "ok"},
            "ref": frame["ref"],
            "topic": frame["topic"],
        }
        self._connection.sendall(_frame(json.dumps(reply)))
        if subscribes:
            # Apart, because heartbeats are answered meanwhile.
            asked = frame["payload"]["variables"]["channelId"]  # type: ignore[index]
            threading.Thread(target=self._push, args=asked.partition("@")[::2], daemon=True).start()

    def _push(self, count: str, rate: str) -> None:
        left = iter(islice(cycle(self._pushes), int(count)))
        at_once = int(rate) // _TICKS if rate else _AT_ONCE
        due = time.monotonic()
        try:
            while frames := b"".join(islice(left, at_once)):
                self._connection.sendall(frames)
                if rate:
                    due += 1 / _TICKS
                    time.sleep(max(0.0, due - time.monotonic()))
        except OSError:
            # The client left before the end.
            return


def _run(file: Path) -> None:
    pushes = [
        _frame(
            f'{{"event":"subscription:data","payload":{{"result":{result},'
            f'"subscriptionId":"{_SUBSCRIPTION}"}},"ref":null,"topic":"{_SUBSCRIPTION}"}}'
        )
        for result in file.read_text().split("\n")
    ]
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(f"ws://127.0.0.1:{server.getsockname()[1]}/", flush=True)

        def accept() -> None:
            while True:
                client = _Client(server.accept()[0], pushes)
                threading.Thread(target=client.serve, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
