"""The open connections of a server, and how new ones are met."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.errors import Age
from backchannel.local.rocketchat.realtime.connection import Connection, Timing
from backchannel.local.rocketchat.world import World
from backchannel.local.sockets import SocketHub
from backchannel.local.websocket import Refusal

if TYPE_CHECKING:
    from websockets.http11 import Request

SOCKET = "/websocket"


class Hub(SocketHub[Connection]):
    """The realtime interface of one server. Used in its thread only."""

    def __init__(self, world: World, age: Age, timing: Timing, *, rate_limit: bool) -> None:
        super().__init__()
        self._world = world
        self._age: Age = age
        self._timing = timing
        self._rate_limit = rate_limit

    def accept(self, request: Request) -> Connection | Refusal | None:
        """Anybody is let in; log-in is a frame of its own."""
        if urlsplit(request.path).path != SOCKET:
            return Refusal(404)
        if self.refusals:
            return self.refusals.popleft()
        url = f"http://{request.headers['host']}"
        call = Call(self._world, self._age, None, "", url, {}, {})
        return Connection(self, call, self._timing, rate_limit=self._rate_limit)
