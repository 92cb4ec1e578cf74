"""The dispatcher, blocking: from an address to the backend that serves it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from backchannel.action import Delete, Edit, Moderation, React
from backchannel.chat.directory import Directory
from backchannel.chat.many import Batch, batches, in_order
from backchannel.chat.parts import in_parts
from backchannel.drive import Driver
from backchannel.message import Address, Author, Draft, Message, Receipt, Room, id_of, thread_of
from backchannel.text.splitting import MAX_PARTS
from backchannel.wire.checks import check_limit

if TYPE_CHECKING:
    from backchannel.backend import Platform
    from backchannel.capability import Capabilities
    from backchannel.chat.listening import Listening
    from backchannel.glimesh.client import Glimesh
    from backchannel.rocketchat.attachments import Attachment
    from backchannel.rocketchat.client import RocketChat
    from backchannel.text.markup import Markup

__all__ = ["Chat"]

MOST_THREADS: Final = 8
"""Rooms to which `send_many` and `broadcast` send at the same time."""


class Chat:
    """One vocabulary over several platforms, blocking. Threads may share it.

    It owns no connection: close the clients it was given.

    Args:
        glimesh: the client for `glimesh:…` addresses, or None.
        rocketchat: the client for `rocketchat:…` addresses, or None.
        backends: further clients by the names that their addresses begin with: other servers
            (`rocketchat+work`), or an application's own platforms (see `backchannel.backend`).

    Raises:
        ConfigurationError: no client at all, one of another platform or kind, or a name that
            cannot begin an address.
    """

    def __init__(
        self,
        *,
        glimesh: Glimesh | None = None,
        rocketchat: RocketChat | None = None,
        backends: Mapping[str, Platform] | None = None,
    ) -> None:
        given: dict[str, Platform | None] = {"glimesh": glimesh, "rocketchat": rocketchat}
        self._directory: Directory[Platform] = Directory(given, backends, Driver)

    def capabilities(self, address: str | Address) -> Capabilities:
        """Tell what a room allows, by platform, credential and the server's age.

        Args:
            address: the room.

        Raises:
            BackchannelError: a bad address, an unknown room, or a failure while asking.
        """
        at, platform = self._directory.find(address)
        return platform.driver.run(platform.backend.capabilities(at))

    def send(
        self,
        address: str | Address,
        text: str,
        *,
        thread: Message | str | None = None,
        reply_to: Message | str | None = None,
        attachments: Sequence[Attachment] = (),
        alias: str | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Send a message to a room.

        Args:
            address: `glimesh:<streamer>`, `rocketchat:<room>`, or `…:id=<id>`.
            text: what to say, as plain text of the platform.
            thread: answer in the thread of this message, or of the one with this id.
            reply_to: quote this message, or the one with this id.
            attachments: boxes below the text.
            alias: a name to show instead of the user's.
            idempotency_key: that of an earlier receipt, to send the same message again without
                doubling it: what was stored first stays, whatever the text.

        Returns:
            What became of it: sent, not sent, or unknown.

        Raises:
            Unsupported: the platform has none of this; it tells what would work.
            BackchannelError: only before anything was sent: a bad address, a text that the
                platform would refuse, an unknown room, or a failure while looking it up.
        """
        at, platform = self._directory.find(address)
        draft = Draft(
            text=text,
            thread_id=None if thread is None else thread_of(thread),
            reply_to=None if reply_to is None else id_of(reply_to),
            attachments=attachments,
            alias=alias,
            idempotency_key=idempotency_key,
        )
        return platform.driver.run(platform.backend.send(at, draft))

    def send_long(
        self,
        address: str | Address,
        text: str,
        *,
        markup: Markup | None = None,
        max_parts: int = MAX_PARTS,
        thread: Message | str | None = None,
        reply_to: Message | str | None = None,
        alias: str | None = None,
    ) -> list[Receipt]:
        """Send a text of any length, as several messages where one does not hold it.

        It is cut at the ends of lines, sentences or words, and never inside of a URL, an emote or
        code (see `backchannel.text.split_text`). After a part that was not sent, or of which nobody
        knows, no other is sent.

        Args:
            address: `glimesh:<streamer>`, `rocketchat:<room>`, or `…:id=<id>`.
            text: what to say.
            markup: what the text is written in, to be translated for the room (see
                `backchannel.text.translate`); None if it is the platform's own.
            max_parts: messages at most.
            thread: answer in the thread of this message, or of the one with this id.
            reply_to: quote this message, or the one with this id, in the first part.
            alias: a name to show instead of the user's.

        Returns:
            What became of each part, in their order: joined, their texts are the text.

        Raises:
            InvalidInput: the text is blank, or needs more parts.
            BackchannelError: only before anything was sent, as with `send`.
        """
        at, platform = self._directory.find(address)
        draft = Draft(
            text=text,
            thread_id=None if thread is None else thread_of(thread),
            reply_to=None if reply_to is None else id_of(reply_to),
            alias=alias,
        )
        flow = in_parts(platform.backend, at, draft, markup=markup, max_parts=max_parts)
        return platform.driver.run(flow)

    def send_many(self, messages: Iterable[tuple[str | Address, str | Draft]]) -> list[Receipt]:
        """Send several messages: to different rooms side by side, to each room in their order.

        Args:
            messages: each an address and what to send there.

        Returns:
            A receipt for each, in the same order: of those that failed, too.

        Raises:
            AddressError: an address is none; nothing was sent.
        """
        todo = batches(self._directory, messages)
        if not todo:
            return []
        # Costs as much to load as half of this package.
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(len(todo), MOST_THREADS), "sending") as threads:
            return in_order(todo, list(threads.map(_send, todo)))

    def broadcast(
        self,
        addresses: Iterable[str | Address],
        text: str,
        *,
        attachments: Sequence[Attachment] = (),
        alias: str | None = None,
    ) -> list[Receipt]:
        """Send the same message to several rooms, side by side.

        Args:
            addresses: the rooms, each once.
            text: what to say.
            attachments: boxes below the text.
            alias: a name to show instead of the user's.

        Returns:
            A receipt for each, in the same order: of those that failed, too.

        Raises:
            AddressError: an address is none; nothing was sent.
            InvalidInput: no room, or one twice; nothing was sent.
        """
        rooms = list(addresses)
        self._directory.grouped(rooms)
        draft = Draft(text=text, attachments=attachments, alias=alias)
        return self.send_many((room, draft) for room in rooms)

    def history(
        self, address: str | Address, *, limit: int | None = 100, newest_first: bool = True
    ) -> Iterator[Message]:
        """Iterate over the messages of a room; pages are fetched as they are needed.

        Args:
            address: `glimesh:<streamer>`, `rocketchat:<room>`, or `…:id=<id>`.
            limit: messages at most, the newest of the room; None for all.
            newest_first: begin with the newest of them, or with the oldest.

        Raises:
            BackchannelError: a bad address, an unknown room, or a failure of a request.
        """
        check_limit(limit)
        at, platform = self._directory.find(address)
        stream = platform.backend.history(at, limit=limit, newest_first=newest_first)
        return platform.driver.iterate(stream)

    def listen(self, *addresses: str | Address) -> Listening:
        """Listen to rooms, of any platforms: what happens, by arrival.

        The user's own messages are told too, as `own`. A lost connection is made again, and what
        was missed is read and told first; where nothing can tell it, there is a `Missed`.

        Args:
            addresses: the rooms, each once.

        Returns:
            An iterator over events, and a context manager: entering it waits until
            nothing more can be missed; leave it before the clients are closed.

        Raises:
            AddressError: an address is none.
            InvalidInput: no room, or one twice.
        """
        groups = self._directory.grouped(addresses)
        # Loads asyncio.
        from backchannel.chat.listening import Listening
        from backchannel.live.loop import ThreadRunner
        from backchannel.live.merging import Merged

        return Listening(
            Merged(
                platform.backend.listen(rooms, ThreadRunner(platform.driver))
                for platform, rooms in groups
            )
        )

    def edit(self, address: str | Address, message: Message | str, text: str) -> Message | None:
        """Change the text of a message.

        Args:
            address: its room.
            message: the message, or its id.
            text: its new text.

        Returns:
            The message as it stands, where the platform answers with it.

        Raises:
            Unsupported: the platform edits nothing; it tells what would work.
            BackchannelError: `outcome` tells whether it may have happened.
        """
        at, platform = self._directory.find(address)
        return platform.driver.run(platform.backend.act(at, Edit(id_of(message), text)))

    def delete(self, address: str | Address, message: Message | str) -> None:
        """Delete a message; one that is gone is left so.

        Args:
            address: its room.
            message: the message, or its id.

        Raises:
            Unsupported: the credential only reads.
            BackchannelError: `outcome` tells whether it may have happened.
        """
        at, platform = self._directory.find(address)
        platform.driver.run(platform.backend.act(at, Delete(id_of(message))))

    def react(
        self,
        address: str | Address,
        message: Message | str,
        emoji: str,
        *,
        remove: bool = False,
    ) -> None:
        """Set a reaction, or take it back. Done twice it is done once.

        Args:
            address: the message's room.
            message: the message, or its id.
            emoji: the reaction, as `:name:`.
            remove: take it back.

        Raises:
            Unsupported: the platform has no reactions; it tells what would work.
            BackchannelError: `outcome` tells whether it may have happened.
        """
        at, platform = self._directory.find(address)
        action = React(id_of(message), emoji, wanted=not remove)
        platform.driver.run(platform.backend.act(at, action))

    def moderate(self, address: str | Address, action: Moderation) -> None:
        """Keep somebody from writing in a room, or let them again. Done twice it is done once.

        Args:
            address: the room.
            action: `TimeOut(user, minutes=5)`, `Ban(user)` or `Unban(user)`, where the user is
                the author of a message, or a username.

        Raises:
            Unsupported: the platform, or a server of its age, cannot; it tells what would work.
            PermissionDenied: the user has no right to it.
            BackchannelError: `outcome` tells whether it may have happened.
        """
        at, platform = self._directory.find(address)
        platform.driver.run(platform.backend.act(at, action))

    def rooms(self, backend: str | None = None) -> Iterator[Room]:
        """Iterate over the rooms of the user: joined ones; on Glimesh, all that are in a category.

        Args:
            backend: what their addresses begin with; None for all backends.

        Raises:
            InvalidInput: there is no such backend; raised at once.
            BackchannelError: a failure of a request.
        """
        named = self._directory.named(backend)
        return (
            room
            for name, platform in named
            for room in platform.driver.iterate(platform.backend.rooms(name))
        )

    def me(self, backend: str) -> Author:
        """Tell who the user is.

        Args:
            backend: what its addresses begin with: `glimesh`, `rocketchat+work`.

        Raises:
            InvalidInput: there is no such backend.
            Unsupported: the credential belongs to nobody.
            BackchannelError: a failure of the request.
        """
        [(_, platform)] = self._directory.named(backend)
        return platform.driver.run(platform.backend.me())

    def __repr__(self) -> str:
        return f"Chat({self._directory})"


def _send(batch: Batch[Platform]) -> list[Receipt]:
    return batch.platform.driver.run(batch.flow)
