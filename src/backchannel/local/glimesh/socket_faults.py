"""What a test may do to the sockets of a local server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.local.websocket import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backchannel.local.glimesh.sockets import Hub, PhoenixSocket
    from backchannel.local.glimesh.subscriptions import Subscriptions


class Sockets:
    """The sockets of a server, to watch and to harm. For any thread but the server's.

    Each method has happened when it returns, and those that harm open sockets return how many
    they were. In an asynchronous program they hold up the loop for less than a millisecond, the
    waiting ones excepted, which belong into `asyncio.to_thread`.
    """

    def __init__(
        self,
        hub: Hub,
        subscriptions: Subscriptions,
        run: Callable[[Callable[[], int]], int],
    ) -> None:
        self._hub = hub
        self._subscriptions = subscriptions
        self._run = run

    def __len__(self) -> int:
        """How many are open, silent ones included, and closing ones not."""
        return len(self._hub.open)

    @property
    def handshakes(self) -> int:
        """How many were accepted so far; of a client that reconnects, one more than its drops."""
        return self._hub.handshakes

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

    def reset(self) -> int:
        """End all connections with a TCP reset, in the middle of whatever they do."""
        return self._each(lambda socket: socket.line.reset())

    def close(self, code: int = 1000) -> int:
        """Close all sockets with a code: 1000 as the site does, 1012 as a proxy restarting."""
        return self._each(lambda socket: socket.line.close(code))

    def disconnect(self, token: str) -> int:
        """Close the sockets of a token with code 1000, as the site does when it is told to."""
        return self._each(lambda socket: socket.line.close(), lambda socket: socket.token == token)

    def cut_frame(self) -> int:
        """Send half of the next frame of each open socket, and then the end of the connection."""
        return self._each(_cut_next)

    def raise_error(self) -> int:
        """End all joined channels with phx_error, as when a resolver raises; sockets stay open."""
        return self._each(lambda socket: socket.end_channel("phx_error"))

    def close_channels(self) -> int:
        """End all joined channels with phx_close; sockets stay open."""
        return self._each(lambda socket: socket.end_channel("phx_close"))

    def silence(self) -> int:
        """Go silent: sockets stay open, and nothing is read, answered or pushed any more.

        Open ones stay so until their client ends them; ones that open later are accepted and are
        silent too, until `speak`.
        """
        self.silence_new()
        return self._each(lambda socket: socket.go_silent())

    def silence_new(self) -> None:
        """Accept sockets from here on, and say nothing on them; those that are open go on."""
        self._meet_new(silently=True)

    def speak(self) -> None:
        """Be well on sockets that open from here on."""
        self._meet_new(silently=False)

    def delay(self, seconds: float) -> int:
        """Send each message that many seconds late, on open sockets and later ones.

        Until another value is given: 0 is none.
        """

        def slow_down(socket: PhoenixSocket) -> None:
            socket.line.latency = seconds

        def slow_down_new() -> None:
            self._hub.latency = seconds

        self._change(slow_down_new)
        return self._each(slow_down)

    def refuse(
        self, status: int = 403, *, headers: Mapping[str, str] | None = None, times: int = 1
    ) -> None:
        """Answer the next handshakes with this status and these headers, whoever asks."""
        refusal = Refusal(status, headers={"server": "Cowboy", **(headers or {})})
        self._change(lambda: self._hub.refusals.extend([refusal] * times))

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
            self._hub.refusals.clear()
            self._hub.swaps = 0

        self._change(forget)
        self.speak()
        self.delay(0.0)

    def _meet_new(self, *, silently: bool) -> None:
        def meet() -> None:
            self._hub.silent = silently

        self._change(meet)

    def _change(self, change: Callable[[], None]) -> None:
        def changed() -> int:
            change()
            return 0

        self._run(changed)

    def _each(
        self,
        harm: Callable[[PhoenixSocket], None],
        meant: Callable[[PhoenixSocket], bool] = lambda _: True,
    ) -> int:
        def all_of_them() -> int:
            sockets = [socket for socket in self._hub.open if meant(socket)]
            for socket in sockets:
                harm(socket)
            return len(sockets)

        return self._run(all_of_them)


def _cut_next(socket: PhoenixSocket) -> None:
    socket.line.cut_next = True
