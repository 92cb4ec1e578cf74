"""A backend under test, blocking or async, called in one blocking way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Protocol, Self, TypeVar, cast

import msgspec

from backchannel.action import Moderation
from backchannel.backend import AsyncPlatform, Platform
from backchannel.capability import Capabilities
from backchannel.chat.asynchronous import AsyncChat
from backchannel.chat.blocking import Chat
from backchannel.drive import Driver
from backchannel.event import Event, Interrupted, Resumed
from backchannel.message import Address, Author, Draft, Message, Receipt, Room

__all__ = ["Bench", "Subject"]

T = TypeVar("T")


class Client(Platform, Protocol):
    """A blocking client that can be closed."""

    def close(self) -> None:
        """Close its connections."""
        ...


class AsyncClient(AsyncPlatform, Protocol):
    """The async twin of `Client`."""

    async def close(self) -> None:
        """Close its connections."""
        ...


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A client with the backend under test, and where it may write.

    Attributes:
        client: the client, blocking or async; the bench closes it, in the loop that used it.
        room: the address of a room in which the client's user may do all that it allows.
        unknown: the address of a room that there is not.
        other: the name of somebody else who is in the room.
        says: has that somebody write a text there.
        patience: seconds to wait for an event.
    """

    client: Client | AsyncClient
    room: str
    unknown: str
    other: str
    says: Callable[[str], object]
    patience: float = 30.0


class Bench:
    """A dispatcher over the subject, as blocking calls. A context manager.

    Args:
        subject: what is tested.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.name = Address.parse(subject.room).backend
        self._stack = ExitStack()
        client = subject.client
        if isinstance(client.driver, Driver):
            blocking = cast("Platform", client)
            self.chat: Chat | AsyncChat = Chat(backends={self.name: blocking})
        else:
            self.chat = AsyncChat(backends={self.name: cast("AsyncPlatform", client)})
        self._runner = self._stack.enter_context(asyncio.Runner())
        self._threads = self._stack.enter_context(ThreadPoolExecutor(1, "bench"))
        self._stack.callback(self._close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def room(self) -> str:
        """The address of the room."""
        return self.subject.room

    def capabilities(self, address: str | None = None) -> Capabilities:
        """What the room allows."""
        return self._done(self.chat.capabilities(address or self.room))

    def send(self, draft: str | Draft, address: str | None = None) -> Receipt:
        """Send to the room."""
        message = Draft(text=draft) if isinstance(draft, str) else draft
        return self._done(
            self.chat.send(
                address or self.room,
                message.text,
                thread=message.thread_id,
                reply_to=message.reply_to,
                attachments=message.attachments,
                alias=message.alias,
                idempotency_key=message.idempotency_key,
            )
        )

    def send_many(self, messages: list[tuple[str | Address, str | Draft]]) -> list[Receipt]:
        """Send several messages."""
        return self._done(self.chat.send_many(messages))

    def history(
        self,
        address: str | None = None,
        *,
        limit: int | None = 100,
        newest_first: bool = True,
    ) -> list[Message]:
        """Messages of the room."""
        found = self.chat.history(address or self.room, limit=limit, newest_first=newest_first)
        return self._listed(found)

    def edit(self, message: Message, text: str) -> Message | None:
        """Edit a message of the room."""
        return self._done(self.chat.edit(self.room, message, text))

    def delete(self, message: Message) -> None:
        """Delete a message of the room."""
        self._done(self.chat.delete(self.room, message))

    def react(self, message: Message, emoji: str, *, remove: bool = False) -> None:
        """React to a message of the room."""
        self._done(self.chat.react(self.room, message, emoji, remove=remove))

    def moderate(self, action: Moderation) -> None:
        """Moderate in the room."""
        self._done(self.chat.moderate(self.room, action))

    def rooms(self) -> list[Room]:
        """The rooms there are."""
        return self._listed(self.chat.rooms(self.name))

    def me(self) -> Author:
        """Who the user is."""
        return self._done(self.chat.me(self.name))

    @contextmanager
    def listening(self) -> Generator[Callable[[], Event]]:
        """Listen to the room; gives what waits for the next event about messages."""
        if isinstance(self.chat, Chat):
            with self.chat.listen(self.room) as heard:
                yield lambda: self._next(heard.__next__)
            return
        events = self.chat.listen(self.room)
        self._runner.run(self._waited(events.__aenter__()))
        try:
            yield lambda: self._next(lambda: self._runner.run(self._waited(anext(events))))
        finally:
            self._runner.run(self._waited(events.aclose()))

    def _close(self) -> None:
        closing = self.subject.client.close()
        if closing is not None:
            self._runner.run(closing)

    def _next(self, step: Callable[[], Event]) -> Event:
        while True:
            try:
                event = self._within(step)
            except TimeoutError:
                raise AssertionError(
                    f"an event was to come within {self.subject.patience:g} seconds"
                ) from None
            if not isinstance(event, Interrupted | Resumed):
                return event

    def _within(self, step: Callable[[], Event]) -> Event:
        if isinstance(self.chat, AsyncChat):
            return step()
        return self._threads.submit(step).result(self.subject.patience)

    def _done(self, result: T | Awaitable[T]) -> T:
        if isinstance(result, Awaitable):
            return self._runner.run(self._waited(cast("Awaitable[T]", result)))
        return result

    async def _waited(self, awaitable: Awaitable[T]) -> T:
        async with asyncio.timeout(self.subject.patience):
            return await awaitable

    def _listed(self, items: Iterator[T] | AsyncIterator[T]) -> list[T]:
        if isinstance(items, Iterator):
            return list(items)
        return self._done(_collected(items))


async def _collected(items: AsyncIterator[T]) -> list[T]:
    return [item async for item in items]
