"""Something that several callers need done once, in whichever threads and event loops they run."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING

from backchannel.errors import BackchannelError

if TYPE_CHECKING:
    from concurrent.futures import Future


class Flight:
    """Who finds nobody at it does it; who comes meanwhile waits for what becomes of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._landing: Future[BaseException | None] | None = None
        self._leader = 0

    @property
    def is_led_here(self) -> bool:
        """Whether this thread leads: if it blocks until the landing, there will be none."""
        with self._lock:
            return self._landing is not None and self._leader == threading.get_ident()

    def join(self) -> tuple[Future[BaseException | None], bool]:
        """Join those who wait, or lead if there are none.

        Returns:
            What ends with `land`, and whether the caller leads, and so must `land`.
        """
        with self._lock:
            if self._landing is not None:
                return self._landing, False
            # Programs that renew nothing do without it.
            from concurrent.futures import Future

            self._landing = Future()
            self._leader = threading.get_ident()
            # Else a waiter of an event loop that is cancelled would cancel it for all.
            self._landing.set_running_or_notify_cancel()
            return self._landing, True

    def land(self, error: BaseException | None) -> None:
        """Tell those who wait that it is done, or with which error it failed."""
        with self._lock:
            landing, self._landing = self._landing, None
        assert landing is not None, "only who leads lands"
        landing.set_result(error)


def landed(error: BaseException | None) -> bool:
    """What a flight's end means to one who waited for it.

    Args:
        error: what `land` was given.

    Returns:
        True if it was done; False if it was broken off (cancelled, interrupted, a mistake of
        the program): whoever still needs it has to do it.

    Raises:
        BackchannelError: it failed. Each waiter gets a copy, since a traceback belongs to one.
    """
    if isinstance(error, BackchannelError):
        raise copy.copy(error)
    return error is None
