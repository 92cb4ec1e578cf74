"""What happens to a live connection, for those who want to know."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from backchannel.errors import BackchannelError


class Connected(msgspec.Struct, frozen=True):
    """The socket is open, and the server has let us in."""


class Disconnected(msgspec.Struct, frozen=True):
    """The socket ended, or the server ended the channel on it.

    Attributes:
        reason: why.
    """

    reason: BackchannelError


class Reconnecting(msgspec.Struct, frozen=True):
    """The connection will be made again.

    Attributes:
        attempt: how many tries there have been since one lasted, this one included.
        seconds: the wait before it.
        reason: why the connection was lost, or why the last try failed.
    """

    attempt: int
    seconds: float
    reason: BackchannelError


class Subscribed(msgspec.Struct, frozen=True):
    """The server pushes what happens from here on."""


class Filled(msgspec.Struct, frozen=True):
    """What the subscription missed was read and handed over.

    Attributes:
        count: how many results that were.
    """

    count: int


class FillDelayed(msgspec.Struct, frozen=True):
    """Reading what was missed failed, and will be tried again; pushes wait meanwhile.

    Attributes:
        reason: why.
        attempt: how often it failed in a row.
        seconds: the wait before the next try.
    """

    reason: BackchannelError
    attempt: int
    seconds: float


class Gap(msgspec.Struct, frozen=True):
    """What happened between two times was missed, and nothing can tell it.

    Attributes:
        since: when the last frame before it was read, in seconds of the client's monotonic clock
            (`time.monotonic`): the wall clock may jump.
        until: when the server pushed again, in seconds of the same clock.
    """

    since: float
    until: float


class Dropped(msgspec.Struct, frozen=True):
    """The consumer was too slow, and its buffer drops what is oldest.

    Attributes:
        count: how many results were dropped since the last one that was handed over.
    """

    count: int


ConnectionEvent: TypeAlias = (
    Connected | Disconnected | Reconnecting | Subscribed | Filled | FillDelayed | Gap | Dropped
)
