"""The one socket of a client: made for the first subscription, made again when it is lost.

It loads gql and websockets, so it is loaded on first use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Protocol, TypeVar

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConfigurationError,
    ConnectionLost,
    RateLimited,
    RefusedError,
)
from backchannel.flow import Chance
from backchannel.graphql.phoenix import Channel, Listener
from backchannel.graphql.socket import Socket
from backchannel.live.events import Connected, ConnectionEvent, Disconnected, Reconnecting
from backchannel.live.loop import Runner

T = TypeVar("T")

SETTLED: Final = 30.0
"""Seconds after which a connection counts as one that lasted: waits begin anew."""

MOST_DEATHS: Final = 5
"""So often in a row a channel may end over a document, before it is not sent again."""


class Subscriber(Listener, Protocol):
    """A subscription as its connection sees it."""

    def report(self, event: ConnectionEvent) -> None:
        """Something happened to the connection."""
        ...

    def end(self, error: Exception) -> None:
        """Nothing follows but this."""
        ...


class Connection:
    """Keeps one socket open while there are subscribers. For one event loop.

    The first connection is tried once, and its failure ends the subscribers. After that, whatever
    may pass is tried again without end: a lost socket is made anew, a channel that the server
    ended is joined again, and everybody is subscribed again. What does not pass by itself (a
    refused credential, a redirect) ends the subscribers.

    Args:
        socket: where, and how long to wait.
        runner: runs the flows of credentials.
        chance: clock and dice.
    """

    def __init__(self, socket: Socket, runner: Runner, chance: Chance) -> None:
        self._socket = socket
        self._runner = runner
        self._chance = chance
        # How often the channel ended over the document of each.
        self._subscribers: dict[Subscriber, int] = {}
        self._channel: Channel | None = None
        self._task: asyncio.Task[None] | None = None
        # The task, and former ones while they still close their sockets.
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._closed = False

    def add(self, subscriber: Subscriber) -> None:
        """Subscribe somebody, as soon as possible, and again whenever that is needed.

        Raises:
            ConfigurationError: the client is closed.
        """
        if self._closed:
            raise ConfigurationError("the subscription's client is closed")
        self._subscribers[subscriber] = 0
        self._wake.set()
        if self._task is None:
            self._task = asyncio.create_task(self._keep(frozenset(self._tasks)))
            self._tasks.add(self._task)
            self._task.add_done_callback(self._tasks.discard)

    async def remove(self, subscriber: Subscriber) -> None:
        """Unsubscribe somebody. After the last one the socket is closed."""
        subscribed = self._subscribers.pop(subscriber, None) is not None
        try:
            if subscribed and self._channel is not None and self._channel.alive:
                # A socket that is lost has no subscriptions, and its loss is seen elsewhere.
                with suppress(ConnectionLost):
                    await self._channel.remove(subscriber)
        finally:
            if not self._subscribers:
                await self._stop()

    async def close(self) -> None:
        """End all subscribers, and close the socket. None can be added afterwards."""
        self._closed = True
        self._end_all(ConnectionLost(f"{self._socket.shown}: the client was closed"))
        await self._stop()

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _keep(self, former: frozenset[asyncio.Task[None]]) -> None:
        if former:
            # One socket, not two.
            await asyncio.wait(former)
        try:
            await self._reconnecting()
        except BackchannelError as error:
            self._end_all(error)
        except Exception as error:  # noqa: BLE001
            # A mistake of ours, or of a credential's: whoever waits for results has to see it.
            self._end_all(error)
        finally:
            if self._task is asyncio.current_task():
                self._task = None
            channel, self._channel = self._channel, None
            if channel is not None:
                await channel.shut()

    async def _reconnecting(self) -> None:
        attempt, once_joined = 0, False
        while True:
            joined_at = None
            try:
                channel = await self._joined()
                joined_at, once_joined = self._chance.monotonic(), True
                self._report(Connected())
                await self._serve(channel)
            except BackchannelError as error:
                failure = error
            else:
                return
            if not (failure.temporary and once_joined):
                raise failure
            if joined_at is not None:
                self._report(Disconnected(failure))
                if self._chance.monotonic() - joined_at >= SETTLED:
                    attempt = 0
            attempt += 1
            wait = self._socket.timing.backoff.delay(attempt, self._chance.draw())
            if isinstance(failure, RateLimited) and failure.retry_after is not None:
                wait = max(wait, failure.retry_after)
            self._report(Reconnecting(attempt, wait, failure))
            await self._drop_dead()
            await asyncio.sleep(wait)

    async def _joined(self) -> Channel:
        """The channel: joined again if its socket is alive, else on a new socket."""
        await self._drop_dead()
        if self._channel is not None:
            await self._channel.join()
            return self._channel
        credentials = self._socket.credentials
        if credentials is None:
            return await self._opened({})
        given = await self._runner.run(credentials.query())
        try:
            return await self._opened(given)
        except AuthenticationError:
            if not credentials.invalidate(given):
                raise
        given = await self._runner.run(credentials.query())
        return await self._opened(given)

    async def _opened(self, given: Mapping[str, str]) -> Channel:
        await self._drop_dead()
        # The address is in no variable, which a traceback with variables would show.
        self._channel = Channel(
            self._socket, self._socket.address(given), self._chance.monotonic, self._wake.set
        )
        await self._channel.open()
        return self._channel

    async def _drop_dead(self) -> None:
        if self._channel is not None and not self._channel.alive:
            channel, self._channel = self._channel, None
            await channel.shut()

    async def _serve(self, channel: Channel) -> None:
        """Subscribe everybody, and who comes later, until the channel ends or all are gone.

        Raises:
            BackchannelError: why the channel ended.
        """
        while self._subscribers:
            self._wake.clear()
            for subscriber in list(self._subscribers):
                if subscriber in self._subscribers and not channel.has(subscriber):
                    await self._subscribe(channel, subscriber)
            if channel.failure is not None:
                raise channel.failure
            if self._subscribers:
                await self._wake.wait()

    async def _subscribe(self, channel: Channel, subscriber: Subscriber) -> None:
        # One after the other: if the channel ends meanwhile, it is known over which document.
        try:
            await channel.add(subscriber)
        except RefusedError as error:
            self._end(subscriber, error)
        except BackchannelError as error:
            if channel.alive and subscriber in self._subscribers:
                self._subscribers[subscriber] += 1
                if self._subscribers[subscriber] == MOST_DEATHS:
                    self._end(subscriber, error)
            raise
        else:
            if subscriber in self._subscribers:
                self._subscribers[subscriber] = 0
            else:
                await channel.remove(subscriber)

    def _report(self, event: ConnectionEvent) -> None:
        for subscriber in list(self._subscribers):
            subscriber.report(event)

    def _end(self, subscriber: Subscriber, error: Exception) -> None:
        if self._subscribers.pop(subscriber, None) is not None:
            subscriber.end(error)

    def _end_all(self, error: Exception) -> None:
        for subscriber in list(self._subscribers):
            self._end(subscriber, error)
