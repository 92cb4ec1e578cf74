"""When to try again: a pure function of the attempt, the error and the time gone by."""

from __future__ import annotations

from typing import Final

import msgspec

from backchannel.errors import BackchannelError, RateLimited, ServerFailure
from backchannel.wire.backoff import Backoff
from backchannel.wire.rules import retry_after

PASSING: Final = frozenset({502, 503, 504})
"""Failures of a server that pass: of what stands before it, or of its load. A 500 does not."""


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often, and how soon, a call is repeated.

    Unless the caller knows more, only errors that are `retry_safe` are repeated: those whose cause
    may pass, and after which it is certain that nothing happened. Of what a server answers, these
    are 429, 502, 503 and 504, as long as nothing was to be changed, or 429 said that it was not.

    Attributes:
        attempts: tries in all, the first included; 1 means never repeat.
        base: seconds of the longest wait before the second try; it doubles with each further one.
        cap: seconds of the longest wait before any try.
        deadline: seconds from the start of the call, after which no wait begins or ends.
        budget: retries that all calls of a client may cost while none ends well; four that do end
            well earn one back.
    """

    attempts: int = 3
    base: float = 0.25
    cap: float = 8.0
    deadline: float = 60.0
    budget: float = 100.0

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
            repeatable = error.retry_safe and _passes(error)
        if attempt >= self.attempts or not repeatable:
            return None
        wait = Backoff(base=self.base, cap=self.cap).delay(attempt, draw)
        wait = max(wait, _asked(error))
        return wait if elapsed + wait <= self.deadline else None


def _passes(error: BackchannelError) -> bool:
    return not isinstance(error, ServerFailure) or error.response.status in PASSING


def _asked(error: BackchannelError) -> float:
    """Seconds that the server asks to be left alone."""
    if isinstance(error, RateLimited):
        return error.retry_after or 0.0
    if isinstance(error, ServerFailure):
        return retry_after(error.response.headers) or 0.0
    return 0.0


NO_RETRY = RetryPolicy(attempts=1)
