"""Orders for faults: what goes wrong, with which requests, how often."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


class Kind(Enum):
    """What goes wrong."""

    CUT_BEFORE_APPLY = auto()
    CUT_AFTER_APPLY = auto()
    CLOSE_MID_BODY = auto()
    APPLY_LATE = auto()
    DELAY = auto()
    ANSWER = auto()


@dataclass
class Order:
    """One fault to happen to the next `times` requests that it is meant for.

    Those are the ones whose path contains `path`, and which ask for `operation` if that is given.
    """

    kind: Kind
    path: str
    operation: str
    times: int
    seconds: float = 0.0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    apply: bool = False
    hang: bool = False


class Faults:
    """Orders for faults; safe to use from any thread while the server runs.

    Every method takes `path`, a part of the path of the requests meant ("" for all of them),
    and `times`, how many of those requests are hit; afterwards the server is well again. Where
    the server knows of operations within a request, as a GraphQL server does, `operation` is the
    name of one, or of a root field: `faults.cut_after_apply(operation="createChatMessage")`.
    An order is used up by the requests it is meant for, the older orders first.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Order] = []
        self._late = 0

    def cut_before_apply(self, path: str = "", *, operation: str = "", times: int = 1) -> None:
        """Read the request, do nothing, and close the connection without a reply."""
        self._add(Order(Kind.CUT_BEFORE_APPLY, path, operation, times))

    def cut_after_apply(self, path: str = "", *, operation: str = "", times: int = 1) -> None:
        """Do what was asked, and close the connection without a reply."""
        self._add(Order(Kind.CUT_AFTER_APPLY, path, operation, times))

    def close_mid_body(self, path: str = "", *, operation: str = "", times: int = 1) -> None:
        """Do what was asked, reply with half of the body, and close the connection."""
        self._add(Order(Kind.CLOSE_MID_BODY, path, operation, times))

    def apply_late(
        self,
        path: str = "",
        *,
        operation: str = "",
        seconds: float,
        hang: bool = False,
        times: int = 1,
    ) -> None:
        """Do what was asked when nobody waits any more.

        The connection is closed without a reply (with `hang` it is the client that gives up
        first), and that many seconds later the effect happens. A closing server waits for a
        second at most; `late` tells how many effects are still to come.
        """
        self._add(Order(Kind.APPLY_LATE, path, operation, times, seconds=seconds, hang=hang))

    def delay(self, path: str = "", *, operation: str = "", seconds: float, times: int = 1) -> None:
        """Wait that many seconds, then do what was asked."""
        self._add(Order(Kind.DELAY, path, operation, times, seconds=seconds))

    def answer(
        self,
        path: str = "",
        *,
        operation: str = "",
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        apply: bool = False,
        times: int = 1,
    ) -> None:
        """Give this reply instead of the application's own.

        With `apply` the application does what was asked first, as when a proxy gives up waiting.
        """
        order = Order(Kind.ANSWER, path, operation, times, status=status, body=body, apply=apply)
        order.headers = dict(headers or {})
        self._add(order)

    def html(
        self,
        path: str = "",
        *,
        operation: str = "",
        status: int = 502,
        apply: bool = False,
        times: int = 1,
    ) -> None:
        """Answer with a page of HTML, as a proxy does."""
        self.answer(
            path,
            operation=operation,
            status=status,
            body=_HTML,
            headers={"content-type": "text/html"},
            apply=apply,
            times=times,
        )

    def clear(self) -> None:
        """Forget every order not yet used up."""
        with self._lock:
            self._orders.clear()

    @property
    def pending(self) -> int:
        """How many faults are still to happen."""
        with self._lock:
            return sum(order.times for order in self._orders)

    @property
    def late(self) -> int:
        """How many effects ordered by `apply_late` are under way and have not happened yet."""
        with self._lock:
            return self._late

    def _add(self, order: Order) -> None:
        if order.times < 1:
            raise ValueError(f"times must be at least 1, not {order.times}")
        with self._lock:
            self._orders.append(order)

    def take(self, path: str, operations: Callable[[], Collection[str]]) -> Order | None:
        """The first order for a request of this path and these operations, counted as used."""
        with self._lock:
            for order in self._orders:
                if order.path not in path:
                    continue
                if order.operation and order.operation not in operations():
                    continue
                order.times -= 1
                if order.times == 0:
                    self._orders.remove(order)
                if order.kind is Kind.APPLY_LATE:
                    self._late += 1
                return order
        return None

    def applied(self) -> None:
        """Count an effect that came late."""
        with self._lock:
            self._late -= 1
