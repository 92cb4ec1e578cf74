"""A Phoenix channel with Absinthe's subscriptions, on gql's transport. Loaded on first use.

gql opens, joins, sends and closes. Reading is ours: its own raises for a push that comes before
the reply with its subscription's id, keeps results in queues without bound, and decodes them twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from gql import GraphQLRequest
from gql.transport.exceptions import (
    TransportClosed,
    TransportError,
    TransportQueryError,
)
from gql.transport.phoenix_channel_websockets import PhoenixChannelWebsocketsTransport

from backchannel.errors import (
    BackchannelError,
    ConnectionLost,
    RefusedError,
    TransportTimeout,
)
from backchannel.graphql.frames import (
    ENDS,
    PUSH,
    REPLY,
    Frame,
    Payload,
    Result,
    decode_answer,
    decode_frame,
    decode_refusal,
    encode_frame,
)
from backchannel.graphql.handshake import Adapter
from backchannel.graphql.socket import Socket
from backchannel.live.handshake import COURTESY, opening_failed, timed_out
from backchannel.live.silence import Watch

MOST_EARLY: Final = 1_000
"""Pushes kept for subscriptions whose reply has not come yet."""


class Listener(Protocol):
    """Who gets the pushes of a subscription."""

    @property
    def request(self) -> GraphQLRequest:
        """The document and its variables."""
        ...

    @property
    def full(self) -> bool:
        """Whether there is no room for a push."""
        ...

    async def room(self) -> None:
        """Wait for room. Nothing is read from the socket meanwhile."""
        ...

    def push(self, result: Result) -> None:
        """Take a push."""
        ...

    def subscribed(self, at: float) -> None:
        """The server pushes from here on."""
        ...

    def lost(self, at: float) -> None:
        """The server pushes no more; the last frame came at this time."""
        ...


class Channel(PhoenixChannelWebsocketsTransport):
    """One socket, and the control channel on it.

    Args:
        socket: where, and how long to wait.
        address: the URL with its credential.
        monotonic: the clock, in seconds.
        ended: called when the channel or the socket ends by itself.

    Attributes:
        failure: why it did, or None.
        alive: whether the socket is open, so that the channel can be joined again.
    """

    # gql says only that they are futures.
    receive_data_task: asyncio.Future[None] | None
    heartbeat_task: asyncio.Future[None] | None

    def __init__(
        self,
        socket: Socket,
        address: str,
        monotonic: Callable[[], float],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(
            url=address,
            heartbeat_interval=socket.timing.heartbeat,
            ack_timeout=socket.timing.timeout,
            connect_timeout=None,
            close_timeout=None,
        )
        self.adapter = self._wire = Adapter(socket, address)
        self.failure: BackchannelError | None = None
        self.alive = False
        self._socket = socket
        self._monotonic = monotonic
        self._ended = ended
        self._join_ref = 0
        self._replies: dict[int, tuple[asyncio.Future[Payload], Listener | None]] = {}
        self._routes: dict[str | None, Listener] = {}
        self._early: list[Frame] = []
        self._last_frame = monotonic()
        self._silence = Watch()
        self._watch: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and join.

        Raises:
            ConnectError: no connection. TransportTimeout: no answer in time.
            AuthenticationError: the credential was refused (403).
            RedirectRefused, RateLimited, ServerFailure, RefusedError: other answers than a socket.
            ConnectionLost: the socket ended while it was joined.
        """
        try:
            await self.connect()
        except (TransportError, TimeoutError, RecursionError) as error:
            problem = error
        else:
            self.alive = True
            self._watch = asyncio.create_task(self._watch_silence())
            return
        # Out of the handler, so that no context keeps an error that knows the URL.
        raise self._opening_failed(problem)

    async def join(self) -> None:
        """Join again, after the server ended the channel but not the socket.

        Raises:
            ConnectionLost, TransportTimeout: it did not come to that.
            RefusedError: the server refused.
        """
        self.failure = None
        self._join_ref = self._next_ref()
        reply = self._expect(self._join_ref)
        try:
            await self._send_frame("phx_join", {}, self._join_ref)
            payload = await self._answered(reply)
        finally:
            self._replies.pop(self._join_ref, None)
        if payload.status != "ok":
            raise self._refused_to_join(bytes(payload.response).decode())

    async def add(self, listener: Listener) -> None:
        """Subscribe. From the reply on, before this returns, pushes go to the listener.

        Raises:
            GraphQLError: the document was refused.
            ConnectionLost, TransportTimeout: it did not come to that.
        """
        # `_send_query` takes this number before it waits for anything.
        ref = self.next_query_id
        reply = self._expect(ref, listener)
        try:
            await self._deliver(self._send_query(listener.request))
            payload = await self._answered(reply)
        finally:
            self._replies.pop(ref, None)
            self._early.clear()
        if listener not in self._routes.values():
            raise decode_refusal(payload)

    async def remove(self, listener: Listener) -> None:
        """Ask the server to push no more to the listener; what still comes is not passed on.

        Raises:
            ConnectionLost: it did not come to that.
        """
        for subscription_id, known in list(self._routes.items()):
            if known is listener:
                del self._routes[subscription_id]
                payload = {"subscriptionId": subscription_id}
                await self._send_frame("unsubscribe", payload, self._next_ref())

    def has(self, listener: Listener) -> bool:
        """Whether pushes go to the listener."""
        return listener in self._routes.values()

    async def shut(self) -> None:
        """Close the socket: politely if it is alive, and at any rate within two seconds."""
        own = (self.receive_data_task, self.heartbeat_task, self._watch)
        tasks = [task for task in own if task is not None]
        for task in tasks:
            task.cancel()
        try:
            if tasks:
                await asyncio.wait(tasks)
            async with asyncio.timeout(COURTESY):
                if self.alive:
                    await self.close()
        except TimeoutError:
            # Then without a word.
            pass
        finally:
            self.alive = False
            self._wire.abort()
            await self._fail(TransportClosed(), clean_close=False)
            await self.wait_closed()
            await self.adapter.close()

    async def _initialize(self) -> None:
        self._join_ref = self.next_query_id
        await super()._initialize()

    async def _receive_data_loop(self) -> None:
        try:
            while True:
                self._silence.reading = True
                text = await self._wire.next_frame()
                self._silence.reading = False
                self._silence.heard += 1
                at = self._monotonic()
                frame = decode_frame(text)
                listener = self._routes.get(frame.payload.subscription_id)
                if listener is None or frame.event != PUSH:
                    await self._take(frame)
                else:
                    if listener.full:
                        await listener.room()
                    listener.push(frame.payload.result)
                # Not before: a frame that is never handed over belongs to what is missed.
                self._last_frame = at
        except TransportError as error:
            self._end(self._loss(f"the socket ended ({error})"), alive=False)
        except ConnectionLost as error:
            self._end(self._loss(str(error)), alive=False)
        except Exception as error:  # noqa: BLE001
            # A mistake of ours must not leave a socket behind that nobody reads.
            self._end(self._loss(f"reading it failed ({error!r})"), alive=False)

    async def _take(self, frame: Frame) -> None:
        """Take a frame that is no push to a known subscription."""
        if frame.event == PUSH:
            # Perhaps for a subscription whose reply comes after it.
            if self._replies:
                if len(self._early) == MOST_EARLY:
                    raise ConnectionLost("too many pushes came before the reply to a subscription")
                self._early.append(frame)
        elif frame.event == REPLY:
            await self._take_reply(frame)
        elif (
            frame.event in ENDS
            and frame.topic == self.channel_name
            # Another number is that of an earlier joining.
            and frame.ref in {None, self._join_ref}
        ):
            self._end(self._loss(f"the server ended the channel ({frame.event})"), alive=True)

    async def _take_reply(self, frame: Frame) -> None:
        if not isinstance(frame.ref, int) or frame.ref not in self._replies:
            # To a heartbeat, or to an unsubscribing.
            return
        reply, listener = self._replies[frame.ref]
        if reply.done():
            return
        reply.set_result(frame.payload)
        answer = decode_answer(frame.payload.response)
        if answer.reason == "unmatched topic":
            self._end(self._loss("the server knows nothing of the channel"), alive=True)
        elif listener is not None and answer.subscription_id is not None:
            self._routes[answer.subscription_id] = listener
            listener.subscribed(self._monotonic())
            # Whoever waits for the reply clears the list, perhaps while a push waits for room.
            for early in tuple(self._early):
                if early.payload.subscription_id == answer.subscription_id:
                    await listener.room()
                    listener.push(early.payload.result)

    def _expect(self, ref: int, listener: Listener | None = None) -> asyncio.Future[Payload]:
        reply: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._replies[ref] = reply, listener
        return reply

    async def _answered(self, reply: asyncio.Future[Payload]) -> Payload:
        """The reply, once it comes. Time in which we do not read does not count."""
        while self.failure is None:
            done, _ = await asyncio.wait([reply], timeout=self._socket.timing.timeout)
            if done:
                break
            if self._silence.reading:
                self._end(timed_out(self._socket.url, self._socket.timing.timeout), alive=False)
        if self.failure is not None:
            raise self.failure
        return reply.result()

    def _next_ref(self) -> int:
        ref: int = self.next_query_id
        self.next_query_id = ref + 1
        return ref

    async def _send_frame(self, event: str, payload: Mapping[str, object], ref: int) -> None:
        await self._deliver(self._send(encode_frame(self.channel_name, event, payload, ref)))

    async def _deliver(self, sending: Awaitable[object]) -> None:
        try:
            await sending
        except TransportError as error:
            failure = self._loss(f"the socket ended ({type(error).__name__})")
        else:
            return
        self._end(failure, alive=False)
        raise failure

    async def _watch_silence(self) -> None:
        """Take the server for dead once no frame has come for the time allowed."""
        await self._silence.silent(self._socket.timing.silence)
        self._end(
            TransportTimeout(
                f"{self._socket.shown}: no frame within {self._socket.timing.silence:g} seconds"
            ),
            alive=False,
        )

    def _end(self, failure: BackchannelError, *, alive: bool) -> None:
        self.alive = self.alive and alive
        if self.failure is None:
            self.failure = failure
        for listener in self._routes.values():
            listener.lost(self._last_frame)
        self._routes.clear()
        self._early.clear()
        for reply, _ in self._replies.values():
            if not reply.done():
                # Whoever waits for it looks at the failure first.
                reply.set_result(Payload())
        self._ended()

    def _opening_failed(self, error: Exception) -> BackchannelError:
        if isinstance(error, TimeoutError):
            return timed_out(self._socket.url, self._socket.timing.timeout)
        if self.adapter.websocket is None:
            return opening_failed(self._socket.url, self._socket.timing.timeout, error.__cause__)
        if isinstance(error, TransportQueryError):
            return self._refused_to_join(str(error))
        return self._loss(f"the socket ended ({type(error).__name__})")

    def _refused_to_join(self, said: str) -> RefusedError:
        return RefusedError(f"{self._socket.shown}: joining the channel was refused: {said}")

    def _loss(self, why: str) -> ConnectionLost:
        return ConnectionLost(f"{self._socket.shown}: {why}")
