"""What a room of Rocket.Chat allows, by its kind and the server's age."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backchannel.capability import Capability, Refusal
from backchannel.rocketchat.muting import MUTING_SINCE
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind

__all__ = ["refusals"]

_TIME_OUT = Refusal("is unknown there", "ban, and lift the ban when the time is over")
_WRITING: Final = (
    Capability.SEND,
    Capability.THREAD,
    Capability.REPLY,
    Capability.ATTACH,
    Capability.ALIAS,
    Capability.KEY,
    Capability.EDIT,
    Capability.REACT,
)
_ARCHIVED = Refusal("is not possible in an archived room", "have its owner unarchive it")
_MUTING: Final = (Capability.BAN, Capability.UNBAN)
_NO_MUTING = Refusal(
    f"(muting) needs a server since {MUTING_SINCE[0]}.{MUTING_SINCE[1]}",
    "have an administrator do it on the server",
)
_NO_MODERATION = Refusal(
    "(muting) is only possible in channels and groups", "have the user block the other there"
)
_NO_HISTORY = Refusal(
    "is only possible in channels, groups and direct rooms", "read it in the server's own client"
)


def refusals(room: RocketChatRoom, version: tuple[int, int]) -> Mapping[Capability, Refusal]:
    """What cannot be done in a room.

    Args:
        room: the room.
        version: the server's, major and minor.
    """
    found = {Capability.TIME_OUT: _TIME_OUT}
    if room.archived:
        found |= dict.fromkeys(_WRITING, _ARCHIVED)
    if version < MUTING_SINCE:
        found |= dict.fromkeys(_MUTING, _NO_MUTING)
    if room.kind not in {RoomKind.CHANNEL, RoomKind.GROUP}:
        found |= dict.fromkeys(_MUTING, _NO_MODERATION)
    if room.kind in {RoomKind.OMNICHANNEL, RoomKind.OTHER}:
        found[Capability.HISTORY] = _NO_HISTORY
    return found
