"""/api/graph/websocket: who may connect, and what is said over a socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from backchannel.local.glimesh.channel import CONTROL, Channel
from backchannel.local.glimesh.context import Context, Crash
from backchannel.local.glimesh.graph import UnauthorizedError, access_by_client, access_by_token
from backchannel.local.glimesh.http import RaisedError
from backchannel.local.glimesh.phoenix import (
    Message,
    Serializer,
    UndecodableError,
    reply,
    serializer,
)
from backchannel.local.sockets import SocketHub
from backchannel.local.websocket import UNDECODABLE, Refusal, WebSocket

if TYPE_CHECKING:
    import msgspec
    from websockets.http11 import Request

    from backchannel.local.glimesh.context import Access
    from backchannel.local.glimesh.site import Site

SOCKET: Final = "/api/graph/websocket"

_SERVER: Final = {"server": "Cowboy"}
_FORBIDDEN: Final = Refusal(403, headers=_SERVER)
_BAD_REQUEST: Final = Refusal(
    400, b"Bad Request", {**_SERVER, "content-type": "text/html; charset=utf-8"}
)


class PhoenixSocket:
    """One client's socket: heartbeats, and the one topic that can be joined."""

    def __init__(self, hub: Hub, context: Context, form: Serializer, token: str | None) -> None:
        self.idle_seconds = hub.idle_seconds
        self.token = token
        self.line: WebSocket
        self._hub = hub
        self._context = context
        self._form = form
        self._channel: Channel | None = None
        self._held: dict[str, Message] = {}

    def opened(self, line: WebSocket) -> None:
        """The handshake is done."""
        self.line = line
        self._hub.opened(self)

    def closed(self) -> None:
        """The connection is gone, and with it the subscriptions."""
        self._leave()
        self._hub.closed(self)

    def received(self, message: str | bytes) -> None:
        """Answer a frame; one that is no message ends the connection."""
        try:
            if isinstance(message, bytes):
                raise UndecodableError("binary")
            self._answer(self._form.decode(message))
        except UndecodableError:
            self.line.close(UNDECODABLE)

    def go_silent(self) -> None:
        """Be there and say nothing any more; the subscriptions give nothing either."""
        self._leave()
        self.line.silent = True

    def end_channel(self, event: str) -> None:
        """Tell that the channel is gone, by "phx_error" or "phx_close"."""
        if self._channel is not None:
            join_ref = self._channel.join_ref
            self._leave()
            self._send(_ended(event, join_ref))

    def _answer(self, message: Message) -> None:
        ref, topic, event = message.ref, message.topic, message.event
        if (topic, event) == ("phoenix", "heartbeat"):
            self._send(reply(None, ref, topic, "ok", {}))
        elif topic == CONTROL and event == "phx_join":
            self._join(message)
        elif topic == CONTROL and self._channel is not None:
            self._dispatch(message, self._channel)
        elif event == "phx_leave":
            self._send(reply(message.join_ref, ref, topic, "ok", {}))
        else:
            self._send(reply(None, ref, topic, "error", {"reason": "unmatched topic"}))

    def _join(self, message: Message) -> None:
        """Join, and again: the older channel is closed after the reply."""
        former = self._channel
        self._leave()
        self._channel = Channel(message.join_ref, self._context, self._push)
        self._send(reply(message.join_ref, message.ref, CONTROL, "ok", {}))
        if former is not None:
            self._send(_ended("phx_close", former.join_ref))

    def _dispatch(self, message: Message, channel: Channel) -> None:
        """Answer with the join_ref of the join, whichever the message gave."""
        join_ref = channel.join_ref
        if message.event == "phx_leave":
            self._send(reply(join_ref, message.ref, CONTROL, "ok", {}))
            self.end_channel("phx_close")
            return
        try:
            status, response = channel.answer(message)
        except Crash:
            self.end_channel("phx_error")
        else:
            self._send(reply(join_ref, message.ref, CONTROL, status, response))

    def _leave(self) -> None:
        if self._channel is not None:
            self._channel.end()
            self._channel = None
            self._held.clear()

    def _push(self, subscription_id: str, result: msgspec.Raw) -> None:
        """Send what a subscription gives; after the next one when it is to be swapped with it."""
        payload = {"result": result, "subscriptionId": subscription_id}
        message = Message(None, None, subscription_id, "subscription:data", payload)
        if subscription_id not in self._held and self._hub.take_swap():
            self._held[subscription_id] = message
            loop = asyncio.get_running_loop()
            loop.call_later(self._hub.swap_seconds, self._release, message)
            return
        self._send(message)
        if subscription_id in self._held:
            self._release(self._held[subscription_id])

    def _release(self, message: Message) -> None:
        """Send what was held, unless it was sent by now, or nobody waits for it any more."""
        for subscription_id, held in self._held.items():
            if held is message:
                del self._held[subscription_id]
                self._send(message)
                return

    def _send(self, message: Message) -> None:
        self.line.send(self._form.encode(message))


def _ended(event: str, join_ref: object) -> Message:
    """The end of a channel; its ref is the join_ref too."""
    return Message(join_ref, join_ref, CONTROL, event, {})


class Hub(SocketHub[PhoenixSocket]):
    """The open sockets of a site, and how new ones are met. Used in its thread only.

    `swaps` is how many pushes are still to change places with the push that follows on the same
    subscription, which they await for `swap_seconds` at most.
    """

    def __init__(self, site: Site, idle_seconds: float) -> None:
        super().__init__()
        self.idle_seconds = idle_seconds
        self.swaps = 0
        self.swap_seconds = 0.0
        self._site = site

    def accept(self, request: Request) -> PhoenixSocket | Refusal | None:
        """A socket for who is known by the query string; headers are not looked at."""
        target = urlsplit(request.path)
        if target.path != SOCKET:
            return Refusal(404)
        if self.refusals:
            return self.refusals.popleft()
        parameters = dict(parse_qsl(target.query, keep_blank_values=True))
        form = serializer(parameters.get("vsn", "1.0.0"))
        if form is None:
            return _FORBIDDEN
        try:
            access = self._access(parameters)
        except UnauthorizedError:
            return _FORBIDDEN
        except RaisedError as error:
            return _BAD_REQUEST if error.status == 400 else _FORBIDDEN
        context = Context(self._site, access, f"http://{request.headers['host']}")
        return PhoenixSocket(self, context, form, parameters.get("token"))

    def _access(self, parameters: dict[str, str]) -> Access:
        if "client_id" in parameters:
            return access_by_client(parameters["client_id"], self._site.world)
        token = parameters.get("token", "")
        return access_by_token(token, self._site.world, self._site.clock())

    def take_swap(self) -> bool:
        """Whether a push is to be held back, counted."""
        if not self.swaps:
            return False
        self.swaps -= 1
        return True
