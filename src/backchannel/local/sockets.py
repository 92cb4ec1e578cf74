"""The open sockets of a local server, and what a test may do to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import ClassVar, Generic, Protocol, TypeVar

from backchannel.local.websocket import Refusal, WebSocket


class Harmable(Protocol):
    """What is spoken over one socket, as far as it can be harmed."""

    line: WebSocket

    @property
    def token(self) -> str | None:
        """What its client is known by, None as long as it is not."""

    def go_silent(self) -> None:
        """Be there and say nothing any more."""


Socket = TypeVar("Socket", bound=Harmable)


class SocketHub(Generic[Socket]):
    """The sockets that are open, and how new ones are met. Used in the server's thread only.

    `refusals` answer the next handshakes, one each, whoever asks; None not at all. `silent` and
    `latency` are given to new sockets.
    """

    def __init__(self) -> None:
        self.open: dict[Socket, None] = {}
        self.handshakes = 0
        self.refusals: deque[Refusal | None] = deque()
        self.silent = False
        self.latency = 0.0

    def opened(self, socket: Socket) -> None:
        """Count a socket in."""
        self.handshakes += 1
        self.open[socket] = None
        socket.line.silent = self.silent
        socket.line.latency = self.latency

    def closed(self, socket: Socket) -> None:
        """Count a socket out."""
        self.open.pop(socket, None)


class Sockets(Generic[Socket]):
    """The sockets of a server, to watch and to harm. For any thread but the server's.

    Each method has happened when it returns, and those that harm open sockets return how many
    they were. In an asynchronous program they hold up the loop for less than a millisecond, the
    waiting ones excepted, which belong into `asyncio.to_thread`.
    """

    _HEADERS: ClassVar[Mapping[str, str]] = {}  # of every refused handshake

    def __init__(self, hub: SocketHub[Socket], run: Callable[[Callable[[], int]], int]) -> None:
        self._all = hub
        self._run = run

    def __len__(self) -> int:
        """How many are open, silent ones included, and closing ones not."""
        return len(self._all.open)

    @property
    def handshakes(self) -> int:
        """How many were accepted so far; of a client that reconnects, one more than its drops."""
        return self._all.handshakes

    def reset(self) -> int:
        """End all connections with a TCP reset, in the middle of whatever they do."""
        return self._each(lambda socket: socket.line.reset())

    def close(self, code: int = 1000) -> int:
        """Close all sockets with a code: 1000 as the server does, 1012 as a proxy restarting."""
        return self._each(lambda socket: socket.line.close(code))

    def disconnect(self, token: str) -> int:
        """Close the sockets of a token with code 1000, as a server does when it is told to."""
        return self._each(lambda socket: socket.line.close(), lambda socket: socket.token == token)

    def cut_frame(self) -> int:
        """Send half of the next frame of each open socket, and then the end of the connection."""
        return self._each(_cut_next)

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

        def slow_down(socket: Socket) -> None:
            socket.line.latency = seconds

        def slow_down_new() -> None:
            self._all.latency = seconds

        self._change(slow_down_new)
        return self._each(slow_down)

    def refuse(
        self, status: int = 403, *, headers: Mapping[str, str] | None = None, times: int = 1
    ) -> None:
        """Answer the next handshakes with this status and these headers, whoever asks."""
        refusal = Refusal(status, headers={**self._HEADERS, **(headers or {})})
        self._change(lambda: self._all.refusals.extend([refusal] * times))

    def ignore(self, *, times: int = 1) -> None:
        """Leave the next handshakes without any answer; their connections stay open."""
        self._change(lambda: self._all.refusals.extend([None] * times))

    def clear(self) -> None:
        """Forget every order that concerns what is still to come."""
        self._change(self._all.refusals.clear)
        self.speak()
        self.delay(0.0)

    def _meet_new(self, *, silently: bool) -> None:
        def meet() -> None:
            self._all.silent = silently

        self._change(meet)

    def _change(self, change: Callable[[], None]) -> None:
        def changed() -> int:
            change()
            return 0

        self._run(changed)

    def _each(
        self,
        harm: Callable[[Socket], None],
        meant: Callable[[Socket], bool] = lambda _: True,
    ) -> int:
        def all_of_them() -> int:
            sockets = [socket for socket in self._all.open if meant(socket)]
            for socket in sockets:
                harm(socket)
            return len(sockets)

        return self._run(all_of_them)


def _cut_next(socket: Harmable) -> None:
    socket.line.cut_next = True
