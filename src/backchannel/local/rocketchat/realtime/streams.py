"""The streams: who may subscribe to what, and what an event says to a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backchannel.local.rocketchat.errors import MeteorError
from backchannel.local.rocketchat.realtime.refusals import match_failed
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import NOTIFY_ROOM, NOTIFY_USER, ROOM_MESSAGES, Event, World
from backchannel.wire.json import JSON

MY_MESSAGES = "__my_messages__"  # the messages of every room the user may see
_ALL = "stream-notify-all"
_LOGGED_IN = "stream-notify-logged"
_KNOWN = frozenset({ROOM_MESSAGES, NOTIFY_ROOM, NOTIFY_USER, _ALL, _LOGGED_IN})


class StoppedSubscription(Exception):
    """The server ends the subscription without giving a reason."""


@dataclass(frozen=True)
class Subscription:
    """A client's `sub`: the stream, and the name of the events it wants from it.

    `use_collection` is the form in which the oldest clients ask: they want an `added` first.
    """

    id: str
    stream: str
    name: str
    use_collection: bool


def read_subscription(sub_id: str, stream: str, params: Sequence[JSON]) -> Subscription:
    """The subscription a client asks for. Raises MeteorError, StoppedSubscription."""
    if stream not in _KNOWN:
        raise MeteorError(404, f"Subscription '{stream}' not found")
    if len(params) < 2:
        raise match_failed()
    name, options = params[:2]
    if not isinstance(name, str):
        raise match_failed()
    if isinstance(options, dict):
        options = options.get("useCollection", False)
    if not isinstance(options, bool):
        raise match_failed()
    if not name:
        raise StoppedSubscription
    return Subscription(sub_id, stream, name, options)


def may_read(world: World, user: User | None, subscription: Subscription) -> bool:
    """Whether the user (None: nobody is logged in) may have this subscription."""
    if subscription.stream == _ALL:
        return True
    if user is None:
        return subscription.name == MY_MESSAGES
    subject = subscription.name.partition("/")[0]
    if subscription.stream == NOTIFY_USER:
        return subject == user.id
    if subscription.stream == _LOGGED_IN or subscription.name == MY_MESSAGES:
        return True
    room = world.rooms.get(subject)
    return room is not None and world.can_access(room, user)


def arguments_for(
    world: World, user: User | None, subscription: Subscription, event: Event
) -> tuple[JSON, ...] | None:
    """What the event says to this subscription, None when it is not meant."""
    if event.stream != subscription.stream:
        return None
    if event.name == subscription.name:
        return event.args
    if subscription.name != MY_MESSAGES or user is None:
        return None
    room = world.rooms.get(event.name)
    if room is None or not world.can_access(room, user):
        return None
    about: JSON = {
        "roomParticipant": user.id in room.members,
        "roomType": room.type,
        "roomName": room.name,
    }
    return (*event.args, about)
