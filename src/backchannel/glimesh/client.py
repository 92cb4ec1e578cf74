"""The clients of a Glimesh server."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Self

from backchannel import environment
from backchannel.glimesh.credentials import choose_credential, graph_url
from backchannel.glimesh.limits import GlimeshDialect
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
from backchannel.graphql.socket import Socket

if TYPE_CHECKING:
    from backchannel.drive import AsyncTransport, Chance, Transport
    from backchannel.glimesh.backend import GlimeshBackend
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

DEFAULT_URL = "https://glimesh.tv"
PLATFORM: Final = "glimesh"


class Glimesh(GraphQLClient):
    """A Glimesh server, blocking: the generated functions of `glimesh_api` run on it.

    Args:
        token: an access token; writing needs its scope `chat`.
        client_id: the id of an application, instead of a token: it only reads.
        url: the server's base URL.
        limits: timeouts in seconds and the cap of a reply in bytes.
        retry: how often calls that certainly did nothing are repeated.
        allow_plain_http: send the credential over plain HTTP to a host that is not this machine.
        chance: clock and dice.
        transport: what sends requests; the client closes only one that it made itself.

    Raises:
        ConfigurationError: not exactly one credential, or a URL that cannot work.
    """

    platform: ClassVar[str] = PLATFORM

    def __init__(
        self,
        *,
        token: str | None = None,
        client_id: str | None = None,
        url: str = DEFAULT_URL,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: Transport | None = None,
    ) -> None:
        credential = choose_credential(token, client_id)
        super().__init__(
            graph_url(url),
            headers=credential.headers(),
            limits=limits,
            retry=retry,
            allow_plain_http=allow_plain_http,
            dialect=GlimeshDialect(read_only=credential.read_only),
            chance=chance,
            transport=transport,
        )

    @classmethod
    def from_env(cls) -> Self:
        """A client with GLIMESH_TOKEN or GLIMESH_CLIENT_ID, and GLIMESH_URL if it is set.

        Raises:
            ConfigurationError: none or both of the first two are set, or they cannot work.
        """
        return cls(
            token=environment.optional("GLIMESH_TOKEN"),
            client_id=environment.optional("GLIMESH_CLIENT_ID"),
            url=environment.optional("GLIMESH_URL") or DEFAULT_URL,
        )

    @property
    def backend(self) -> GlimeshBackend:
        """What the dispatcher uses."""
        return _backend(self)


class AsyncGlimesh(AsyncGraphQLClient):
    """The async twin of `Glimesh`, on which subscriptions run too.

    Args:
        token: an access token; writing needs its scope `chat`.
        client_id: the id of an application, instead of a token: it only reads.
        url: the server's base URL.
        limits: timeouts in seconds and the cap of a reply in bytes.
        retry: how often calls that certainly did nothing are repeated.
        allow_plain_http: send the credential over plain HTTP to a host that is not this machine.
        chance: clock and dice.
        transport: what sends requests; the client closes only one that it made itself.

    Raises:
        ConfigurationError: not exactly one credential, or a URL that cannot work.
    """

    platform: ClassVar[str] = PLATFORM

    def __init__(
        self,
        *,
        token: str | None = None,
        client_id: str | None = None,
        url: str = DEFAULT_URL,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: AsyncTransport | None = None,
    ) -> None:
        credential = choose_credential(token, client_id)
        super().__init__(
            graph_url(url),
            headers=credential.headers(),
            limits=limits,
            retry=retry,
            allow_plain_http=allow_plain_http,
            dialect=GlimeshDialect(read_only=credential.read_only),
            chance=chance,
            transport=transport,
            socket=Socket(url=credential.socket_url(url)),
        )

    @classmethod
    def from_env(cls) -> Self:
        """A client with GLIMESH_TOKEN or GLIMESH_CLIENT_ID, and GLIMESH_URL if it is set.

        Raises:
            ConfigurationError: none or both of the first two are set, or they cannot work.
        """
        return cls(
            token=environment.optional("GLIMESH_TOKEN"),
            client_id=environment.optional("GLIMESH_CLIENT_ID"),
            url=environment.optional("GLIMESH_URL") or DEFAULT_URL,
        )

    @property
    def backend(self) -> GlimeshBackend:
        """What the dispatcher uses."""
        return _backend(self)


def _backend(client: Glimesh | AsyncGlimesh) -> GlimeshBackend:
    # Loaded here, because it loads glimesh_api, which an application's own operations do without.
    from backchannel.glimesh.backend import GlimeshBackend

    return GlimeshBackend(client.endpoint)
