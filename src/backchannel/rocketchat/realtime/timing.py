"""How long a listener waits, and for what."""

from __future__ import annotations

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.wire.backoff import Backoff

__all__ = ["ListeningTiming"]


class ListeningTiming(msgspec.Struct, frozen=True, kw_only=True):
    """How long a listener waits, and for what.

    Attributes:
        heartbeat: seconds between our pings; the server pings by itself after 15 quiet ones.
        silence: seconds without any frame after which the server is taken for dead. Each ping is
            answered, so it must be longer than the time between two.
        timeout: seconds to wait for the socket, and for the answer to each method and
            subscription.
        backoff: the waits before a lost connection is made again, or a failed read repeated.
        overlap: seconds before the last known change from which a gap is read: so far may the
            clocks of the server's instances differ.
        poll: seconds between two readings of a room where the socket is refused.
        again: seconds after which a refused socket is tried again.

    Raises:
        ConfigurationError: `silence` is not longer than `heartbeat`, or a time is not positive.
    """

    heartbeat: float = 10.0
    silence: float = 25.0
    timeout: float = 10.0
    backoff: Backoff = Backoff()
    overlap: float = 5.0
    poll: float = 10.0
    again: float = 300.0

    def __post_init__(self) -> None:
        if self.silence <= self.heartbeat:
            raise ConfigurationError(
                f"silence ({self.silence:g} seconds) must be longer than heartbeat"
                f" ({self.heartbeat:g} seconds)"
            )
        for name in ("heartbeat", "timeout", "overlap", "poll", "again"):
            seconds: float = getattr(self, name)
            if not seconds > 0:
                raise ConfigurationError(f"{name} must be more than 0 seconds, not {seconds:g}")
