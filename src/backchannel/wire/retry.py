"""When to try again: a pure function of the attempt, the error and the time gone by."""

from __future__ import annotations

import msgspec

from backchannel.errors import BackchannelError, RateLimited
from backchannel.wire.backoff import Backoff


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often, and how soon, a call is repeated.

    Unless the caller knows more, only errors that are `retry_safe` are repeated: those whose cause
    may pass, and after which it is certain that nothing happened.

    Attributes:
        attempts: tries in all, the first included; 1 means never repeat.
        base: seconds of the longest wait before the second try; it doubles with each further one.
        cap: seconds of the longest wait before any try.
        deadline: seconds from the start of the call, after which no wait begins or ends.
    """

    attempts: int = 3
    base: float = 0.25
    cap: float = 8.0
    deadline: float = 60.0

    def delay(
        self,
        error: BackchannelError,
        *,
        attempt: int,
        elapsed: float,
        draw: float,
        repeatable: bool | None = None,
    ) -> float | None:
        """Seconds to wait before the next try, or None to give up.

        Args:
            error: what the last try raised.
            attempt: the number of that try, from 1.
            elapsed: seconds since the call began.
            draw: a random number, 0 <= draw < 1, which spreads the tries of many clients.
            repeatable: whether another try may help and cannot double an effect, where the caller
                knows more than the error, which by default says so itself.
        """
        if repeatable is None:
            repeatable = error.retry_safe
        if attempt >= self.attempts or not repeatable:
            return None
        wait = Backoff(base=self.base, cap=self.cap).delay(attempt, draw)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            wait = max(wait, error.retry_after)
        return wait if elapsed + wait <= self.deadline else None


NO_RETRY = RetryPolicy(attempts=1)
