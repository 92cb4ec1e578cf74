"""A platform of one's own: a noticeboard in memory, which a `Chat` serves like any other.

chat = Chat(backends={"board": BoardClient(Board(["lobby"]), "ann")})
chat.send("board:lobby", "hello")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import ClassVar

from backchannel.action import Action, needed
from backchannel.backend import Backend, Runner
from backchannel.capability import Capabilities, Capability, Refusal, require, wanted
from backchannel.client import AsyncClient, BlockingClient
from backchannel.errors import InvalidInput, NotFound, Outcome
from backchannel.event import Event, Posted
from backchannel.flow import Flow, Item, Stream, call
from backchannel.message import Address, Author, Draft, Message, Receipt, Room
from backchannel.text import Markup, TextLimit, Unit

NAME = "the noticeboard"
LIMIT = TextLimit(500, Unit.CODE_POINTS)
KNOWN = {
    Capability.SEND, Capability.HISTORY, Capability.LISTEN, Capability.ROOMS, Capability.ME
}  # fmt: skip
REFUSALS = {
    capability: Refusal("is unknown there", "say it in a message")
    for capability in Capability
    if capability not in KNOWN
}


class Board:
    """What a server would know: notices by room, and who wants to hear of them."""

    def __init__(self, rooms: Sequence[str]) -> None:
        self.notices: dict[str, list[tuple[int, str, str, datetime]]] = {room: [] for room in rooms}
        self.listeners: list[Callable[[str, tuple[int, str, str, datetime]], object]] = []

    def pin(self, room: str, user: str, text: str) -> tuple[int, str, str, datetime]:
        """Put up a notice."""
        number = sum(map(len, self.notices.values())) + 1
        notice = (number, user, text, datetime.now(UTC))
        self.notices[room].append(notice)
        for listener in list(self.listeners):
            listener(room, notice)
        return notice


class BoardBackend(Backend):
    """The flows of one user. They ask no server, so they only `call` functions."""

    def __init__(self, board: Board, user: str) -> None:
        self._board = board
        self._user = user

    def capabilities(self, address: Address) -> Flow[Capabilities]:
        yield from self._room(address)
        return Capabilities(
            address=address,
            platform=NAME,
            refusals=REFUSALS,
            text_limit=LIMIT,
            markup=Markup.PLAIN,
        )

    def send(self, address: Address, draft: Draft) -> Flow[Receipt]:
        require(REFUSALS, NAME, *wanted(draft))
        if not 0 < len(draft.text.strip()) <= LIMIT.maximum:
            raise InvalidInput("text", limit=f"1 to {LIMIT}", given=repr(draft.text[:20]))
        room = yield from self._room(address)
        notice = yield from call(lambda: self._board.pin(room.id, self._user, draft.text))
        return Receipt(
            address=address,
            text=draft.text,
            outcome=Outcome.SENT,
            message=_message(room, notice),
        )

    def act(self, address: Address, action: Action) -> Flow[None]:
        yield from self._room(address)
        require(REFUSALS, NAME, needed(action))

    def history(
        self, address: Address, *, limit: int | None, newest_first: bool
    ) -> Stream[Message]:
        room = yield from self._room(address)
        notices = self._board.notices[room.id]
        newest = notices[len(notices) - limit :] if limit is not None else notices[:]
        for notice in reversed(newest) if newest_first else newest:
            yield Item(_message(room, notice))

    def rooms(self, backend: str) -> Stream[Room]:
        names = yield from call(lambda: list(self._board.notices))
        for name in names:
            yield Item(Room(address=Address(backend, name), id=name, name=name))

    def me(self) -> Flow[Author]:
        return (yield from call(lambda: _author(self._user)))

    @asynccontextmanager
    async def listen(
        self, addresses: Sequence[Address], runner: Runner
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        found = [await runner.run(self._room(address)) for address in addresses]
        rooms = {room.id: room for room in found}
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event] = asyncio.Queue()

        def hear(room: str, notice: tuple[int, str, str, datetime]) -> None:
            if room in rooms:
                message = _message(rooms[room], notice)
                event = Posted(room=rooms[room], message=message, own=notice[1] == self._user)
                loop.call_soon_threadsafe(queue.put_nowait, event)

        self._board.listeners.append(hear)
        try:
            yield _endless(queue)
        finally:
            self._board.listeners.remove(hear)

    def _room(self, address: Address) -> Flow[Room]:
        known = yield from call(lambda: address.name in self._board.notices)
        if not known:
            raise NotFound(f"there is no board {address.name!r}")
        return Room(address=address, id=address.name, name=address.name)


class BoardClient(BlockingClient):
    """A user of the board, blocking."""

    platform: ClassVar[str] = "board"

    def __init__(self, board: Board, user: str) -> None:
        super().__init__(repr(user), None, None)
        self.backend = BoardBackend(board, user)


class AsyncBoardClient(AsyncClient):
    """The async twin of `BoardClient`."""

    platform: ClassVar[str] = "board"

    def __init__(self, board: Board, user: str) -> None:
        super().__init__(repr(user), None, None)
        self.backend = BoardBackend(board, user)


def _author(user: str) -> Author:
    return Author(id=user, username=user, display_name=user.title())


def _message(room: Room, notice: tuple[int, str, str, datetime]) -> Message:
    number, user, text, at = notice
    return Message(id=str(number), room=room, author=_author(user), text=text, sent_at=at)


async def _endless(queue: asyncio.Queue[Event]) -> AsyncGenerator[Event]:
    while True:
        yield await queue.get()
