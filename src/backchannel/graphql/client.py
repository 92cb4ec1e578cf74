"""The clients on which generated functions run, for any GraphQL server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from backchannel.client import AsyncClient, BlockingClient
from backchannel.graphql.endpoint import Dialect, Endpoint, make_endpoint
from backchannel.graphql.live import Live, make_live, require_live
from backchannel.graphql.socket import Socket
from backchannel.wire.secrets import without_query

if TYPE_CHECKING:
    from backchannel.drive import AsyncTransport, Chance, Transport
    from backchannel.graphql.blocking import BlockingSubscription, Subscriptions
    from backchannel.graphql.connection import Connection
    from backchannel.graphql.credentials import Credentials
    from backchannel.graphql.fill import Fills
    from backchannel.graphql.operation import Operation
    from backchannel.graphql.subscription import Subscription
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

T = TypeVar("T")


class GraphQLClient(BlockingClient):
    """Executes generated operations over HTTP, blocking, and subscribes. Threads may share it.

    Args:
        url: the absolute URL that takes the POST, `https://example.org/graphql`.
        headers: further headers, such as `Authorization`.
        credentials: what gives headers that change with time.
        limits: timeouts in seconds and the cap of a reply in bytes.
        retry: how often calls that certainly did nothing are repeated.
        allow_plain_http: send credentials over plain HTTP to a host that is not this machine.
        dialect: rules of the server, if it has some of its own.
        chance: clock and dice.
        transport: what sends requests; the client closes only one that it made itself.
        socket: where the Phoenix socket for subscriptions is.
        fills: makes what fills the gaps of subscriptions.

    Raises:
        ConfigurationError: the URL or the headers cannot work.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        allow_plain_http: bool = False,
        dialect: Dialect | None = None,
        chance: Chance | None = None,
        transport: Transport | None = None,
        socket: Socket | None = None,
        fills: Fills | None = None,
    ) -> None:
        self.endpoint: Endpoint = make_endpoint(
            url,
            headers or {},
            dialect=dialect,
            retry=retry,
            chance=chance,
            allow_plain_http=allow_plain_http,
            credentials=credentials,
        )
        self._live: Live | None = make_live(
            socket, self.endpoint, fills, allow_plain_http=allow_plain_http
        )
        self._subscriptions: Subscriptions | None = None
        super().__init__(repr(without_query(url)), transport, limits)

    def execute(self, operation: Operation[T], variables: Mapping[str, object]) -> T:
        """Execute an operation. Generated functions call this.

        Args:
            operation: a constant of a generated package.
            variables: values by the variables' names in the document.

        Raises:
            LocalError: refused before anything was sent.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self.driver.run(self.endpoint.execute(operation, variables))

    def subscribe(
        self, operation: Operation[T], variables: Mapping[str, object]
    ) -> BlockingSubscription[T]:
        """Subscribe. Generated functions of subscriptions call this.

        Args:
            operation: a constant of a generated package, of kind `subscription`.
            variables: values by the variables' names in the document.

        Returns:
            An iterator over the results, and a context manager: leaving it unsubscribes.

        Raises:
            Unsupported: the client has no socket, or the operation is no subscription.
            LocalError: refused before anything was sent.
        """
        live = require_live(self._live, operation, self)
        from backchannel.graphql.blocking import Subscriptions

        if self._subscriptions is None:
            self._subscriptions = Subscriptions(live, self.driver)
        return self._subscriptions.subscribe(operation, variables)

    def close(self) -> None:
        """Close all connections, those of subscriptions too: these end with ConnectionLost."""
        if self._subscriptions is not None:
            self._subscriptions.close()
        super().close()


class AsyncGraphQLClient(AsyncClient):
    """The async twin of `GraphQLClient`.

    Args:
        url: the absolute URL that takes the POST, `https://example.org/graphql`.
        headers: further headers, such as `Authorization`.
        credentials: what gives headers that change with time.
        limits: timeouts in seconds and the cap of a reply in bytes.
        retry: how often calls that certainly did nothing are repeated.
        allow_plain_http: send credentials over plain HTTP to a host that is not this machine.
        dialect: rules of the server, if it has some of its own.
        chance: clock and dice.
        transport: what sends requests; the client closes only one that it made itself.
        socket: where the Phoenix socket for subscriptions is.
        fills: makes what fills the gaps of subscriptions.

    Raises:
        ConfigurationError: the URL or the headers cannot work.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        allow_plain_http: bool = False,
        dialect: Dialect | None = None,
        chance: Chance | None = None,
        transport: AsyncTransport | None = None,
        socket: Socket | None = None,
        fills: Fills | None = None,
    ) -> None:
        self.endpoint: Endpoint = make_endpoint(
            url,
            headers or {},
            dialect=dialect,
            retry=retry,
            chance=chance,
            allow_plain_http=allow_plain_http,
            credentials=credentials,
        )
        self._live: Live | None = make_live(
            socket, self.endpoint, fills, allow_plain_http=allow_plain_http
        )
        self._connection: Connection | None = None
        super().__init__(repr(without_query(url)), transport, limits)

    async def execute(self, operation: Operation[T], variables: Mapping[str, object]) -> T:
        """Execute an operation. Generated functions call this.

        Args:
            operation: a constant of a generated package.
            variables: values by the variables' names in the document.

        Raises:
            LocalError: refused before anything was sent.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return await self.driver.run(self.endpoint.execute(operation, variables))

    def subscribe(
        self, operation: Operation[T], variables: Mapping[str, object]
    ) -> Subscription[T]:
        """Subscribe. Generated functions of subscriptions call this.

        Args:
            operation: a constant of a generated package, of kind `subscription`.
            variables: values by the variables' names in the document.

        Returns:
            An async iterator over the results, and a context manager: leaving it unsubscribes.

        Raises:
            Unsupported: the client has no socket, or the operation is no subscription.
            LocalError: refused before anything was sent.
        """
        live = require_live(self._live, operation, self)
        driver = self.driver
        if self._connection is None:
            self._connection = live.connection(driver)
        return live.subscription(operation, variables, self._connection, driver)

    async def close(self) -> None:
        """Close all connections, those of subscriptions too: these end with ConnectionLost."""
        if self._connection is not None:
            await self._connection.close()
        await super().close()
