"""What happens to the messages of rooms, and to the way by which it comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

from backchannel.errors import BackchannelError
from backchannel.live.events import ConnectionEvent
from backchannel.rocketchat.messages import RocketChatMessage

__all__ = [
    "ListeningEvent",
    "MessageChanged",
    "MessageDeleted",
    "MessageEdited",
    "MessageNew",
    "OnEvent",
    "Polling",
    "RoomEvent",
]


class MessageNew(msgspec.Struct, frozen=True):
    """A message was written; one's own are told too, mostly before the call that sends returns.

    Attributes:
        message: the message as it is; after a gap, with what happened to it since.
    """

    message: RocketChatMessage


class MessageEdited(msgspec.Struct, frozen=True):
    """The text of a message was edited.

    Attributes:
        message: the message as it is.
    """

    message: RocketChatMessage


class MessageChanged(msgspec.Struct, frozen=True):
    """Something else of a message changed: reactions, a pin, a link's preview, its thread's count.

    Attributes:
        message: the message as it is.
    """

    message: RocketChatMessage


class MessageDeleted(msgspec.Struct, frozen=True, kw_only=True):
    """A message was deleted. It may be one that was written and deleted inside a gap.

    Attributes:
        id: the message's id.
        room_id: its room's.
        deleted_at: when, in UTC, or None: only the history tells.
    """

    id: str
    room_id: str
    deleted_at: datetime | None = None


RoomEvent: TypeAlias = MessageNew | MessageEdited | MessageChanged | MessageDeleted


class Polling(msgspec.Struct, frozen=True):
    """Instead of a socket, the server is asked now and then.

    Attributes:
        seconds: how long it waits between.
        reason: why there is no socket, or None: the program wanted it so.
    """

    seconds: float
    reason: BackchannelError | None = None


ListeningEvent: TypeAlias = ConnectionEvent | Polling

OnEvent: TypeAlias = Callable[[ListeningEvent], None]
