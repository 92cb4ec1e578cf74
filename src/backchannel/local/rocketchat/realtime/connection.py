"""One client at the realtime interface: its frames, its log-in, its subscriptions."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from backchannel.local.rocketchat import credentials
from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.errors import MeteorError, Refusal
from backchannel.local.rocketchat.limits import RateLimit
from backchannel.local.rocketchat.realtime.ejson import date, from_ejson, to_ejson
from backchannel.local.rocketchat.realtime.heartbeat import Heartbeat
from backchannel.local.rocketchat.realtime.methods import METHODS, Payload
from backchannel.local.rocketchat.realtime.refusals import error_of, match_failed
from backchannel.local.rocketchat.realtime.streams import (
    StoppedSubscription,
    Subscription,
    arguments_for,
    may_read,
    read_subscription,
)
from backchannel.local.rocketchat.world import LOGGED_OUT, NOTIFY_ROOM, Event, JSONObject
from backchannel.wire.json import JSON

if TYPE_CHECKING:
    from backchannel.local.websocket import WebSocket

VERSIONS = ("1", "pre2", "pre1")
_TOKEN_SECONDS = 90 * 24 * 60 * 60.0  # how long a log-in is good


@dataclass(frozen=True)
class Timing:
    """When a quiet client is pinged, and how long it may take to answer, in seconds."""

    ping_interval: float = 15.0
    ping_deadline: float = 15.0


class Census(Protocol):
    """Who wants to know which connections are open."""

    def opened(self, socket: Connection) -> None:
        """This one is."""

    def closed(self, socket: Connection) -> None:
        """This one is no more."""


class Connection:
    """A client from the first frame to the last.

    `call` is who asks at first: nobody. Frames leave in the order in which they were made, from
    whichever thread; the echo of a message sent here so leaves before the method's result.
    """

    idle_seconds = math.inf

    def __init__(self, census: Census, call: Call, timing: Timing, *, rate_limit: bool) -> None:
        self.line: WebSocket
        self._census = census
        self._call = call
        self._timing = timing
        self._limits = _Limits(call) if rate_limit else None
        self._loop: asyncio.AbstractEventLoop
        self._heartbeat: Heartbeat | None = None
        self._subscriptions: dict[str, Subscription] = {}
        self._unlisten: Callable[[], None] | None = None

    def opened(self, line: WebSocket) -> None:
        """The handshake is done."""
        self.line = line
        self._census.opened(self)
        self._loop = asyncio.get_running_loop()
        self._send({"server_id": "0"})

    def received(self, message: str | bytes) -> None:
        """A frame came."""
        if self._heartbeat is not None:
            self._heartbeat.heard()
        frame = _parse(message)
        if frame is None:
            self._send({"msg": "error", "reason": "Bad request"})
            return
        with self._call.world.lock:
            self._answer(frame)

    def closed(self) -> None:
        """The connection is gone, and with it the subscriptions."""
        self._census.closed(self)
        if self._heartbeat is not None:
            self._heartbeat.stop()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None

    @property
    def token(self) -> str | None:
        """What the client is logged in with."""
        return self._call.token or None

    def go_silent(self) -> None:
        """Be there and say nothing any more, and ask for nothing either."""
        self.line.silent = True
        if self._heartbeat is not None:
            self._heartbeat.stop()

    def _send(self, frame: JSONObject) -> None:
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        # Half of a surrogate pair can come in through an escape, and cannot go out.
        text = text.encode("utf-8", "replace").decode()
        self._loop.call_soon_threadsafe(self.line.send, text)

    def _close(self) -> None:
        self._loop.call_soon_threadsafe(self.line.close)

    def _answer(self, frame: JSONObject) -> None:
        kind = frame.get("msg")
        if not kind:
            self._complain("Bad request", frame)
        elif self._heartbeat is None:
            if kind == "connect":
                self._connect(frame)
            else:
                self._complain("Must connect first", frame)
        elif kind == "connect":
            self._complain("Already connected", frame)
        elif kind == "ping":
            self._send({"msg": "pong", **({"id": frame["id"]} if frame.get("id") else {})})
        elif kind == "method":
            self._method(frame)
        elif kind == "sub":
            self._subscribe(frame)
        elif kind == "unsub":
            self._unsubscribe(frame)
        elif kind != "pong":
            self._complain("Bad request", frame)

    def _complain(self, reason: str, frame: JSONObject) -> None:
        self._send({"msg": "error", "reason": reason, "offendingMessage": frame})

    def _connect(self, frame: JSONObject) -> None:
        support, version = frame.get("support"), frame.get("version")
        offered = support if isinstance(support, list) else []
        best = next((known for known in VERSIONS if known in offered), VERSIONS[0])
        if version != best or best not in offered:
            self._send({"msg": "failed", "version": best})
            self._close()
            return
        self._heartbeat = Heartbeat(
            self._timing.ping_interval,
            self._timing.ping_deadline,
            ping=lambda: self._send({"msg": "ping"}),
            give_up=self._close,
        )
        self._heartbeat.start()
        self._unlisten = self._call.world.listen(self._happened)
        self._send({"msg": "connected", "session": self._call.world.new_id()})

    # Methods

    def _method(self, frame: JSONObject) -> None:
        method_id, name, params = frame.get("id"), frame.get("method"), frame.get("params", [])
        if (
            not isinstance(method_id, str)
            or not isinstance(name, str)
            or not isinstance(params, list)
        ):
            self._complain("Malformed method invocation", frame)
            return
        updated: JSONObject = {"msg": "updated", "methods": [method_id]}
        result: JSONObject = {"msg": "result", "id": method_id}
        try:
            if self._limits is not None:
                self._limits.count(name, self._call)
            payload = self._invoke(name, [from_ejson(value) for value in params])
        except _UnknownMethod as unknown:
            # Only here the result goes first.
            self._send({**result, "error": error_of(unknown, name)})
            self._send(updated)
            return
        except Refusal as refusal:
            payload = {"error": error_of(refusal, name)}
        self._send(updated)
        self._send({**result, **payload})

    def _invoke(self, name: str, params: Sequence[JSON]) -> Payload:
        if name == "login":
            return self._log_in(params[0] if params else None)
        if name == "logout":
            return self._log_out()
        if name == NOTIFY_ROOM:
            return self._notify_room(params)
        method = METHODS.get(name)
        if method is None:
            raise _UnknownMethod(404, f"Method '{name}' not found")
        return method(self._call, params)

    def _log_in(self, given: JSON) -> Payload:
        if not isinstance(given, dict):
            raise match_failed()
        login = credentials.log_in(self._call.world, given)
        self._call = replace(self._call, user=login.user, token=login.token)
        self._run_again()
        result: JSONObject = {
            "id": login.user.id,
            "token": login.token,
            "tokenExpires": date(self._call.world.time() + _TOKEN_SECONDS),
            "type": login.kind,
        }
        return {"result": result}

    def _log_out(self) -> Payload:
        user, token = self._call.user, self._call.token
        self._call = replace(self._call, user=None, token="")
        if user is not None:
            self._call.world.revoke(user, token)
        self._run_again()
        return {}

    def _notify_room(self, params: Sequence[JSON]) -> Payload:
        """Tell the others in a room, as of typing; a name that is not the caller's is ignored."""
        if len(params) < 2 or not isinstance(params[0], str):
            raise match_failed()
        user = self._call.user
        subscription = Subscription("", NOTIFY_ROOM, params[0], use_collection=False)
        if (
            user is not None
            and params[1] in (user.username, user.name)
            and may_read(self._call.world, user, subscription)
        ):
            self._call.world.publish(NOTIFY_ROOM, params[0], *params[1:], origin=self)
        return {}

    # Subscriptions

    def _subscribe(self, frame: JSONObject) -> None:
        sub_id, name, params = frame.get("id"), frame.get("name"), frame.get("params", [])
        if not isinstance(sub_id, str) or not isinstance(name, str) or not isinstance(params, list):
            self._complain("Malformed subscription", frame)
            return
        if sub_id in self._subscriptions:
            return  # as the server: no answer at all
        try:
            if self._limits is not None:
                self._limits.count(name, self._call)
            subscription = read_subscription(sub_id, name, params)
            self._start(subscription)
        except StoppedSubscription:
            self._send({"msg": "nosub", "id": sub_id})
            return
        except Refusal as refusal:
            self._send({"msg": "nosub", "id": sub_id, "error": error_of(refusal, name)})
            return
        if subscription.use_collection:
            fields: JSONObject = {"eventName": subscription.name}
            added: JSONObject = {"msg": "added", "collection": subscription.stream, "id": "id"}
            self._send({**added, "fields": fields})
        self._send({"msg": "ready", "subs": [sub_id]})

    def _start(self, subscription: Subscription) -> None:
        if not may_read(self._call.world, self._call.user, subscription):
            raise StoppedSubscription
        self._subscriptions[subscription.id] = subscription

    def _run_again(self) -> None:
        """Ask again, as another user, whether each subscription is allowed."""
        before = list(self._subscriptions.values())
        self._subscriptions.clear()
        for subscription in before:
            try:
                self._start(subscription)
            except StoppedSubscription:
                self._send({"msg": "nosub", "id": subscription.id})
        if self._subscriptions:
            self._send({"msg": "ready", "subs": [*self._subscriptions]})

    def _unsubscribe(self, frame: JSONObject) -> None:
        sub_id = frame.get("id")
        if isinstance(sub_id, str):
            self._subscriptions.pop(sub_id, None)
        self._send({"msg": "nosub", "id": sub_id})

    def _happened(self, event: Event) -> None:
        """Send the event once for each subscription that it concerns."""
        if event.origin is self:
            return
        if event.stream == LOGGED_OUT and event.name == self._call.token:
            self._close()
        for subscription in self._subscriptions.values():
            args = arguments_for(self._call.world, self._call.user, subscription, event)
            if args is not None:
                fields: JSONObject = {"eventName": subscription.name, "args": to_ejson([*args])}
                changed: JSONObject = {"msg": "changed", "collection": event.stream, "id": "id"}
                self._send({**changed, "fields": fields})


class _UnknownMethod(MeteorError):
    pass


class _Limits:
    """How often a connection may call: 10 times in 10 seconds each, streams 4 times that.

    Messages are sent at most 5 times a second without a permission for more.
    """

    def __init__(self, call: Call) -> None:
        clock = call.world.clock
        self._calls = RateLimit(clock, calls=10, seconds=10.0)
        self._streams = RateLimit(clock, calls=40, seconds=10.0)
        self._messages = RateLimit(clock, calls=5, seconds=1.0)

    def count(self, name: str, call: Call) -> None:
        """Count a call. Raises TooManyRequests."""
        limits = [self._streams if name.startswith("stream-") else self._calls]
        if name == "sendMessage":
            allowed = call.user is not None and call.user.may("send-many-messages")
            limits = [] if allowed else [self._messages]
        for limit in limits:
            _, refusal = limit.count("method", name, "")
            if refusal is not None:
                raise refusal


def _parse(message: str | bytes) -> JSONObject | None:
    """The object in a frame, None when it is anything else."""
    try:
        frame: JSON = json.loads(message)
    except ValueError:
        return None
    return frame if isinstance(frame, dict) else None
