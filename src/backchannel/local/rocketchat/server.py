"""The local Rocket.Chat server: a world behind an application behind a socket."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from backchannel.local.faults import Faults, FaultyApp
from backchannel.local.rocketchat import sending
from backchannel.local.rocketchat.app import rocketchat_app
from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.limits import WINDOW, RateLimit
from backchannel.local.rocketchat.realtime.connection import Timing
from backchannel.local.rocketchat.realtime.hub import Hub
from backchannel.local.rocketchat.seed import seed
from backchannel.local.serve import Server
from backchannel.local.sockets import Sockets

if TYPE_CHECKING:
    from backchannel.local.rocketchat.errors import Age
    from backchannel.local.rocketchat.world import Clock, JSONObject, World


class LocalRocketChat(Server):
    """A Rocket.Chat server on loopback, running until it is closed.

    `world` is what it knows (default: `seed()`), `age` the major version whose answers it gives
    (3, 7 or 8), `rate_limit` whether it counts calls (10 for each route and method in a window of
    `rate_window` seconds), `clock` the time in seconds since 1970 for a world made here; a given
    world has its own.
    Storing a message takes `write_seconds`, in which others are answered: of two messages of one
    `_id` that come in that time, the second is refused as by MongoDB. A realtime client that is
    quiet for `ping_interval` seconds is pinged, and dropped when it then says nothing for
    `ping_deadline` seconds. `port` 0 takes a free one.

    `url` is the base URL, `limit` what counts calls or None, `faults` takes orders for failures
    of requests, `sockets` shows and harms the open sockets, and `world` may be looked at at any
    time.
    Raises OSError when the port is taken.
    """

    def __init__(
        self,
        *,
        world: World | None = None,
        age: Age = 8,
        rate_limit: bool = False,
        rate_window: float = WINDOW,
        clock: Clock = time.time,
        write_seconds: float = 0.0,
        ping_interval: float = 15.0,
        ping_deadline: float = 15.0,
        port: int = 0,
    ) -> None:
        if age not in (3, 7, 8):
            raise ValueError(f"age must be 3, 7 or 8, not {age}")
        self.world = seed(clock=clock) if world is None else world
        self.age: Age = age
        self.faults = Faults()
        self.limit = RateLimit(self.world.clock, seconds=rate_window) if rate_limit else None
        app = rocketchat_app(self.world, age, limit=self.limit, write_seconds=write_seconds)
        hub = Hub(self.world, age, Timing(ping_interval, ping_deadline), rate_limit=rate_limit)
        super().__init__(FaultyApp(app, self.faults), accept=hub.accept, port=port)
        self.sockets = Sockets(hub, self.run)

    def say(self, room_id: str, user_id: str, *texts: str) -> list[JSONObject]:
        """Write messages as a user, without asking whether he may; clients are told.

        Gives the messages as they are over REST. For any thread. Raises LookupError when there
        is no such room or user.
        """
        with self.world.lock:
            room, user = self.world.rooms[room_id], self.world.users[user_id]
            call = Call(self.world, self.age, user, "", self.url, {}, {})
            return [sending.post(call, {"msg": text}, room).document for text in texts]
