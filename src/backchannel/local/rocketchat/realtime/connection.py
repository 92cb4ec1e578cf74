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
from backchannel.local.rocketchat.realtime.ejson import date, from_ejson
from backchannel.local.rocketchat.realtime.heartbeat import Heartbeat
from backchannel.local.rocketchat.realtime.limits import CallLimits
from backchannel.local.rocketchat.realtime.methods import METHODS, Payload
from backchannel.local.rocketchat.realtime.refusals import error_of, match_failed
from backchannel.local.rocketchat.realtime.streams import (
    StoppedSubscription,
    Subscription,
    may_read,
    read_subscription,
)
from backchannel.local.rocketchat.realtime.subscriptions import Subscriptions
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
        self._limits = CallLimits(call.world.clock) if rate_limit else None
        self._loop: asyncio.AbstractEventLoop
        self._heartbeat: Heartbeat | None = None
        self._subscriptions = Subscriptions(call.world, self._send)
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
        self._subscriptions.run_again(login.user)
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
        self._subscriptions.run_again(None)
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
            self._subscriptions.begin(read_subscription(sub_id, name, params))
        except StoppedSubscription:
            self._send({"msg": "nosub", "id": sub_id})
        except Refusal as refusal:
            self._send({"msg": "nosub", "id": sub_id, "error": error_of(refusal, name)})

    def _unsubscribe(self, frame: JSONObject) -> None:
        sub_id = frame.get("id")
        if isinstance(sub_id, str):
            self._subscriptions.end(sub_id)
        self._send({"msg": "nosub", "id": sub_id})

    def _happened(self, event: Event) -> None:
        if event.origin is self:
            return
        if event.stream == LOGGED_OUT and event.name == self._call.token:
            self._close()
        self._subscriptions.tell(event)


class _UnknownMethod(MeteorError):
    pass


def _parse(message: str | bytes) -> JSONObject | None:
    """The object in a frame, None when it is anything else."""
    try:
        frame: JSON = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None
