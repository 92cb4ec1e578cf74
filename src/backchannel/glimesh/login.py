"""Logging a person in, in the browser: for programs on his machine, and for those with a site."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from backchannel.client import AsyncClient, BlockingClient
from backchannel.drive import Chance, Flow, call
from backchannel.errors import ConfigurationError, TransportTimeout
from backchannel.glimesh.client import DEFAULT_URL
from backchannel.glimesh.oauth import Tokens, check_scopes
from backchannel.glimesh.pkce import (
    Application,
    authorization_url,
    make_application,
    random_text,
    read_redirect,
    redeem,
)
from backchannel.wire.secrets import Secret, without_query

if TYPE_CHECKING:
    from backchannel.drive import AsyncTransport, Transport
    from backchannel.wire.rules import Limits

DEFAULT_REDIRECT: Final = "http://127.0.0.1:8765/"
"""Where a program listens; the application's owner registers it, letter for letter."""

PATIENCE: Final = 300.0
"""Seconds that a person has to log in."""


class Login(BlockingClient):
    """Logs a person in for an application, by an authorization code with PKCE.

    A program on the person's machine calls `log_in`. One with a redirect URI of its own sends the
    person to `authorization_url`, compares the state that comes back with the one it sent, and
    calls `redeem` with the code. Either gets `Tokens`; keep them in a store, from which
    `RefreshToken(client_id, store=store)` goes on.

    Args:
        client_id: the application's id.
        redirect_uri: where the person comes back to, as it was registered.
        client_secret: the application's secret, if it has one that it can keep.
        scopes: what the token may do.
        url: the server's base URL.
        limits: timeouts in seconds and the cap of a reply in bytes.
        allow_plain_http: send secrets over plain HTTP to a host that is not this machine.
        chance: clocks and dice.
        transport: what sends requests; the client closes only one that it made itself.

    Raises:
        ConfigurationError: one of them cannot work.
    """

    def __init__(
        self,
        client_id: str,
        *,
        redirect_uri: str = DEFAULT_REDIRECT,
        client_secret: str | None = None,
        scopes: Iterable[str] = ("public", "chat"),
        url: str = DEFAULT_URL,
        limits: Limits | None = None,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._application = make_application(
            url,
            client_id,
            redirect_uri=redirect_uri,
            client_secret=client_secret,
            allow_plain_http=allow_plain_http,
        )
        self._scopes = check_scopes(scopes)
        self._chance = chance or Chance()
        super().__init__(repr(without_query(url)), transport, limits)

    def authorization_url(self, *, state: str, verifier: str) -> str:
        """The page to which the person is sent.

        Args:
            state: random, and kept in the person's session (`random_text` makes one).
            verifier: likewise; never shown to anybody.

        Source: GET /oauth/authorize
        """
        return authorization_url(
            self._application, state=Secret(state), verifier=Secret(verifier), scopes=self._scopes
        )

    def redeem(self, code: str, verifier: str) -> Tokens:
        """Exchange the code that came with the redirect, within 60 seconds, and once.

        Args:
            code: the code.
            verifier: the one of the person's session.

        Raises:
            InvalidGrant: the code is spent or over. InvalidRequest: the verifier is another's.
            OAuthError: other refusals.
            BackchannelError: see the tree in `backchannel.errors`.

        Source: POST /api/oauth/token, grant_type authorization_code
        """
        return self.driver.run(
            redeem(self._application, Secret(code), Secret(verifier), self._chance.now)
        )

    def log_in(
        self, *, open_browser: Callable[[str], object] | None = None, patience: float = PATIENCE
    ) -> Tokens:
        """Open the browser, and wait on this machine until the person has decided.

        Args:
            open_browser: shows a URL to the person (`print` will do), and returns False if it
                cannot; by default `webbrowser.open`.
            patience: seconds that the person has.

        Raises:
            AccessDenied: the person said no. OAuthError: the server did.
            TransportTimeout: nobody decided in time.
            MalformedReply: what came was not of this login.
            ConfigurationError: there is no browser, or the redirect URI cannot be listened on.
            BackchannelError: see the tree in `backchannel.errors`.

        Source: GET /oauth/authorize, POST /api/oauth/token
        """
        return self.driver.run(
            _log_in(self._application, self._scopes, open_browser, patience, self._chance)
        )


class AsyncLogin(AsyncClient):
    """The async twin of `Login`.

    Args:
        client_id: the application's id.
        redirect_uri: where the person comes back to, as it was registered.
        client_secret: the application's secret, if it has one that it can keep.
        scopes: what the token may do.
        url: the server's base URL.
        limits: timeouts in seconds and the cap of a reply in bytes.
        allow_plain_http: send secrets over plain HTTP to a host that is not this machine.
        chance: clocks and dice.
        transport: what sends requests; the client closes only one that it made itself.

    Raises:
        ConfigurationError: one of them cannot work.
    """

    def __init__(
        self,
        client_id: str,
        *,
        redirect_uri: str = DEFAULT_REDIRECT,
        client_secret: str | None = None,
        scopes: Iterable[str] = ("public", "chat"),
        url: str = DEFAULT_URL,
        limits: Limits | None = None,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: AsyncTransport | None = None,
    ) -> None:
        self._application = make_application(
            url,
            client_id,
            redirect_uri=redirect_uri,
            client_secret=client_secret,
            allow_plain_http=allow_plain_http,
        )
        self._scopes = check_scopes(scopes)
        self._chance = chance or Chance()
        super().__init__(repr(without_query(url)), transport, limits)

    def authorization_url(self, *, state: str, verifier: str) -> str:
        """The page to which the person is sent. See `Login.authorization_url`."""
        return authorization_url(
            self._application, state=Secret(state), verifier=Secret(verifier), scopes=self._scopes
        )

    async def redeem(self, code: str, verifier: str) -> Tokens:
        """Exchange the code that came with the redirect. See `Login.redeem`."""
        return await self.driver.run(
            redeem(self._application, Secret(code), Secret(verifier), self._chance.now)
        )

    async def log_in(
        self, *, open_browser: Callable[[str], object] | None = None, patience: float = PATIENCE
    ) -> Tokens:
        """Open the browser, and wait on this machine. See `Login.log_in`."""
        return await self.driver.run(
            _log_in(self._application, self._scopes, open_browser, patience, self._chance)
        )


def _log_in(
    application: Application,
    scopes: tuple[str, ...],
    open_browser: Callable[[str], object] | None,
    patience: float,
    chance: Chance,
) -> Flow[Tokens]:
    # A server of the standard library, for this one use.
    from backchannel.transport.loopback import LoopbackRedirect

    state, verifier = Secret(random_text()), Secret(random_text())
    with LoopbackRedirect(application.redirect_uri) as loopback:
        here = msgspec.structs.replace(application, redirect_uri=loopback.uri)
        page = authorization_url(here, state=state, verifier=verifier, scopes=scopes)
        if (yield from call(lambda: _show(page, open_browser))) is False:
            raise ConfigurationError("no browser can be opened: give open_browser, `print` perhaps")
        target = yield from call(lambda: loopback.wait(patience))
    if target is None:
        raise TransportTimeout(f"nobody logged in within {patience:g} seconds")
    return (yield from redeem(here, read_redirect(target, state), verifier, chance.now))


def _show(page: str, open_browser: Callable[[str], object] | None) -> object:
    if open_browser is None:
        import webbrowser

        open_browser = webbrowser.open
    return open_browser(page)


__all__ = ["AsyncLogin", "Login", "random_text"]
