"""The dispatcher: from an address to the backend that serves it, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from backchannel.drive import AsyncDriver, Driver
from backchannel.errors import AddressError, ConfigurationError
from backchannel.message import Address, Message, Receipt
from backchannel.wire.checks import check_limit

if TYPE_CHECKING:
    from backchannel.drive import Flow, Stream
    from backchannel.glimesh.client import AsyncGlimesh, Glimesh
    from backchannel.rocketchat.async_client import AsyncRocketChat
    from backchannel.rocketchat.client import RocketChat


class Backend(Protocol):
    """What a platform provides, as flows without I/O."""

    def send(self, address: Address, text: str, *, idempotency_key: str | None) -> Flow[Receipt]:
        """Send a text. Raise before anything is sent; return a Receipt after that."""
        ...

    def history(
        self, address: Address, *, limit: int | None, newest_first: bool
    ) -> Stream[Message]:
        """Iterate over the newest `limit` messages of a room, in either order."""
        ...


class Platform(Protocol):
    """A blocking client with a backend: `Glimesh`, `RocketChat`.

    Attributes:
        platform: the name that its addresses begin with.
    """

    platform: ClassVar[str]

    @property
    def backend(self) -> Backend:
        """The platform's flows."""
        ...

    @property
    def driver(self) -> Driver:
        """What runs them."""
        ...


class AsyncPlatform(Protocol):
    """An async client with a backend: `AsyncGlimesh`, `AsyncRocketChat`.

    Attributes:
        platform: the name that its addresses begin with.
    """

    platform: ClassVar[str]

    @property
    def backend(self) -> Backend:
        """The platform's flows."""
        ...

    @property
    def driver(self) -> AsyncDriver:
        """What runs them."""
        ...


class Chat:
    """One vocabulary over several platforms, blocking.

    It owns no connection: close the clients it was given.

    Args:
        glimesh: the client for `glimesh:…` addresses, or None.
        rocketchat: the client for `rocketchat:…` addresses, or None.

    Raises:
        ConfigurationError: no client at all, or one of another platform or kind.
    """

    def __init__(
        self, *, glimesh: Glimesh | None = None, rocketchat: RocketChat | None = None
    ) -> None:
        given: dict[str, Platform | None] = {"glimesh": glimesh, "rocketchat": rocketchat}
        self._platforms = _configured(given, Driver)

    def send(
        self, address: str | Address, text: str, *, idempotency_key: str | None = None
    ) -> Receipt:
        """Send a text to a room.

        Args:
            address: `glimesh:<streamer>`, `rocketchat:<room>`, or `…:id=<id>`.
            text: what to say, as plain text of the platform.
            idempotency_key: that of an earlier receipt, to send the same message again without
                doubling it. Rocket.Chat only.

        Returns:
            What became of it: sent, not sent, or unknown.

        Raises:
            BackchannelError: only before anything was sent: a bad address, a text that the
                platform would refuse, an unknown room, or a failure while looking it up.
        """
        parsed = _parse(address)
        platform = _find(self._platforms, parsed)
        return platform.driver.run(
            platform.backend.send(parsed, text, idempotency_key=idempotency_key)
        )

    def history(
        self, address: str | Address, *, limit: int | None = 100, newest_first: bool = True
    ) -> Iterator[Message]:
        """Iterate over the messages of a room; pages are fetched as they are needed.

        Args:
            address: `glimesh:<streamer>`, `rocketchat:<room>`, or `…:id=<id>`.
            limit: messages at most, the newest of the room; None for all.
            newest_first: begin with the newest of them, or with the oldest.

        Raises:
            BackchannelError: a bad address, an unknown room, or a failure of a request.
        """
        check_limit(limit)
        parsed = _parse(address)
        platform = _find(self._platforms, parsed)
        stream = platform.backend.history(parsed, limit=limit, newest_first=newest_first)
        return platform.driver.iterate(stream)

    def __repr__(self) -> str:
        return f"Chat({', '.join(self._platforms)})"


class AsyncChat:
    """The async twin of `Chat`.

    It owns no connection: close the clients it was given.

    Args:
        glimesh: the client for `glimesh:…` addresses, or None.
        rocketchat: the client for `rocketchat:…` addresses, or None.

    Raises:
        ConfigurationError: no client at all, or one of another platform or kind.
    """

    def __init__(
        self, *, glimesh: AsyncGlimesh | None = None, rocketchat: AsyncRocketChat | None = None
    ) -> None:
        given: dict[str, AsyncPlatform | None] = {"glimesh": glimesh, "rocketchat": rocketchat}
        self._platforms = _configured(given, AsyncDriver)

    async def send(
        self, address: str | Address, text: str, *, idempotency_key: str | None = None
    ) -> Receipt:
        """Send a text to a room.

        Args:
            address: `glimesh:<streamer>`, `rocketchat:<room>`, or `…:id=<id>`.
            text: what to say, as plain text of the platform.
            idempotency_key: that of an earlier receipt, to send the same message again without
                doubling it. Rocket.Chat only.

        Returns:
            What became of it: sent, not sent, or unknown.

        Raises:
            BackchannelError: only before anything was sent: a bad address, a text that the
                platform would refuse, an unknown room, or a failure while looking it up.
        """
        parsed = _parse(address)
        platform = _find(self._platforms, parsed)
        return await platform.driver.run(
            platform.backend.send(parsed, text, idempotency_key=idempotency_key)
        )

    def history(
        self, address: str | Address, *, limit: int | None = 100, newest_first: bool = True
    ) -> AsyncGenerator[Message]:
        """Iterate over the messages of a room; pages are fetched as they are needed.

        Args:
            address: `glimesh:<streamer>`, `rocketchat:<room>`, or `…:id=<id>`.
            limit: messages at most, the newest of the room; None for all.
            newest_first: begin with the newest of them, or with the oldest.

        Raises:
            BackchannelError: a bad address, an unknown room, or a failure of a request.
        """
        check_limit(limit)
        parsed = _parse(address)
        platform = _find(self._platforms, parsed)
        stream = platform.backend.history(parsed, limit=limit, newest_first=newest_first)
        return platform.driver.iterate(stream)

    def __repr__(self) -> str:
        return f"AsyncChat({', '.join(self._platforms)})"


P = TypeVar("P", Platform, AsyncPlatform)


def _configured(
    platforms: Mapping[str, P | None], driver: type[Driver | AsyncDriver]
) -> dict[str, P]:
    given = {name: platform for name, platform in platforms.items() if platform is not None}
    if not given:
        raise ConfigurationError("give at least one client: glimesh=… or rocketchat=…")
    for name, platform in given.items():
        # What a type checker sees; without one, messages would go to another platform.
        if getattr(platform, "platform", None) != name or not isinstance(platform.driver, driver):
            raise ConfigurationError(f"{name}={platform!r} is no client for {name} of this kind")
    return given


def _parse(address: str | Address) -> Address:
    return Address.parse(address) if isinstance(address, str) else address


def _find(platforms: Mapping[str, P], address: Address) -> P:
    try:
        return platforms[address.backend]
    except KeyError:
        known = ", ".join(platforms)
        raise AddressError(
            str(address), 0, f"{address.backend!r} is not configured here; there is {known}"
        ) from None
