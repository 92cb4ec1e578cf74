"""A Glimesh site, and clients of both kinds called in one way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

import pytest

from backchannel.chat import AsyncChat, Chat
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.graphql.operation import Operation
from backchannel.local.glimesh import World, application, seed
from backchannel.local.glimesh.asked import asked_for
from backchannel.local.glimesh.site import Site as LocalSite
from backchannel.message import Address, Message, Receipt
from backchannel.wire.retry import RetryPolicy
from support.blocking import blocking
from support.glimesh_site import Clock
from support.site import Site

AT_ONCE = RetryPolicy(base=0)
LOOKS = RetryPolicy(attempts=3, base=0)


class GlimeshSite(Site):
    """The seeded site, made anew for each test."""

    world: World

    def seed(self) -> None:
        clock = Clock()
        self.world = seed(clock())
        self.begin(application(LocalSite(self.world, clock)), asked_for)

    def texts(self, channel: int = 1) -> list[str]:
        """What stands in a channel, oldest first, without what stood there from the start."""
        return [
            row.message for row in self.world.messages if row.channel_id == channel and row.id > 12
        ]


class Caller:
    """A Glimesh client of either kind."""

    def __init__(self, client: Glimesh | AsyncGlimesh, runner: asyncio.Runner) -> None:
        self.client = client
        chat = Chat if isinstance(client, Glimesh) else AsyncChat
        self.chat = chat(glimesh=client)
        self._runner = runner

    def call(self, function: Callable[..., object], **arguments: object) -> object:
        """What a generated function gives."""
        return blocking(function(self.client, **arguments), self._runner)

    def execute(self, operation: Operation[object], variables: Mapping[str, object]) -> object:
        return blocking(self.client.execute(operation, variables), self._runner)

    def send(self, address: str | Address, text: str) -> Receipt:
        return blocking(self.chat.send(address, text), self._runner)

    def history(self, address: str | Address, **options: object) -> list[Message]:
        return list(blocking(self.chat.history(address, **options), self._runner))

    def finish(self, result: object) -> object:
        """The value of something that is awaited if the client is asynchronous."""
        return blocking(result, self._runner)

    def close(self) -> None:
        self.finish(self.client.close())


@pytest.fixture(scope="session")
def listening() -> Iterator[GlimeshSite]:
    with GlimeshSite() as site:
        yield site


@pytest.fixture
def site(listening: GlimeshSite) -> GlimeshSite:
    listening.seed()
    return listening


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Caller]]:
    """Makes a client of either kind, with the viewer's token unless told otherwise."""
    kind = Glimesh if request.param == "sync" else AsyncGlimesh
    callers: list[Caller] = []
    with asyncio.Runner() as runner:

        def connect(url: str, token: str | None = "tok-viewer", **options: object) -> Caller:
            if "client_id" in options:
                token = None
            options.setdefault("retry", AT_ONCE)
            options.setdefault("reading_back", LOOKS)
            callers.append(Caller(kind(token=token, url=url, **options), runner))
            return callers[-1]

        yield connect
        for caller in callers:
            caller.close()
