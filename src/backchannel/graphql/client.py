"""The clients on which generated functions run, for any GraphQL server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, TypeVar

from backchannel.client import AsyncClient, BlockingClient
from backchannel.errors import ConfigurationError, Unsupported
from backchannel.graphql.endpoint import Dialect, Endpoint, make_endpoint
from backchannel.graphql.socket import Socket, Sockets
from backchannel.wire.secrets import redact, require_private, without_query

if TYPE_CHECKING:
    from backchannel.drive import AsyncTransport, Chance, Transport
    from backchannel.graphql.credentials import Credentials
    from backchannel.graphql.operation import Operation
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

T = TypeVar("T")


class GraphQLClient(BlockingClient):
    """Executes generated operations over HTTP, blocking. Threads may share it.

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


class AsyncGraphQLClient(AsyncClient):
    """The async twin of `GraphQLClient`, which also runs subscriptions.

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
        if socket is not None and redact(socket.url) != socket.url:
            require_private(socket.url, allow_plain_http=allow_plain_http)
        super().__init__(repr(without_query(url)), transport, limits)
        self._socket = socket
        self._sockets = Sockets()

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
    ) -> AsyncGenerator[T]:
        """Subscribe. Generated functions of subscriptions call this.

        Args:
            operation: a constant of a generated package, of kind `subscription`.
            variables: values by the variables' names in the document.

        Returns:
            An async iterator over the results; `aclose` it, or leave a loop over it under
            `contextlib.aclosing`, to unsubscribe.

        Raises:
            Unsupported: the client has no socket, or the operation is no subscription.
        """
        if self._closed:
            raise ConfigurationError(f"{self!r} is closed")
        if operation.kind != "subscription":
            raise Unsupported(f"{operation.name} is a {operation.kind}, not a subscription")
        if self._socket is None:
            raise Unsupported(f"{self!r} has no socket for subscriptions")
        values = operation.wire_variables(variables)
        self.endpoint.dialect.check(operation, values)
        from backchannel.graphql.phoenix import subscribe

        return subscribe(self._socket, operation, values, self._sockets)

    async def close(self) -> None:
        """Close all connections, those of subscriptions too: these end with ConnectionLost."""
        await self._sockets.close()
        await super().close()
