"""How often a connection may call: by the calls' names, and messages by their own rule."""

from __future__ import annotations

from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.limits import RateLimit
from backchannel.local.rocketchat.world import Clock


class CallLimits:
    """10 calls in 10 seconds for each method, and 4 times that for each stream.

    Messages are sent at most 5 times a second without a permission for more.
    """

    def __init__(self, clock: Clock) -> None:
        self._calls = RateLimit(clock, calls=10, seconds=10.0)
        self._streams = RateLimit(clock, calls=40, seconds=10.0)
        self._messages = RateLimit(clock, calls=5, seconds=1.0)

    def count(self, name: str, call: Call) -> None:
        """Count a call. Raises TooManyRequests."""
        limit = self._streams if name.startswith("stream-") else self._calls
        if name == "sendMessage":
            if call.user is not None and call.user.may("send-many-messages"):
                return
            limit = self._messages
        _, refusal = limit.count("method", name, "")
        if refusal is not None:
            raise refusal
