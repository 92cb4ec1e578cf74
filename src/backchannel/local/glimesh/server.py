"""The site as an application, and on a socket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from backchannel.local.faults import Faults, FaultyApp
from backchannel.local.glimesh import oauth
from backchannel.local.glimesh.graph import graph
from backchannel.local.glimesh.http import RaisedError, error_page, read_parameters
from backchannel.local.glimesh.seed import seed
from backchannel.local.serve import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from backchannel.local.glimesh.world import World

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def utc_now() -> datetime:
    """The time, timezone-aware."""
    return datetime.now(UTC)


SOCKET = "/api/graph/websocket"


def application(world: World, clock: Callable[[], datetime]) -> Starlette:
    """An ASGI application that answers out of `world`, and changes it.

    Every request is answered in one step of the event loop, so the world needs no lock.
    """

    async def answer(request: Request) -> Response:
        if request.url.path == SOCKET and "upgrade" in request.headers:
            return PlainTextResponse("the local server has no socket for subscriptions", 501)
        body = await request.body()
        try:
            # The server reads the body before it looks at path or login.
            parameters = read_parameters(request, body)
            path = request.url.path
            if path == "/api/oauth/token" and request.method == "POST":
                return oauth.token(parameters, world, clock)
            if path == "/api/graph" or path.startswith("/api/graph/"):
                return graph(request, parameters, world, clock)
            raise RaisedError(404)
        except RaisedError as error:
            return error_page(error, request.headers.get("accept"))

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


class LocalGlimesh(Server):
    """A Glimesh site on a loopback port, to test programs against. A context manager.

    `world` is what it knows at first, and may be looked at any time, after closing too (default:
    `seed`, whose tokens are named there). `clock` tells the time, timezone-aware. `faults` takes
    orders for failures. `url` is its base URL:

        with LocalGlimesh() as server:
            glimesh = Glimesh(token="tok-viewer", url=server.url)

    Raises OSError when `host` and `port` (0: any free one) cannot be had.
    """

    def __init__(
        self,
        *,
        world: World | None = None,
        clock: Callable[[], datetime] = utc_now,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = seed(clock()) if world is None else world
        self.faults = Faults()
        app = FaultyApp(application(self.world, clock), self.faults)
        super().__init__(app, host=host, port=port)
