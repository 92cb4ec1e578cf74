"""The subscriptions of one connection: begun, asked again for another user, ended, told."""

from __future__ import annotations

from collections.abc import Callable

from backchannel.local.rocketchat.realtime.ejson import to_ejson
from backchannel.local.rocketchat.realtime.streams import (
    StoppedSubscription,
    Subscription,
    arguments_for,
    may_read,
)
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import Event, JSONObject, World


class Subscriptions:
    """What a client has subscribed to, by its own ids; frames for it go to `send`."""

    def __init__(self, world: World, send: Callable[[JSONObject], None]) -> None:
        self._world = world
        self._send = send
        self._user: User | None = None
        self._active: dict[str, Subscription] = {}

    def __contains__(self, sub_id: str) -> bool:
        """Whether the id is in use."""
        return sub_id in self._active

    def begin(self, subscription: Subscription) -> None:
        """Begin one. Raises StoppedSubscription when the user may not read it."""
        self._start(subscription)
        if subscription.use_collection:
            fields: JSONObject = {"eventName": subscription.name}
            added: JSONObject = {"msg": "added", "collection": subscription.stream, "id": "id"}
            self._send({**added, "fields": fields})
        self._send({"msg": "ready", "subs": [subscription.id]})

    def run_again(self, user: User | None) -> None:
        """Ask again, as this user, whether each is allowed; tell which are, and which end."""
        self._user = user
        before = list(self._active.values())
        self._active.clear()
        for subscription in before:
            try:
                self._start(subscription)
            except StoppedSubscription:
                self._send({"msg": "nosub", "id": subscription.id})
        if self._active:
            self._send({"msg": "ready", "subs": [*self._active]})

    def end(self, sub_id: str) -> None:
        """End one; nothing when there is none of this id."""
        self._active.pop(sub_id, None)

    def tell(self, event: Event) -> None:
        """Send the event once for each subscription that it concerns."""
        for subscription in self._active.values():
            args = arguments_for(self._world, self._user, subscription, event)
            if args is not None:
                fields: JSONObject = {"eventName": subscription.name, "args": to_ejson([*args])}
                changed: JSONObject = {"msg": "changed", "collection": event.stream, "id": "id"}
                self._send({**changed, "fields": fields})

    def _start(self, subscription: Subscription) -> None:
        if not may_read(self._world, self._user, subscription):
            raise StoppedSubscription
        self._active[subscription.id] = subscription
