"""What a test may do to the sockets of a local Glimesh site."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from backchannel.local import sockets
from backchannel.local.glimesh.sockets import PhoenixSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backchannel.local.glimesh.sockets import Hub
    from backchannel.local.glimesh.subscriptions import Subscriptions


class Sockets(sockets.Sockets[PhoenixSocket]):
    """The sockets of a site, its channels and its pushes; see the base for all sockets."""

    _HEADERS: ClassVar[Mapping[str, str]] = {"server": "Cowboy"}

    def __init__(
        self,
        hub: Hub,
        subscriptions: Subscriptions,
        run: Callable[[Callable[[], int]], int],
    ) -> None:
        super().__init__(hub, run)
        self._hub = hub
        self._subscriptions = subscriptions

    @property
    def subscriptions(self) -> int:
        """How many subscriptions are alive, over all sockets that are not silent."""
        return len(self._subscriptions)

    def wait_for_subscriptions(self, count: int = 1, *, seconds: float = 10.0) -> None:
        """Wait until so many are alive. Raises TimeoutError after that many seconds."""
        if not self._subscriptions.wait_for(count, seconds):
            raise TimeoutError(
                f"{self.subscriptions} subscriptions after {seconds} seconds, not {count}"
            )

    def raise_error(self) -> int:
        """End all joined channels with phx_error, as when a resolver raises; sockets stay open."""
        return self._each(lambda socket: socket.end_channel("phx_error"))

    def close_channels(self) -> int:
        """End all joined channels with phx_close; sockets stay open."""
        return self._each(lambda socket: socket.end_channel("phx_close"))

    def swap_pushes(self, times: int = 1, *, seconds: float = 0.5) -> None:
        """Hold back so many of the next pushes, each until the one after it has been delivered.

        That is the next push of the same subscription. When none comes within that many seconds,
        the held one is delivered alone: none is lost.
        """

        def order() -> None:
            self._hub.swaps += times
            self._hub.swap_seconds = seconds

        self._change(order)

    def clear(self) -> None:
        """Forget every order that concerns what is still to come."""

        def forget() -> None:
            self._hub.swaps = 0

        self._change(forget)
        super().clear()
