"""What somebody wants to listen to, and how."""

from __future__ import annotations

from typing import Final

import msgspec

from backchannel.errors import InvalidInput
from backchannel.live.buffer import Overflow
from backchannel.rocketchat.realtime.events import OnEvent
from backchannel.rocketchat.realtime.timing import ListeningTiming
from backchannel.rocketchat.rooms import RocketChatRoom

__all__ = ["BUFFER_SIZE", "Wish", "make_wish"]

BUFFER_SIZE: Final = 1_000
"""Events that wait for a consumer, unless it says otherwise."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to listen to, and how.

    Attributes:
        rooms: the rooms, or what they are called.
        on_event: told what happens to the connection.
        buffer: events that wait for a slow consumer.
        overflow: what happens when there are more.
        poll: seconds between two readings of each room, instead of a socket.
        timing: how long to wait, and for what.

    Raises:
        InvalidInput: no room, a buffer of less than 1, or no time between two readings.
    """

    rooms: tuple[str | RocketChatRoom, ...]
    on_event: OnEvent | None = None
    buffer: int = BUFFER_SIZE
    overflow: Overflow = Overflow.WAIT
    poll: float | None = None
    timing: ListeningTiming = ListeningTiming()

    def __post_init__(self) -> None:
        if not self.rooms:
            raise InvalidInput("rooms", limit="must be at least 1", given="0")
        if self.buffer < 1:
            raise InvalidInput("buffer", limit="must be at least 1", given=str(self.buffer))
        if self.poll is not None and not self.poll > 0:
            raise InvalidInput("poll", limit="must be more than 0 seconds", given=f"{self.poll:g}")


def make_wish(
    rooms: tuple[str | RocketChatRoom, ...],
    *,
    on_event: OnEvent | None,
    buffer: int,
    overflow: Overflow | None,
    poll: float | None,
    timing: ListeningTiming | None,
) -> Wish:
    """A wish with what is usual for what is not said.

    Raises:
        InvalidInput: see `Wish`.
    """
    return Wish(
        rooms=rooms,
        on_event=on_event,
        buffer=buffer,
        overflow=overflow or Overflow.WAIT,
        poll=poll,
        timing=timing or ListeningTiming(),
    )
