"""One websocket with DDP on it: logged in, with subscriptions, until it ends.

It loads websockets, so it is loaded on first use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from backchannel.errors import ConnectionLost, RefusedError, TransportTimeout
from backchannel.live.handshake import (
    COURTESY,
    Connection,
    Redirected,
    opening_failed,
    timed_out,
)
from backchannel.live.silence import Watch
from backchannel.rocketchat.credentials import Token
from backchannel.rocketchat.realtime.frames import (
    Frame,
    connect_frame,
    login_error,
    method_frame,
    ping_frame,
    pong_frame,
    read_frame,
    read_said,
    sub_frame,
    subscription_error,
)
from backchannel.rocketchat.realtime.inbox import Inbox
from backchannel.rocketchat.realtime.timing import ListeningTiming
from backchannel.transport.masking import frameless_logger
from backchannel.wire.json import JSON
from backchannel.wire.rules import MEBIBYTE

T = TypeVar("T")

LARGEST_FRAME: Final = 16 * MEBIBYTE

_CONNECT: Final = "connect"


class Socket:
    """A DDP connection. Ids of methods and subscriptions are never used twice on it.

    Args:
        url: the server's base URL.
        timing: how long to wait.

    Attributes:
        failure: why it ended, or None.
        ended: set when it does.
        inbox: what the server pushed.
    """

    def __init__(self, url: str, timing: ListeningTiming) -> None:
        self.url = socket_url(url)
        self.failure: Exception | None = None
        self.ended = asyncio.Event()
        self.inbox = Inbox()
        self._timing = timing
        self._websocket: ClientConnection
        self._tasks: list[asyncio.Task[None]] = []
        self._watch = Watch()
        self._ids = 0
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._subscriptions: dict[str, tuple[str, str]] = {}

    async def open(self) -> None:
        """Open the websocket and begin the protocol.

        Raises:
            ConnectError, TransportTimeout: no connection, or no answer in time.
            RefusedError, RedirectRefused: an answer that is no socket, or another protocol.
            RateLimited, ServerFailure: the server, or what stands before it, may do so later.
            ConnectionLost: the socket ended meanwhile.
        """
        try:
            self._websocket = await connect(
                self.url,
                create_connection=Connection,
                # One frame holds the token.
                logger=frameless_logger("backchannel.socket.ddp"),
                open_timeout=self._timing.timeout,
                close_timeout=COURTESY,
                proxy=None,
                # DDP has pings of its own.
                ping_interval=None,
                # Nothing that the server sends can grow in memory.
                compression=None,
                max_size=LARGEST_FRAME,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage, Redirected) as error:
            failure = opening_failed(self.url, self._timing.timeout, error)
        else:
            works = (self._read(), self._beat(), self._listen())
            self._tasks = [asyncio.create_task(self._guard(work)) for work in works]
            await self._begin()
            return
        raise failure

    async def log_in(self, token: Token) -> None:
        """Say who we are.

        Raises:
            LoginRefused: the token is not good.
            BackchannelError: it did not come to that.
        """
        frame_id = self._next_id()
        params: JSON = {"resume": token.auth_token.reveal()}
        answer = await self._ask(frame_id, method_frame(frame_id, "login", [params]))
        if answer.refused:
            raise login_error(answer)

    async def subscribe(self, stream: str, event: str) -> None:
        """Have the server push what happens, from here on.

        Raises:
            RateLimited: so many were made that the server wants a pause.
            NotPermitted, EndpointNotFound, ApiError: it was refused.
            ConnectionLost, TransportTimeout: it did not come to that.
        """
        frame_id = self._next_id()
        # Known before it is answered: the server may end it in the same breath.
        self._subscriptions[frame_id] = stream, event
        answer = await self._ask(frame_id, sub_frame(frame_id, stream, event))
        if answer.msg == "nosub":
            raise subscription_error(stream, event, answer)

    async def fence(self) -> None:
        """Wait until all that the server pushed before now has come."""
        frame_id = self._next_id()
        await self._ask(frame_id, ping_frame(frame_id))

    async def while_open(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something that has a meaning only as long as the socket is open.

        Raises:
            BackchannelError: the socket ended, or the work did so.
        """
        doing = asyncio.ensure_future(work)
        ending = asyncio.ensure_future(self.ended.wait())
        try:
            await asyncio.wait([doing, ending], return_when=asyncio.FIRST_COMPLETED)
        finally:
            left = [task for task in (doing, ending) if not task.done()]
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left)
        if not doing.cancelled():
            return doing.result()
        assert self.failure is not None, "nothing else cancels it"
        raise self.failure

    async def close(self) -> None:
        """Close: politely if the socket is open, and at any rate within two seconds."""
        alive = self.failure is None
        self._end(ConnectionLost(f"{self.url}: closed"))
        for task in self._tasks:
            task.cancel()
        try:
            if self._tasks:
                await asyncio.wait(self._tasks)
            if alive and self._tasks:
                async with asyncio.timeout(COURTESY):
                    await self._websocket.close()
        except TimeoutError:
            pass  # then without a word
        finally:
            if self._tasks:
                self._websocket.transport.abort()
                await self._websocket.wait_closed()

    async def _begin(self) -> None:
        answer = await self._ask(_CONNECT, connect_frame())
        if answer.msg == "failed":
            raise RefusedError(f"{self.url}: the server speaks no version 1 of DDP")

    async def _ask(self, frame_id: str, text: bytes) -> Frame:
        """Send a frame, and wait for what answers it. Time in which nobody reads does not count."""
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._answers[frame_id] = answer
        try:
            await self._send(text)
            while not (await asyncio.wait([answer], timeout=self._timing.timeout))[0]:
                if self._watch.reading:
                    self._end(timed_out(self.url, self._timing.timeout))
        finally:
            self._answers.pop(frame_id, None)
        if answer.cancelled():
            assert self.failure is not None, "nothing else cancels it"
            raise self.failure
        return answer.result()

    async def _send(self, text: bytes) -> None:
        try:
            await self._websocket.send(text, text=True)
        except ConnectionClosed as error:
            self._end(self._loss(error))
        if self.failure is not None:
            raise self.failure

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what goes on as long as the socket; its failure is the end of the socket."""
        try:
            await work
        except ConnectionClosed as error:
            self._end(self._loss(error))
        except ConnectionLost as error:
            self._end(ConnectionLost(f"{self.url}: {error}"))
        except Exception as error:  # noqa: BLE001
            # A mistake of ours, too: whoever waits for a push has to see it.
            self._end(error)

    async def _read(self) -> None:
        while self.failure is None:
            self._watch.reading = True
            text = await self._websocket.recv(decode=False)
            self._watch.reading = False
            self._watch.heard += 1
            await self._take(read_frame(text))

    async def _take(self, frame: Frame) -> None:
        if frame.msg == "changed":
            await self._take_push(frame)
        elif frame.msg == "ping":
            await self._send(pong_frame(frame.id))
        elif frame.msg == "ready":
            for frame_id in frame.subs:
                self._answer(frame_id, frame)
        elif frame.msg in {"connected", "failed"}:
            self._answer(_CONNECT, frame)
        elif frame.msg == "nosub":
            self._take_nosub(frame)
        elif frame.msg in {"result", "pong"}:
            self._answer(frame.id or "", frame)
        elif frame.msg == "error":
            # What it complains of comes with it, and may hold the token.
            raise ConnectionLost(f"the server complains of our frame: {frame.reason}")

    async def _take_push(self, frame: Frame) -> None:
        said = read_said(frame)
        if said is None:
            return
        if self.inbox.full:
            if not all(answer.done() for answer in self._answers.values()):
                raise ConnectionLost("too many pushes came before the answer to a question")
            await self.inbox.room()
        self.inbox.put(frame.collection, said)

    def _take_nosub(self, frame: Frame) -> None:
        frame_id = frame.id or ""
        ended = self._subscriptions.pop(frame_id, None)
        if not self._answer(frame_id, frame) and ended is not None:
            self.inbox.fail(subscription_error(*ended, frame))

    def _answer(self, frame_id: str, frame: Frame) -> bool:
        """Take an answer. Returns whether anybody waits for it."""
        answer = self._answers.get(frame_id)
        if answer is None or answer.done():
            return False
        answer.set_result(frame)
        return True

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._timing.heartbeat)
            await self._send(ping_frame(self._next_id()))

    async def _listen(self) -> None:
        await self._watch.silent(self._timing.silence)
        silence = self._timing.silence
        self._end(TransportTimeout(f"{self.url}: no frame within {silence:g} seconds"))
        self._websocket.transport.abort()

    def _end(self, failure: Exception) -> None:
        if self.failure is None:
            self.failure = failure
            self.inbox.end(failure)
        self.ended.set()
        for answer in self._answers.values():
            answer.cancel()

    def _loss(self, error: ConnectionClosed) -> ConnectionLost:
        return ConnectionLost(f"{self.url}: the socket ended ({error})")

    def _next_id(self) -> str:
        self._ids += 1
        return str(self._ids)


def socket_url(url: str) -> str:
    """Where the socket of a server is.

    Args:
        url: the server's base URL, http or https.
    """
    scheme, _, rest = url.partition(":")
    return f"{'wss' if scheme.lower() == 'https' else 'ws'}:{rest}/websocket"


__all__ = ["Socket", "socket_url"]
