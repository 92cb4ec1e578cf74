"""What a platform is to the dispatcher. An application adds one by writing these methods.

A backend's operations are flows and streams (`backchannel.flow`), generators that yield the
`Request`s to send: written once, they serve blocking and async programs alike. Only listening
does I/O of its own. `backchannel.testing.check_backend` tells whether a backend keeps its promises.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

if TYPE_CHECKING:
    from backchannel.action import Action
    from backchannel.capability import Capabilities
    from backchannel.drive import AsyncDriver, Driver
    from backchannel.event import Event
    from backchannel.flow import Flow, Stream
    from backchannel.message import Address, Author, Draft, Message, Receipt, Room

__all__ = ["AsyncPlatform", "Backend", "Platform", "Runner"]

T = TypeVar("T")


class Runner(Protocol):
    """Runs flows for a listener, on the program's own client."""

    def run(self, flow: Flow[T]) -> Awaitable[T]:
        """Run the flow to its end and return what it returns."""
        ...


class Backend(Protocol):
    """What a platform provides. None of these methods does anything before it is driven.

    Each raises Unsupported, before anything is sent, for what its `capabilities` refuse.
    """

    def capabilities(self, address: Address) -> Flow[Capabilities]:
        """Tell what a room allows.

        Raises:
            BackchannelError: there is no such room, or asking for it failed.
        """
        ...

    def send(self, address: Address, draft: Draft) -> Flow[Receipt]:
        """Send a message. Raise before anything is sent; return a Receipt after that."""
        ...

    def act(self, address: Address, action: Action) -> Flow[Message | None]:
        """Change a message, or moderate somebody, so that the state asked for is there.

        Returns:
            The message as it stands, where the platform answers with it.

        Raises:
            BackchannelError: `outcome` tells whether it may have happened.
        """
        ...

    def history(
        self, address: Address, *, limit: int | None, newest_first: bool
    ) -> Stream[Message]:
        """Iterate over the newest `limit` messages of a room, in either order."""
        ...

    def rooms(self, backend: str) -> Stream[Room]:
        """Iterate over the rooms that the user has there; addresses begin with `backend`."""
        ...

    def me(self) -> Flow[Author]:
        """Tell who the user is."""
        ...

    def listen(
        self, addresses: Sequence[Address], runner: Runner
    ) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Listen to rooms. Whatever happens after it is entered is told.

        Args:
            addresses: the rooms, at least one.
            runner: runs flows: of the look-ups, and of reading what was missed.
        """
        ...


class Platform(Protocol):
    """A blocking client with a backend: `Glimesh`, `RocketChat`, or an application's own.

    Attributes:
        platform: what its addresses begin with, up to a `+`.
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
    """The async twin of `Platform`: `AsyncGlimesh`, `AsyncRocketChat`, or an application's own.

    Attributes:
        platform: what its addresses begin with, up to a `+`.
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
