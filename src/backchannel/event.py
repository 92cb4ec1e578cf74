"""What happens in rooms, and to the way by which it is told."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from backchannel.errors import BackchannelError
from backchannel.message import Message, Room

__all__ = ["Deleted", "Edited", "Event", "Interrupted", "Missed", "Posted", "Resumed"]


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A message was written.

    Attributes:
        room: where.
        message: the message.
        own: whether the client's own user wrote it: the echo of a send, by whatever program.
    """

    room: Room
    message: Message
    own: bool


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """A message was changed: its text, or what belongs to it, such as reactions.

    Attributes:
        room: where.
        message: the message as it is.
        own: whether the client's own user wrote it.
    """

    room: Room
    message: Message
    own: bool


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """A message was deleted.

    Attributes:
        room: where.
        message_id: the message's id.
    """

    room: Room
    message_id: str


class Interrupted(msgspec.Struct, frozen=True, kw_only=True):
    """The connection was lost, or what was missed cannot be read; both are tried again.

    Attributes:
        room: what is not heard.
        reason: why.
    """

    room: Room
    reason: BackchannelError


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """The room is heard again.

    Attributes:
        room: what is heard.
    """

    room: Room


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """Something may have happened that nothing can tell any more: there is no history of it.

    Attributes:
        room: where.
        seconds: for how long nothing was heard, or None where nobody knows.
    """

    room: Room
    seconds: float | None = None


Event: TypeAlias = Posted | Edited | Deleted | Interrupted | Resumed | Missed
