"""The ways to an access token that renews itself: client credentials, and a refresh token."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from backchannel.drive import Flow, call, pause
from backchannel.errors import AuthenticationError, BackchannelError, ConfigurationError
from backchannel.glimesh.oauth import InvalidGrant, Tokens, check_scopes, request_tokens
from backchannel.glimesh.renewal import MARGIN, OAuthCredentials, Site
from backchannel.glimesh.stores import CallbackStore, TokenStore, fingerprint
from backchannel.wire.secrets import Secret, secret_header

LOCK_LIMIT: Final = 60.0
"""Seconds to wait for another process that is renewing the token of the same store."""

SCOPES: Final = ("public", "chat")
"""What client credentials may do if nothing is said."""

_LOCK_PAUSE = 0.05


class ClientCredentials(OAuthCredentials):
    """An application acting for its owner: `Glimesh(credentials=ClientCredentials(...))`.

    A token is asked for at the first call, and a new one before it ends.

    Args:
        client_id: the application's id.
        client_secret: its secret.
        scopes: what the token may do; writing in a chat is `chat`. The server gives a token
            without any scope to whoever asks for none.
        margin: seconds before its end at which a token is renewed.

    Raises:
        ConfigurationError: one of them cannot work.

    Source: grant_type client_credentials; the token acts as the application's owner.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        scopes: Iterable[str] = SCOPES,
        margin: float = MARGIN,
    ) -> None:
        super().__init__(margin=margin)
        self._client_id = secret_header("client_id", client_id)
        self._client_secret = secret_header("client_secret", client_secret)
        self._asked = check_scopes(scopes)
        # The server gives all of them, or nothing.
        self.scopes = self._asked

    def _obtain(self, site: Site, over: Secret | None) -> Flow[Tokens]:
        # A token too many does no harm, so this request may be repeated.
        return request_tokens(
            site.url,
            {
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": self._client_secret,
                "scope": " ".join(self._asked),
            },
            site.chance.now,
            spends=False,
        )


class RefreshToken(OAuthCredentials):
    """A user who has logged in: `Glimesh(credentials=RefreshToken(client_id, store=...))`.

    A refresh token is spent at its use, and the reply holds the next one. That is in the store, or
    given to the callback, before the access token beside it is used: a program that ends at any
    moment after finds it there. Should the store fail, the tokens are kept, and stored before
    anything else is asked.

    When the reply to a renewal is lost, nobody knows whether the token is spent. The next
    renewal shows the old one again, which can do no harm: the server takes it, or says that it is
    spent (`InvalidGrant`), and then only logging in again helps.

    Args:
        client_id: the id of the application for which the user logged in.
        refresh_token: the one to begin with. Not needed with a store that holds one. When the
            store holds tokens that descend from another, this one is a newer login, and is used.
        client_secret: the application's secret, if the server asks for it.
        store: where tokens are kept, under asyncio used in a worker thread.
        on_rotation: instead of a store, what is called with the tokens of each renewal, under
            asyncio in a worker thread. An error of its own ends the call that needed the token.
        margin: seconds before its end at which a token is renewed.

    Raises:
        ConfigurationError: one of them cannot work; not exactly one of store and on_rotation; no
            refresh token and no store.

    Source: grant_type refresh_token; it lives for 30 days at most.
    """

    def __init__(
        self,
        client_id: str,
        refresh_token: str | None = None,
        *,
        client_secret: str | None = None,
        store: TokenStore | None = None,
        on_rotation: Callable[[Tokens], None] | None = None,
        margin: float = MARGIN,
    ) -> None:
        super().__init__(margin=margin)
        self._fields: dict[str, str | Secret] = {
            "grant_type": "refresh_token",
            "client_id": secret_header("client_id", client_id),
        }
        if client_secret is not None:
            self._fields["client_secret"] = secret_header("client_secret", client_secret)
        self._first = None
        if refresh_token is not None:
            self._first = secret_header("refresh_token", refresh_token)
        self._store = _choose_store(store, on_rotation, begins=self._first is not None)
        self._unsaved: Tokens | None = None
        self._reply_lost = False

    def _obtain(self, site: Site, over: Secret | None) -> Flow[Tokens]:
        yield from self._lock(site)
        try:
            if self._unsaved is not None:
                yield from self._save(self._unsaved)
            stored = yield from self._stored()
            if stored is not None and self._is_good(stored, site, over):
                return stored
            tokens = yield from self._refresh(site, stored)
            yield from self._save(tokens)
            return tokens
        finally:
            self._store.release()

    def _lock(self, site: Site) -> Flow[None]:
        start = site.chance.monotonic()
        while not self._store.acquire():
            if site.chance.monotonic() - start > LOCK_LIMIT:
                raise ConfigurationError(
                    f"{self._store!r} has been locked for {LOCK_LIMIT:g} seconds"
                )
            yield from pause(_LOCK_PAUSE)

    def _stored(self) -> Flow[Tokens | None]:
        stored = yield from call(self._store.load)
        if stored is None or self._first is None or stored.origin == fingerprint(self._first):
            return stored
        return None

    def _is_good(self, stored: Tokens, site: Site, over: Secret | None) -> bool:
        """Whether a process before or beside this one has left a token that lives."""
        # Whatever the time of day is: the monotonic clock or the server has said so.
        if stored.access_token == over:
            return False
        return stored.expires_at is None or stored.expires_at - site.chance.now() > self._margin

    def _refresh(self, site: Site, stored: Tokens | None) -> Flow[Tokens]:
        token = self._first if stored is None else stored.refresh_token
        if token is None:
            raise AuthenticationError(f"{self._store!r} holds no refresh token: log in first")
        fields: dict[str, str | Secret] = {**self._fields, "refresh_token": token}
        try:
            tokens = yield from request_tokens(site.url, fields, site.chance.now, spends=True)
        except InvalidGrant as error:
            # A store that cannot be locked: another process may have been quicker.
            newer = yield from self._stored()
            if newer is not None and newer.refresh_token != token:
                return newer
            if self._reply_lost:
                error.args = (f"{error}; it was spent by a renewal whose reply was lost",)
            raise
        except BackchannelError as error:
            self._reply_lost = self._reply_lost or error.may_have_happened
            raise
        self._reply_lost = False
        return msgspec.structs.replace(
            tokens,
            # A server may leave the old one in force, and not repeat it.
            refresh_token=tokens.refresh_token or token,
            origin=self._origin(stored),
        )

    def _origin(self, stored: Tokens | None) -> str:
        if self._first is not None:
            return fingerprint(self._first)
        return "" if stored is None else stored.origin

    def _save(self, tokens: Tokens) -> Flow[None]:
        self._unsaved = tokens
        yield from call(lambda: self._store.save(tokens))
        self._unsaved = None


def _choose_store(
    store: TokenStore | None, on_rotation: Callable[[Tokens], None] | None, *, begins: bool
) -> TokenStore:
    if (store is None) == (on_rotation is None):
        raise ConfigurationError(
            "a refresh token is spent at its first use: give a store or on_rotation, one of the"
            " two, for those that follow it"
        )
    if on_rotation is not None:
        if not begins:
            raise ConfigurationError("give the refresh_token to begin with")
        return CallbackStore(on_rotation)
    assert store is not None, "one of the two is there"
    return store
