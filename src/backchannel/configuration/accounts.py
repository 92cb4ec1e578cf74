"""Accounts: what was set for a server, and the clients that are made of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

import msgspec

from backchannel.configuration.secrets import Command, Entry, Text, fetch
from backchannel.configuration.settings import GlimeshSettings, RocketChatSettings, Settings
from backchannel.configuration.sources import Sourced
from backchannel.errors import ConfigurationError
from backchannel.wire.rules import Limits
from backchannel.wire.secrets import secret_header
from backchannel.wire.urls import check_base_url

if TYPE_CHECKING:
    from backchannel.glimesh import AsyncGlimesh, Glimesh
    from backchannel.rocketchat import AsyncRocketChat, RocketChat

    GlimeshKind = TypeVar("GlimeshKind", Glimesh, AsyncGlimesh)
    RocketChatKind = TypeVar("RocketChatKind", RocketChat, AsyncRocketChat)

__all__ = ["Account", "GlimeshAccount", "RocketChatAccount"]


class Account(ABC):
    """What holds for an account. Nothing is fetched before a client is made of it.

    Args:
        name: what addresses of it begin with.
        held: the values, each with its source.
    """

    kind: ClassVar[type[Settings]]
    headers: ClassVar[tuple[str, ...]]  # the texts that go into headers

    def __init__(self, name: str, held: Mapping[str, Sourced]) -> None:
        self.name = name
        self._held = held

    @property
    def sources(self) -> dict[str, str]:
        """Where each value was set, by name: for a person who wonders. No value is in it."""
        return {name: sourced.source for name, sourced in self._held.items()}

    def text(self, name: str) -> str | None:
        """A text that was set, `url` perhaps, or None; also None for what is a secret."""
        sourced = self._held.get(name)
        return sourced.value if sourced is not None and isinstance(sourced.value, str) else None

    @abstractmethod
    def client(self) -> Glimesh | RocketChat:
        """A blocking client. The caller closes it."""

    @abstractmethod
    async def async_client(self) -> AsyncGlimesh | AsyncRocketChat:
        """An async client; commands and the keyring are asked in a worker thread."""

    def _fetch(self) -> dict[str, str]:
        """The texts, secrets among them. May block."""
        texts: dict[str, str] = {}
        for name, sourced in self._held.items():
            match sourced.value:
                case str() as text:
                    texts[name] = text
                case Text() | Command() | Entry() as origin:
                    texts[name] = fetch(origin, sourced.source)
                case _:
                    pass
        return texts

    async def _fetch_aside(self) -> dict[str, str]:
        # Loaded here, because blocking programs do without.
        import asyncio

        return await asyncio.to_thread(self._fetch)

    def _shown(self) -> dict[str, str]:
        """What messages call each value: its source, or the name by which it can be set."""
        names = (field.name for field in msgspec.structs.fields(self.kind))
        return {name: self.sources.get(name, f"{self.name}: {name}") for name in names}

    def _check(self, texts: Mapping[str, str]) -> None:
        """Check each value by itself, so that an error has its source."""
        for name, text in texts.items():
            source = self.sources[name]
            try:
                if name == "url":
                    check_base_url(text)
                elif name in self.headers:
                    secret_header(name, text)
                elif not text.strip():
                    raise ConfigurationError(f"{name} is blank")
            except ConfigurationError as error:
                raise ConfigurationError(f"{source}: {error}") from None

    def _limits(self) -> Limits:
        limits = Limits()
        for name in ("timeout", "connect_timeout"):
            if (sourced := self._held.get(name)) is not None:
                seconds = cast("float", sourced.value)
                if not (isfinite(seconds) and seconds > 0):
                    raise ConfigurationError(
                        f"{sourced.source}: must be more than 0 seconds; given: {seconds:g}"
                    )
                limits = msgspec.structs.replace(limits, **{name: seconds})
        return limits

    def _allows_plain_http(self) -> bool:
        sourced = self._held.get("allow_plain_http")
        return sourced is not None and sourced.value is True

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("accounts may hold secrets and cannot be pickled")


class GlimeshAccount(Account):
    """An account on a Glimesh server."""

    kind = GlimeshSettings
    headers = ("token", "client_id", "client_secret", "refresh_token")

    def client(self) -> Glimesh:
        """A blocking client. The caller closes it.

        Raises:
            ConfigurationError: the values contradict each other or cannot work, or a secret
                cannot be had; it names their sources.
        """
        from backchannel.glimesh import Glimesh

        return self._made(Glimesh, self._fetch())

    async def async_client(self) -> AsyncGlimesh:
        """The async twin of `client`."""
        from backchannel.glimesh import AsyncGlimesh

        return self._made(AsyncGlimesh, await self._fetch_aside())

    def _made(self, kind: type[GlimeshKind], texts: Mapping[str, str]) -> GlimeshKind:
        from backchannel.glimesh.client import DEFAULT_URL
        from backchannel.glimesh.settings import choose_settings

        self._check(texts)
        limits, shown = self._limits(), self._shown()
        chosen = choose_settings(texts, shown, scopes=self._scopes())
        try:
            return kind(
                token=chosen.token,
                client_id=chosen.client_id,
                credentials=chosen.credentials,
                url=texts.get("url", DEFAULT_URL),
                limits=limits,
                allow_plain_http=self._allows_plain_http(),
            )
        except ConfigurationError as error:
            # All but the URL has been looked at.
            raise ConfigurationError(f"{shown['url']}: {error}") from None

    def _scopes(self) -> tuple[str, ...] | None:
        from backchannel.glimesh.oauth import check_scopes

        sourced = self._held.get("scopes")
        if sourced is None:
            return None
        try:
            return check_scopes(cast("tuple[str, ...]", sourced.value))
        except ConfigurationError as error:
            raise ConfigurationError(f"{sourced.source}: {error}") from None


class RocketChatAccount(Account):
    """An account on a Rocket.Chat server."""

    kind = RocketChatSettings
    headers = ("user_id", "auth_token")

    def client(self) -> RocketChat:
        """A blocking client. The caller closes it.

        Raises:
            ConfigurationError: the values contradict each other or cannot work, or a secret
                cannot be had; it names their sources.
        """
        from backchannel.rocketchat import RocketChat

        return self._made(RocketChat, self._fetch())

    async def async_client(self) -> AsyncRocketChat:
        """The async twin of `client`."""
        from backchannel.rocketchat import AsyncRocketChat

        return self._made(AsyncRocketChat, await self._fetch_aside())

    def _made(self, kind: type[RocketChatKind], texts: Mapping[str, str]) -> RocketChatKind:
        from backchannel.rocketchat.environment import choose_login

        self._check(texts)
        limits, shown = self._limits(), self._shown()
        if "url" not in texts:
            raise ConfigurationError(f"{shown['url']} is not set")
        credentials = choose_login(texts, shown)
        try:
            return kind(
                texts["url"],
                credentials=credentials,
                limits=limits,
                allow_plain_http=self._allows_plain_http(),
            )
        except ConfigurationError as error:
            raise ConfigurationError(f"{shown['url']}: {error}") from None
