"""Plain DDP frames to a local Rocket.Chat server: no client of ours in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.sync.client import ClientConnection, connect

from backchannel.local.rocketchat.seed import ALICE, TEAM, Account

CONNECT = {"msg": "connect", "version": "1", "support": ["1", "pre2", "pre1"]}
TIMEOUT = 10


class Frames:
    """A socket that speaks and hears JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._methods = 0

    def say(self, **frame: object) -> None:
        self.socket.send(json.dumps(frame))

    def hear(self) -> dict[str, object]:
        frame: dict[str, object] = json.loads(self.socket.recv(timeout=TIMEOUT))
        return frame

    def ask(self, **frame: object) -> dict[str, object]:
        self.say(**frame)
        return self.hear()

    def until_pong(self) -> list[dict[str, object]]:
        """Everything that came before the answer to a ping."""
        self.say(msg="ping", id="fence")
        return list(iter(self.hear, {"msg": "pong", "id": "fence"}))

    def call(self, method: str, *params: object) -> list[dict[str, object]]:
        """The frames that a method brings, its result last."""
        self._methods += 1
        method_id = f"m{self._methods}"
        self.say(msg="method", method=method, id=method_id, params=list(params))
        frames = [self.hear()]
        while not (frames[-1]["msg"] == "result" and frames[-1]["id"] == method_id):
            frames.append(self.hear())
        return frames

    def result(self, method: str, *params: object) -> object:
        """What a method returns."""
        return self.call(method, *params)[-1]["result"]

    def error(self, method: str, *params: object) -> dict[str, object]:
        """The error of a method."""
        error = self.call(method, *params)[-1]["error"]
        assert isinstance(error, dict)
        return error

    def login(self, account: Account = ALICE) -> None:
        self.result("login", {"resume": account.token})

    def subscribe(
        self, name: str = TEAM, stream: str = "stream-room-messages", sub_id: str = "s1"
    ) -> None:
        frame = self.ask(msg="sub", id=sub_id, name=stream, params=[name, False])
        assert frame == {"msg": "ready", "subs": [sub_id]}


@contextmanager
def open_socket(url: str) -> Iterator[Frames]:
    """A socket on which nothing was said yet."""
    address = url.replace("http", "ws", 1) + "/websocket"
    with connect(address, proxy=None, open_timeout=TIMEOUT, close_timeout=TIMEOUT) as socket:
        yield Frames(socket)


@contextmanager
def connected(url: str, account: Account | None = ALICE) -> Iterator[Frames]:
    """A socket after the handshake, logged in unless the account is None."""
    with open_socket(url) as frames:
        assert frames.hear() == {"server_id": "0"}
        assert frames.ask(**CONNECT)["msg"] == "connected"
        if account is not None:
            frames.login(account)
        yield frames
