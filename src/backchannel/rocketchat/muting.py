"""Keeping somebody from writing in a room."""

from __future__ import annotations

import msgspec

from backchannel.flow import Flow
from backchannel.message import Author
from backchannel.rocketchat.checks import check_name
from backchannel.rocketchat.repeating import repeating
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.rooms import RocketChatRoom, in_room
from backchannel.rocketchat.session import Session

__all__ = ["MUTING_SINCE", "mute"]

MUTING_SINCE = (6, 8)
"""The version that has muting in its REST API."""


def mute(session: Session, room: RocketChatRoom, user: Author | str, *, wanted: bool) -> Flow[None]:
    """The flow that mutes or unmutes (`POST rooms.muteUser`, `rooms.unmuteUser`).

    Muted twice is muted, so it is made again where a reply was lost.

    Raises:
        NotPermitted: the permission `mute-user` is missing.
        BackchannelError: those of `repeating`.
    """
    if isinstance(user, Author):
        who = {"userId": user.id}
    else:
        check_name("user", user)
        who = {"username": user.removeprefix("@")}
    endpoint = "rooms.muteUser" if wanted else "rooms.unmuteUser"
    body = msgspec.json.encode({"roomId": room.id, **who})
    with in_room(session, room):
        yield from repeating(session, session.post(endpoint, body), Reply)
