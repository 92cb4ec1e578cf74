"""Access tokens that are renewed before they end: once, however many calls need it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final

import msgspec

from backchannel.drive import Chance, Flow, once
from backchannel.errors import BackchannelError, ConfigurationError, Outcome
from backchannel.flight import Flight
from backchannel.glimesh.oauth import Tokens
from backchannel.wire.secrets import Headers, Secret

MARGIN: Final = 60.0
"""Seconds before its end at which a token is renewed."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where tokens are had.

    Attributes:
        url: the server's base URL.
        chance: clocks and dice.
    """

    url: str
    chance: Chance


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """An access token in use, ready for requests and sockets; `renew_at` by the monotonic clock."""

    access_token: Secret
    headers: Headers
    query: Headers
    renew_at: float


class OAuthCredentials(ABC):
    """Credentials that have an access token, and can get another.

    An object of this kind belongs to one server, that of the first client which uses it. All
    clients that are given it share its token: threads, tasks, and blocking and async clients.

    What the server said of a token's life is counted by the monotonic clock, so setting the
    system's clock changes nothing. A machine that slept, or a token that was revoked, shows when
    the server refuses it: it is renewed, and the call is made once more.

    Attributes:
        scopes: what the tokens may do, or None where that is not known beforehand.

    Args:
        margin: seconds before its end at which a token is renewed; of a token that lives less than
            twice as long, half of its life.

    Raises:
        ConfigurationError: the margin is negative.
    """

    scopes: tuple[str, ...] | None = None

    def __init__(self, *, margin: float) -> None:
        if not 0 <= margin < math.inf:
            raise ConfigurationError(f"margin: 0 seconds or more; given: {margin}")
        self._margin = margin
        self._flight = Flight()
        self._site: Site | None = None
        self._held: _Held | None = None
        self._refused: Secret | None = None

    @abstractmethod
    def _obtain(self, site: Site, over: Secret | None) -> Flow[Tokens]:
        """The flow that gets tokens. It never runs twice at the same time.

        Args:
            site: where.
            over: the access token that ends or was refused, if there was one.
        """

    def bind(self, url: str, chance: Chance) -> None:
        """Say which server the credentials are for. Clients do so.

        Args:
            url: the server's base URL.
            chance: clocks and dice.

        Raises:
            ConfigurationError: they are in use with another server.
        """
        if self._site is None:
            self._site = Site(url=url, chance=chance)
        elif self._site.url.rstrip("/") != url.rstrip("/"):
            raise ConfigurationError(
                f"{type(self).__name__}: it is in use with {self._site.url},"
                f" and cannot be used with {url} as well"
            )

    def headers(self) -> Flow[Mapping[str, str]]:
        """The flow that gives the header of requests over HTTP. See `Credentials`."""
        held = yield from self._current()
        return held.headers

    def query(self) -> Flow[Mapping[str, str]]:
        """The flow that gives the query parameter of the socket's URL. See `Credentials`."""
        held = yield from self._current()
        return held.query

    def invalidate(self, refused: Mapping[str, str]) -> bool:
        """Have the token renewed at the next use, if it is still the refused one."""
        held = self._held
        if held is not None and refused in (held.headers, held.query):
            self._refused = held.access_token
        return True

    def _current(self) -> Flow[_Held]:
        seen = self._held
        if seen is not None and not self._is_over(seen):
            return seen
        yield from once(self._flight, lambda: self._renew(seen))
        # However short its life: it is renewed at the next use, not in a loop here.
        assert self._held is not None
        return self._held

    def _is_over(self, held: _Held) -> bool:
        return held.access_token == self._refused or (
            self._bound().chance.monotonic() >= held.renew_at
        )

    def _renew(self, seen: _Held | None) -> Flow[None]:
        if self._held is not seen:
            # Another renewal has ended since.
            return
        site = self._bound()
        try:
            tokens = yield from self._obtain(site, None if seen is None else seen.access_token)
        except BackchannelError as error:
            if error.may_have_happened:
                # It speaks of the renewal; of the call that needs it, nothing was sent.
                error.outcome = Outcome.NOT_SENT
                error.args = (f"renewing the token: {error}; the call itself was not sent",)
            raise
        self._held = self._hold(site.chance, tokens)

    def _hold(self, chance: Chance, tokens: Tokens) -> _Held:
        renew_at = math.inf
        if tokens.expires_at is not None:
            left = tokens.expires_at - chance.now()
            renew_at = chance.monotonic() + left - min(self._margin, left / 2)
        token = tokens.access_token
        return _Held(
            access_token=token,
            headers=Headers(Authorization=f"Bearer {token.reveal()}"),
            query=Headers(token=token.reveal()),
            renew_at=renew_at,
        )

    def _bound(self) -> Site:
        if self._site is None:
            raise ConfigurationError(f"{type(self).__name__}: no client uses it yet")
        return self._site

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("credentials cannot be pickled or copied into clear text")
