"""Where tokens are kept between two runs of a program."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.glimesh.oauth import Tokens
from backchannel.keyring import ask_keyring
from backchannel.wire.secrets import Secret


class TokenStore(ABC):
    """Keeps the tokens of one login. Its methods may block; they are called one at a time.

    A store for which processes compete overrides `acquire` and `release` too.
    """

    @abstractmethod
    def load(self) -> Tokens | None:
        """The tokens saved last, by whichever process, or None if there are none.

        Raises:
            ConfigurationError: they cannot be read.
        """

    @abstractmethod
    def save(self, tokens: Tokens) -> None:
        """Keep the tokens, for certain, before it returns.

        Raises:
            ConfigurationError: they cannot be kept.
        """

    def acquire(self) -> bool:
        """Try, without waiting, to be the only process that renews. Returns whether it is."""
        return True

    def release(self) -> None:  # noqa: B027  # most stores have nothing to do
        """Let other processes renew."""


class CallbackStore(TokenStore):
    """Hands tokens to a function, and keeps them in memory.

    Args:
        on_rotation: what to call with them.
    """

    def __init__(self, on_rotation: Callable[[Tokens], None]) -> None:
        self._on_rotation = on_rotation
        self._tokens: Tokens | None = None

    def load(self) -> Tokens | None:
        """The tokens handed over last."""
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        """Hand the tokens over."""
        self._on_rotation(tokens)
        self._tokens = tokens


class KeyringStore(TokenStore):
    """Keeps tokens in the system's keyring, through the package `keyring`.

    A keyring has no lock. Of two processes that renew at the same moment the slower one takes what
    the quicker one has saved by then.

    Args:
        account: under which name.
        service: for which service.
    """

    def __init__(self, account: str, *, service: str = "backchannel") -> None:
        self._account = account
        self._service = service

    def load(self) -> Tokens | None:
        """The tokens in the keyring.

        Raises:
            ConfigurationError: `keyring` is not installed, it refuses, or the entry is another's.
        """
        kept = ask_keyring(
            lambda keyring: keyring.get_password(self._service, self._account), repr(self)
        )
        return None if kept is None else decode_tokens(kept.encode(), repr(self))

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens in the keyring.

        Raises:
            ConfigurationError: `keyring` is not installed, or it refuses.
        """
        text = encode_tokens(tokens).decode()
        ask_keyring(
            lambda keyring: keyring.set_password(self._service, self._account, text), repr(self)
        )

    def __repr__(self) -> str:
        return f"KeyringStore({self._account!r}, service={self._service!r})"


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens as a store writes them."""

    access_token: str
    refresh_token: str | None = None
    scope: str = ""
    expires_at: float | None = None
    origin: str = ""


def encode_tokens(tokens: Tokens) -> bytes:
    """Tokens as JSON, in clear text: for stores only."""
    renewing = tokens.refresh_token
    return msgspec.json.encode(
        _Kept(
            access_token=tokens.access_token.reveal(),
            refresh_token=None if renewing is None else renewing.reveal(),
            scope=" ".join(tokens.scopes),
            expires_at=tokens.expires_at,
            origin=tokens.origin,
        )
    )


def decode_tokens(data: bytes, where: str) -> Tokens:
    """The tokens that `encode_tokens` wrote.

    Args:
        data: the JSON.
        where: the store, for the message.

    Raises:
        ConfigurationError: it wrote something else; what, is not shown.
    """
    try:
        kept = msgspec.json.decode(data, type=_Kept)
    except (ValueError, RecursionError):
        kept = None
    if kept is None:
        raise ConfigurationError(f"{where} holds something else than tokens")
    return Tokens(
        access_token=Secret(kept.access_token),
        refresh_token=None if kept.refresh_token is None else Secret(kept.refresh_token),
        scopes=tuple(kept.scope.split()),
        expires_at=kept.expires_at,
        origin=kept.origin,
    )


def fingerprint(token: Secret) -> str:
    """What tells a refresh token from others, and does not tell the token."""
    return hashlib.sha256(token.reveal().encode()).hexdigest()
