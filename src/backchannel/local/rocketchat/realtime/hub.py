"""The open connections of a server, and who is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.errors import Age
from backchannel.local.rocketchat.realtime.connection import Connection, Timing
from backchannel.local.rocketchat.world import World
from backchannel.local.websocket import Refusal

if TYPE_CHECKING:
    from websockets.http11 import Request

SOCKET = "/websocket"


class Hub:
    """The realtime interface of one server. Used in its thread only."""

    def __init__(self, world: World, age: Age, timing: Timing, *, rate_limit: bool) -> None:
        self.open: dict[Connection, None] = {}
        self._world = world
        self._age: Age = age
        self._timing = timing
        self._rate_limit = rate_limit

    def accept(self, request: Request) -> Connection | Refusal:
        """Anybody is let in; log-in is a frame of its own."""
        if urlsplit(request.path).path != SOCKET:
            return Refusal(404)
        url = f"http://{request.headers['host']}"
        call = Call(self._world, self._age, None, "", url, {}, {})
        return Connection(self, call, self._timing, rate_limit=self._rate_limit)

    def opened(self, connection: Connection) -> None:
        """Count a connection in."""
        self.open[connection] = None

    def closed(self, connection: Connection) -> None:
        """Count a connection out."""
        self.open.pop(connection, None)
