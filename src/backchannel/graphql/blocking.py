"""Subscriptions for blocking programs: the async ones, run by an event loop in a thread.

The thread runs while a client has subscriptions that are not closed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, TypeVar

from backchannel.drive import Driver
from backchannel.errors import ConfigurationError
from backchannel.graphql.feed import BUFFER_SIZE, OnEvent
from backchannel.graphql.live import Live
from backchannel.graphql.subscription import Subscription
from backchannel.live.blocking import BlockingIteration
from backchannel.live.buffer import Overflow
from backchannel.live.loop import LoopThread, ThreadRunner

if TYPE_CHECKING:
    from backchannel.graphql.operation import Operation

T = TypeVar("T")


class _Loop(LoopThread):
    """An event loop in a thread, with the connection that lives on it."""

    def __init__(self, live: Live, driver: Driver) -> None:
        self.runner = ThreadRunner(driver)
        self.connection = live.connection(self.runner)
        super().__init__("subscriptions")


class Subscriptions:
    """The subscriptions of a blocking client. Threads may share it.

    Args:
        live: how subscriptions are made.
        driver: the client's own, which reads what they missed.
    """

    def __init__(self, live: Live, driver: Driver) -> None:
        self._live = live
        self._driver = driver
        self._lock = threading.Lock()
        self._loop: _Loop | None = None
        self._open = 0
        self._closed = False

    def subscribe(
        self, operation: Operation[T], variables: Mapping[str, object]
    ) -> BlockingSubscription[T]:
        """A subscription that has not begun. Errors are those of `Live.subscription`."""
        with self._lock:
            if self._closed:
                raise ConfigurationError("the subscription's client is closed")
            loop = self._loop or _Loop(self._live, self._driver)
            try:
                made = self._live.subscription(operation, variables, loop.connection, loop.runner)
            except BaseException:
                if self._loop is None:
                    loop.stop()
                    loop.join()
                raise
            self._loop = loop
            self._open += 1
        return BlockingSubscription(made, loop, self)

    def release(self) -> _Loop | None:
        """One subscription less. After the last one, the loop is told to stop, and returned."""
        with self._lock:
            self._open -= 1
            if self._open:
                return None
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.stop()
        return loop

    def close(self) -> None:
        """End all subscriptions with ConnectionLost."""
        with self._lock:
            self._closed = True
            loop = self._loop
            if loop is None:
                return
            # So that it goes on, whoever else is leaving now.
            self._open += 1
        try:
            loop.run(loop.connection.close())
        finally:
            if (ended := self.release()) is not None:
                ended.join()


class BlockingSubscription(BlockingIteration[T]):
    """The blocking twin of `Subscription`: an iterator and context manager.

        with api.chat_message_sent(glimesh, channel_id="1") as messages:
            for message in messages:
                ...

    Without `with`, close it; one that nobody holds any more closes itself. Threads must not share
    it.
    """

    def __init__(self, subscription: Subscription[T], loop: _Loop, owner: Subscriptions) -> None:
        super().__init__(subscription, loop, owner.release)
        self._subscription = subscription

    def configure(
        self,
        *,
        on_event: OnEvent | None = None,
        buffer: int = BUFFER_SIZE,
        overflow: Overflow = Overflow.WAIT,
    ) -> Self:
        """Say how it is to run, before it begins: see `Subscription.configure`.

        Args:
            on_event: called at once with what happens to the connection, in a thread that must
                not be held up.
            buffer: results that wait for a slow consumer.
            overflow: what happens when there are more.

        Returns:
            This subscription.

        Raises:
            ConfigurationError: it has begun.
            InvalidInput: a buffer of less than 1.
        """
        self._subscription.configure(on_event=on_event, buffer=buffer, overflow=overflow)
        return self
