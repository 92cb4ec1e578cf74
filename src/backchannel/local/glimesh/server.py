"""The site as an application, and on a socket."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from backchannel.local.faults import Faults, FaultyApp
from backchannel.local.glimesh import oauth
from backchannel.local.glimesh.asked import asked_for
from backchannel.local.glimesh.context import Access, Context, Crash, RefusedError
from backchannel.local.glimesh.graph import graph
from backchannel.local.glimesh.http import RaisedError, error_page, read_parameters
from backchannel.local.glimesh.resolvers.chat import create_message
from backchannel.local.glimesh.seed import seed
from backchannel.local.glimesh.site import Site
from backchannel.local.glimesh.socket_faults import Sockets
from backchannel.local.glimesh.sockets import SOCKET, Hub
from backchannel.local.serve import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from backchannel.local.glimesh.world import AccessToken, ChatMessage, World

SAID_AT_ONCE = 100  # messages before the server looks after its sockets again
_OAUTH = {
    ("GET", "/oauth/authorize"): oauth.authorize,
    ("POST", "/oauth/authorize"): oauth.authorize,
    ("POST", "/api/oauth/token"): oauth.token,
    ("POST", "/api/oauth/revoke"): oauth.revoke,
    ("POST", "/api/oauth/introspect"): oauth.introspect,
}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def utc_now() -> datetime:
    """The time, timezone-aware."""
    return datetime.now(UTC)


def application(site: Site) -> Starlette:
    """An ASGI application that answers out of the site's world, and changes it.

    Every request is answered in one step of the event loop, so the world needs no lock.
    """

    async def answer(request: Request) -> Response:
        if request.url.path == SOCKET:
            return Response(status_code=426)
        body = await request.body()
        try:
            # The server reads the body before it looks at path or login.
            parameters = read_parameters(request, body)
            path = request.url.path
            endpoint = _OAUTH.get((request.method, path))
            if endpoint is not None:
                return endpoint(parameters, site)
            if path == "/api/graph" or path.startswith("/api/graph/"):
                return graph(request, parameters, site)
            raise RaisedError(404)
        except RaisedError as error:
            return error_page(error, request.headers.get("accept"))

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


class LocalGlimesh(Server):
    """A Glimesh site on a loopback port, to test programs against. A context manager.

    `world` is what it knows at first, and may be looked at any time, after closing too (default:
    `seed`, whose tokens are named there). `clock` tells the time, timezone-aware. A socket is
    closed after `idle_seconds` without any frame. `faults` takes orders for failures of requests,
    `sockets` shows and harms the open sockets. `url` is its base URL:

        with LocalGlimesh() as server:
            glimesh = Glimesh(token="tok-viewer", url=server.url)

    Raises OSError when `host` and `port` (0: any free one) cannot be had.
    """

    def __init__(
        self,
        *,
        world: World | None = None,
        clock: Callable[[], datetime] = utc_now,
        idle_seconds: float = 60.0,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = seed(clock()) if world is None else world
        self.faults = Faults()
        self._site = Site(self.world, clock)
        hub = Hub(self._site, idle_seconds)
        app = FaultyApp(application(self._site), self.faults, asked_for)
        super().__init__(app, accept=hub.accept, host=host, port=port)
        self.sockets = Sockets(hub, self._site.subscriptions, self.run)

    @property
    def token_requests(self) -> Counter[str]:
        """How often the token endpoint was asked, by grant type; `total()` for all."""
        return self._site.token_requests.copy()

    def expire(self, token: str) -> None:
        """Let a token end at this moment. Sockets that it opened stay open, as they do there.

        Raises LookupError when there is no such token; so does `revoke`.
        """
        row = self._token(token)
        row.expires_at = self._site.clock()

    def revoke(self, token: str) -> None:
        """Take a token back."""
        self._token(token).revoked = True

    def _token(self, value: str) -> AccessToken:
        for row in self.world.tokens:
            if row.value == value:
                return row
        raise LookupError("no such token")

    def say(self, channel_id: int, user_id: int, *texts: str) -> list[ChatMessage]:
        """Write messages as a user, without asking whether he may; subscribers are told.

        For any thread but the server's; in an asynchronous program it holds up the loop for as
        long as it takes. Raises LookupError when there is no such channel or user, ValueError
        when a text is one that the server takes from nobody.
        """
        channel, author = self.world.channels[channel_id], self.world.users[user_id]

        async def write() -> list[ChatMessage]:
            written: list[ChatMessage] = []
            context = Context(self._site, Access(author), self.url)
            for text in texts:
                try:
                    message = create_message(context, author, channel, text, may_write=True)
                except (RefusedError, Crash) as refused:
                    raise ValueError(f"refused: {refused}") from None
                written.append(message)
                if len(written) % SAID_AT_ONCE == 0:
                    await asyncio.sleep(0)
            return written

        return self._wait_for(write())
