"""What all clients share: a driver, and who closes the connections below it."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from backchannel.drive import AsyncDriver, Driver
from backchannel.errors import ConfigurationError

if TYPE_CHECKING:
    from backchannel.drive import AsyncTransport, Transport
    from backchannel.wire.rules import Limits


class BlockingClient:
    """A client on blocking connections. Threads may share it.

    Args:
        shown: the server, and perhaps the user, as the repr shows them.
        transport: what sends requests; None for one of its own, which it closes.
        limits: timeouts and the size cap of its own transport.
    """

    # For the repr of a client whose making failed.
    _shown = "not made"

    def __init__(self, shown: str, transport: Transport | None, limits: Limits | None) -> None:
        self._shown = shown
        self._owned = transport is None
        if transport is None:
            from backchannel.transport.requests import RequestsTransport

            transport = RequestsTransport(limits)
        self._driver = Driver(transport)
        self._closed = False

    @property
    def driver(self) -> Driver:
        """What runs the flows. Raises ConfigurationError once the client is closed."""
        if self._closed:
            raise ConfigurationError(f"{self!r} is closed")
        return self._driver

    def close(self) -> None:
        """Close all connections. The client cannot be used afterwards."""
        self._closed = True
        if self._owned:
            self._driver.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown})"


class AsyncClient:
    """The async twin of `BlockingClient`. The event loop of its first call owns it.

    Args:
        shown: the server, and perhaps the user, as the repr shows them.
        transport: what sends requests; None for one of its own, which it closes.
        limits: timeouts and the size cap of its own transport.
    """

    # For the repr of a client whose making failed.
    _shown = "not made"

    def __init__(self, shown: str, transport: AsyncTransport | None, limits: Limits | None) -> None:
        self._shown = shown
        self._owned = transport is None
        if transport is None:
            from backchannel.transport.aiohttp import AiohttpTransport

            transport = AiohttpTransport(limits)
        self._driver = AsyncDriver(transport)
        self._closed = False

    @property
    def driver(self) -> AsyncDriver:
        """What runs the flows. Raises ConfigurationError once the client is closed."""
        if self._closed:
            raise ConfigurationError(f"{self!r} is closed")
        return self._driver

    async def close(self) -> None:
        """Close all connections. The client cannot be used afterwards."""
        self._closed = True
        await self._driver.finish()
        if self._owned:
            await self._driver.transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown})"
