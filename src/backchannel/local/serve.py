"""An ASGI application on a real socket, served by uvicorn from a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Self, TypeVar, cast

import uvicorn

from backchannel.local.websocket import Accept, Refusal, WebSocket

if TYPE_CHECKING:
    from types import TracebackType

    from starlette.types import ASGIApp
    from uvicorn.server import ServerState
    from websockets.http11 import Request

GRACE = 1  # seconds a request still running may take when the server closes

Result = TypeVar("Result")


def _no_websockets(_: Request) -> Refusal:
    return Refusal(404)


class _Uvicorn(uvicorn.Server):
    """uvicorn told to stop through an event: its own loop looks at a flag every 100 ms."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        if self._stop is not None:
            await self._stop.wait()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that serves; RuntimeError before it runs."""
        if self._loop is None:
            raise RuntimeError("the server did not start")
        return self._loop

    def stop(self) -> None:
        """Ask the loop to end, from any thread."""
        self.should_exit = True
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)


class Server:
    """A running server: `url` is its base URL, without a slash at the end.

    `app` answers requests, `accept` handshakes of WebSockets (default: all are refused).

    A context manager; `close()` does the same by hand, from any thread, as often as you like.
    It blocks for about a tenth of a second, in which a running asyncio loop would stand still;
    the server itself runs in its own thread, so asynchronous clients may be used inside `with`.
    """

    url: str

    def __init__(
        self,
        app: ASGIApp,
        *,
        accept: Accept = _no_websockets,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        # Bound and listening before the thread starts: the port is known, and nobody is refused.
        listener = socket.create_server((host, port))
        # asyncio sets this only on sockets that name their protocol, which these do not; without
        # it each reply on a kept connection waits for the client's delayed acknowledgment.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://{host}:{listener.getsockname()[1]}"

        def upgraded(server_state: ServerState, **_: object) -> WebSocket:
            return WebSocket(accept, server_state)

        config = uvicorn.Config(
            app,
            http="h11",
            # Called as a class would be.
            ws=cast("type[asyncio.Protocol]", upgraded),
            loop="asyncio",
            log_config=None,
            # Its warnings tell of upgrades that it does not know, which the application answers.
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        self._uvicorn = _Uvicorn(config)
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(
            target=self._run, args=(listener,), name=f"local server {self.url}", daemon=True
        )
        self._thread.start()
        self._uvicorn.ready.wait()
        if not self._uvicorn.started:
            self._thread.join()
            raise RuntimeError(f"the local server at {self.url} did not start")

    def _run(self, listener: socket.socket) -> None:
        try:
            with listener:
                self._uvicorn.run([listener])
        finally:
            self._uvicorn.ready.set()

    def run(self, function: Callable[[], Result]) -> Result:
        """Call `function` in the server's thread, between two requests, and give its result.

        So it may change what the server knows. It must not block, and this may not be called
        from it. Raises what `function` raises, and RuntimeError when the server is closed.
        """
        return self._wait_for(_called(function))

    def _wait_for(self, work: Coroutine[object, object, Result]) -> Result:
        with self._lock:
            if self._closed:
                work.close()
                raise RuntimeError(f"the local server at {self.url} is closed")
            return asyncio.run_coroutine_threadsafe(work, self._uvicorn.loop).result()

    def close(self) -> None:
        """Stop accepting, close every connection, end the thread."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._uvicorn.stop()
                self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


async def _called(function: Callable[[], Result]) -> Result:
    return function()


def serve(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Serve `app` at `host`:`port` until the returned server is closed.

    Port 0 takes a free one. The server is ready when this returns. Raises OSError when the
    address cannot be bound, RuntimeError when the application's own startup fails.
    """
    return Server(app, host=host, port=port)
