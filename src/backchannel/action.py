"""What can be done to messages and people in a room, as values."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from backchannel.capability import Capability
from backchannel.message import Author

__all__ = ["Action", "Ban", "Delete", "Edit", "Moderation", "React", "TimeOut", "Unban", "needed"]


class Edit(msgspec.Struct, frozen=True):
    """Change the text of a message.

    Attributes:
        message_id: the message.
        text: its new text.
    """

    message_id: str
    text: str


class Delete(msgspec.Struct, frozen=True):
    """Delete a message, unless that was done.

    Attributes:
        message_id: the message.
    """

    message_id: str


class React(msgspec.Struct, frozen=True):
    """Set one's own reaction to a message, or take it back; there is each but once.

    Attributes:
        message_id: the message.
        emoji: the reaction, as `:name:`.
        wanted: False to take it back.
    """

    message_id: str
    emoji: str
    wanted: bool = True


class TimeOut(msgspec.Struct, frozen=True):
    """Keep somebody from writing for a while.

    Attributes:
        user: who: the author of a message, or a username.
        minutes: how long. Glimesh knows 5 and 15.
    """

    user: Author | str
    minutes: int = 5


class Ban(msgspec.Struct, frozen=True):
    """Keep somebody from writing until that is lifted; on Rocket.Chat: mute.

    Attributes:
        user: who: the author of a message, or a username.
    """

    user: Author | str


class Unban(msgspec.Struct, frozen=True):
    """Let somebody write again.

    Attributes:
        user: who: the author of a message, or a username.
    """

    user: Author | str


Moderation: TypeAlias = TimeOut | Ban | Unban
Action: TypeAlias = Edit | Delete | React | Moderation

_NEEDED: dict[type[Action], Capability] = {
    Edit: Capability.EDIT,
    Delete: Capability.DELETE,
    React: Capability.REACT,
    TimeOut: Capability.TIME_OUT,
    Ban: Capability.BAN,
    Unban: Capability.UNBAN,
}


def needed(action: Action) -> Capability:
    """What a room must allow for an action."""
    return _NEEDED[type(action)]
