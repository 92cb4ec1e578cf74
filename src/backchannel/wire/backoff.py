"""How long to wait before the next try: a pure function of its number and of the dice."""

from __future__ import annotations

import msgspec

# The exponent is bounded, or the float overflows long after the cap has won.
_MOST_DOUBLINGS = 64


class Backoff(msgspec.Struct, frozen=True, kw_only=True):
    """Waits that double up to a cap, spread so that many clients do not come back at once.

    Attributes:
        base: seconds of the longest first wait.
        cap: seconds of the longest wait of all.
    """

    base: float = 0.5
    cap: float = 30.0

    def delay(self, attempt: int, draw: float) -> float:
        """Seconds to wait, between half of the longest such wait and all of it.

        Args:
            attempt: the number of the wait, from 1.
            draw: a random number, 0 <= draw < 1.
        """
        longest = min(self.cap, self.base * 2.0 ** min(attempt - 1, _MOST_DOUBLINGS))
        return longest * (0.5 + draw / 2)
