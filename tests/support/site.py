"""A server whose application is another for each test, and which keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backchannel.local.faults import Faults, FaultyApp
from backchannel.local.serve import serve


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)

    def json(self) -> dict[str, object]:
        return json.loads(self.body)


class Site:
    """Listens from the start on; `begin` puts an application, well and unasked, behind it.

    Starting one server for many tests is quicker than one for each.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self.requests: list[Asked] = []
        self._app: ASGIApp = _nothing
        self._server = serve(self)
        self.url = self._server.url

    def begin(
        self, app: ASGIApp, operations: Callable[[bytes], Collection[str]] | None = None
    ) -> None:
        self.faults = Faults()
        self.requests = []
        self._app = FaultyApp(app, self.faults, operations or (lambda _: ()))

    @property
    def operations(self) -> list[object]:
        """The names of the GraphQL operations that came."""
        return [asked.json()["operationName"] for asked in self.requests]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        asked = Asked(scope["method"], scope["path"], headers)
        self.requests.append(asked)

        async def reading() -> Message:
            message = await receive()
            asked.body.extend(message.get("body", b""))
            return message

        await self._app(scope, reading, send)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()


async def _nothing(_: Scope, receive: Receive, send: Send) -> None:
    """Complete the server's own start; no test is running."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
