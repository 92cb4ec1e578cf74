"""The clients of a Glimesh server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypeVar

from backchannel import environment
from backchannel.flow import Chance
from backchannel.glimesh.abilities import refusals
from backchannel.glimesh.claims import Claims
from backchannel.glimesh.credentials import choose_access, graph_url
from backchannel.glimesh.limits import GlimeshDialect
from backchannel.glimesh.looking import READING_BACK
from backchannel.glimesh.settings import read_settings
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
from backchannel.message import Address, Draft

if TYPE_CHECKING:
    from backchannel.capability import Capability, Refusal
    from backchannel.drive import AsyncTransport, Transport
    from backchannel.glimesh.backend import GlimeshBackend
    from backchannel.glimesh.renewal import OAuthCredentials
    from backchannel.graphql.endpoint import Endpoint
    from backchannel.graphql.fill import Fill
    from backchannel.graphql.live import Live
    from backchannel.graphql.operation import Operation
    from backchannel.graphql.socket import Timing
    from backchannel.message import Receipt
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

T = TypeVar("T")

DEFAULT_URL = "https://glimesh.tv"
PLATFORM: Final = "glimesh"


class Glimesh(GraphQLClient):
    """A Glimesh server, blocking: the generated functions of `glimesh_api` run on it.

    Args:
        token: an access token; writing needs its scope `chat`.
        client_id: the id of an application, instead of a token: it only reads.
        credentials: what gets access tokens and renews them, instead of a token:
            `ClientCredentials`, `RefreshToken`.
        url: the server's base URL.
        limits: timeouts in seconds and the cap of a reply in bytes.
        retry: how often calls that certainly did nothing are repeated.
        reading_back: when to look whether something happened of which the reply was lost; by
            default six times within ten seconds.
        timing: how long to wait for the socket of subscriptions.
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
        credentials: OAuthCredentials | None = None,
        url: str = DEFAULT_URL,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        reading_back: RetryPolicy | None = None,
        timing: Timing | None = None,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: Transport | None = None,
    ) -> None:
        access = choose_access(token, client_id, credentials, url, chance)
        super().__init__(
            graph_url(url),
            headers=access.headers,
            credentials=access.renewing,
            limits=limits,
            retry=retry,
            allow_plain_http=allow_plain_http,
            dialect=GlimeshDialect(
                read_only=access.read_only, scopes=access.scopes, now=(chance or Chance()).now
            ),
            chance=chance,
            transport=transport,
            socket=access.socket(url, timing),
            fills=_fill_for,
        )
        self._claims = Claims()
        self._refusals = refusals(read_only=access.read_only, scopes=access.scopes)
        self.reading_back: RetryPolicy = reading_back or READING_BACK

    @classmethod
    def from_env(cls) -> Self:
        """A client with the environment's credential, and GLIMESH_URL if it is set.

        GLIMESH_TOKEN is an access token. GLIMESH_CLIENT_ID alone reads only; with
        GLIMESH_CLIENT_SECRET it is client credentials; with GLIMESH_TOKEN_FILE, the login kept in
        that file, which may begin with GLIMESH_REFRESH_TOKEN.

        Raises:
            ConfigurationError: none is set, or some contradict each other; it names them.
        """
        settings = read_settings()
        return cls(
            token=settings.token,
            client_id=settings.client_id,
            credentials=settings.credentials,
            url=environment.optional("GLIMESH_URL") or DEFAULT_URL,
        )

    @property
    def backend(self) -> GlimeshBackend:
        """What the dispatcher uses."""
        return _backend(self.endpoint, self._claims, self.reading_back, self._refusals, self._live)

    def send_message(self, channel_id: str, text: str) -> Receipt:
        """Send a message (`createChatMessage`), and know whether it was sent.

        Where the reply is lost, the channel is read for the message; it is never sent twice. The
        generated `create_chat_message` raises instead, its outcome UNKNOWN.

        Args:
            channel_id: the channel's id, a number.
            text: what to say, 1 to 255 code points.

        Returns:
            What became of it: sent, not sent, or unknown.

        Raises:
            BackchannelError: only before anything was sent: a text that the server would refuse,
                an unknown channel, or a failure while looking it up.

        Source: `RootMutationType.createChatMessage`, `Channel.chatMessages`.
        """
        return self.driver.run(self.backend.send(_by_id(channel_id), Draft(text=text)))


class AsyncGlimesh(AsyncGraphQLClient):
    """The async twin of `Glimesh`, on which subscriptions run too.

    Args:
        token: an access token; writing needs its scope `chat`.
        client_id: the id of an application, instead of a token: it only reads.
        credentials: what gets access tokens and renews them, instead of a token:
            `ClientCredentials`, `RefreshToken`.
        url: the server's base URL.
        limits: timeouts in seconds and the cap of a reply in bytes.
        retry: how often calls that certainly did nothing are repeated.
        reading_back: when to look whether something happened of which the reply was lost; by
            default six times within ten seconds.
        timing: how long to wait for the socket of subscriptions.
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
        credentials: OAuthCredentials | None = None,
        url: str = DEFAULT_URL,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        reading_back: RetryPolicy | None = None,
        timing: Timing | None = None,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: AsyncTransport | None = None,
    ) -> None:
        access = choose_access(token, client_id, credentials, url, chance)
        super().__init__(
            graph_url(url),
            headers=access.headers,
            credentials=access.renewing,
            limits=limits,
            retry=retry,
            allow_plain_http=allow_plain_http,
            dialect=GlimeshDialect(
                read_only=access.read_only, scopes=access.scopes, now=(chance or Chance()).now
            ),
            chance=chance,
            transport=transport,
            socket=access.socket(url, timing),
            fills=_fill_for,
        )
        self._claims = Claims()
        self._refusals = refusals(read_only=access.read_only, scopes=access.scopes)
        self.reading_back: RetryPolicy = reading_back or READING_BACK

    @classmethod
    def from_env(cls) -> Self:
        """A client with the environment's credential, and GLIMESH_URL if it is set.

        GLIMESH_TOKEN is an access token. GLIMESH_CLIENT_ID alone reads only; with
        GLIMESH_CLIENT_SECRET it is client credentials; with GLIMESH_TOKEN_FILE, the login kept in
        that file, which may begin with GLIMESH_REFRESH_TOKEN.

        Raises:
            ConfigurationError: none is set, or some contradict each other; it names them.
        """
        settings = read_settings()
        return cls(
            token=settings.token,
            client_id=settings.client_id,
            credentials=settings.credentials,
            url=environment.optional("GLIMESH_URL") or DEFAULT_URL,
        )

    @property
    def backend(self) -> GlimeshBackend:
        """What the dispatcher uses."""
        return _backend(self.endpoint, self._claims, self.reading_back, self._refusals, self._live)

    async def send_message(self, channel_id: str, text: str) -> Receipt:
        """Send a message (`createChatMessage`), and know whether it was sent.

        Where the reply is lost, the channel is read for the message; it is never sent twice. The
        generated `create_chat_message` raises instead, its outcome UNKNOWN.

        Args:
            channel_id: the channel's id, a number.
            text: what to say, 1 to 255 code points.

        Returns:
            What became of it: sent, not sent, or unknown.

        Raises:
            BackchannelError: only before anything was sent: a text that the server would refuse,
                an unknown channel, or a failure while looking it up.

        Source: `RootMutationType.createChatMessage`, `Channel.chatMessages`.
        """
        return await self.driver.run(self.backend.send(_by_id(channel_id), Draft(text=text)))


def _fill_for(
    operation: Operation[T], variables: Mapping[str, object], endpoint: Endpoint
) -> Fill[T] | None:
    if operation.fields != ("chatMessage",):
        return None
    # Loaded here for the same reason as the backend.
    from backchannel.glimesh.live import fill_for

    return fill_for(operation, variables, endpoint)


def _by_id(channel_id: str) -> Address:
    return Address(PLATFORM, channel_id, by_id=True)


def _backend(
    endpoint: Endpoint,
    claims: Claims,
    reading_back: RetryPolicy,
    refusals: Mapping[Capability, Refusal],
    live: Live | None,
) -> GlimeshBackend:
    # Loaded here, because it loads glimesh_api, which an application's own operations do without.
    from backchannel.glimesh.backend import GlimeshBackend

    return GlimeshBackend(endpoint, claims, reading_back, refusals=refusals, live=live)
