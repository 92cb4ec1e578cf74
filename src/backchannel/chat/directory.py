"""Which client serves which address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from backchannel.backend import AsyncPlatform, Platform
from backchannel.drive import AsyncDriver, Driver
from backchannel.errors import AddressError, ConfigurationError, InvalidInput
from backchannel.message import Address, platform_of

__all__ = ["Directory"]

P = TypeVar("P", Platform, AsyncPlatform)


class Directory(Generic[P]):
    """Clients by the names that addresses begin with.

    Args:
        platforms: the clients that stand under the names of their platforms, or None.
        more: further ones, under names such as `rocketchat+work`.
        driver: the kind of driver that they must have.

    Raises:
        ConfigurationError: no client at all, one of another platform or kind, or a name that
            cannot stand in an address or is there twice.
    """

    def __init__(
        self,
        platforms: Mapping[str, P | None],
        more: Mapping[str, P] | None,
        driver: type[Driver | AsyncDriver],
    ) -> None:
        given: dict[str, P] = {
            name: platform for name, platform in platforms.items() if platform is not None
        }
        for name, platform in (more or {}).items():
            if name in given:
                raise ConfigurationError(f"there are two clients for {name}")
            given[name] = platform
        if not given:
            raise ConfigurationError("give at least one client: glimesh=… or rocketchat=…")
        for name, platform in given.items():
            _check(name, platform, driver)
        self._platforms: dict[str, P] = given

    def find(self, address: str | Address) -> tuple[Address, P]:
        """The address, and the client that serves it.

        Raises:
            AddressError: it is none, or of a platform that is not here.
        """
        at = Address.parse(address) if isinstance(address, str) else address
        platform = self._platforms.get(at.backend)
        if platform is None:
            raise AddressError(
                str(at), 0, f"{at.backend!r} is not configured here; there is {self}"
            )
        return at, platform

    def named(self, name: str | None) -> list[tuple[str, P]]:
        """The client of this name, or all, with their names.

        Raises:
            InvalidInput: there is none of this name.
        """
        if name is None:
            return list(self._platforms.items())
        if name not in self._platforms:
            raise InvalidInput("backend", limit=f"must be one of {self}", given=repr(name))
        return [(name, self._platforms[name])]

    def grouped(self, addresses: Sequence[str | Address]) -> list[tuple[P, list[Address]]]:
        """The clients that serve these addresses, each with its own.

        Raises:
            AddressError: one is none, or of a platform that is not here.
            InvalidInput: there is no address, or one twice.
        """
        groups: dict[str, tuple[P, list[Address]]] = {}
        for at, platform in map(self.find, addresses):
            _, group = groups.setdefault(at.backend, (platform, []))
            if at in group:
                raise InvalidInput("addresses", limit="must be different", given=f"{at} twice")
            group.append(at)
        if not groups:
            raise InvalidInput("addresses", limit="must be at least one", given="none")
        return list(groups.values())

    def __str__(self) -> str:
        return ", ".join(self._platforms)


def _check(name: str, platform: P, driver: type[Driver | AsyncDriver]) -> None:
    try:
        Address.parse(f"{name}:room")
    except AddressError as error:
        raise ConfigurationError(f"{name!r} cannot begin an address: {error}") from None
    kind = getattr(platform, "platform", None)
    # What a type checker sees; without one, messages would go to another platform.
    if kind != platform_of(name) or not isinstance(platform.driver, driver):
        raise ConfigurationError(f"{name}={platform!r} is no client for {name} of this kind")
