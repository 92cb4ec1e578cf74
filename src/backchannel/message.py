"""The common vocabulary of all platforms: Address, Room, Author, Message, Draft, Receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from backchannel.errors import AddressError, BackchannelError, Outcome

if TYPE_CHECKING:
    from backchannel.rocketchat.attachments import Attachment

__all__ = ["Address", "Author", "Draft", "Message", "Outcome", "Receipt", "Room"]


class Address(msgspec.Struct, frozen=True):
    """Where a room is: `glimesh:<streamer>`, `rocketchat:<room>`, or by id, `glimesh:id=6`.

    Of several servers of a platform, each has a name of its own: `rocketchat+work:general`.

    Attributes:
        backend: the name of the backend, as the dispatcher was given it.
        name: the room's name on its platform, or its id.
        by_id: whether `name` is an id.
    """

    backend: str
    name: str
    by_id: bool = False

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address.

        Raises:
            AddressError: the text is none; it names the position.
        """
        backend, colon, rest = text.partition(":")
        if not colon:
            raise AddressError(text, len(text), "a colon must follow the platform's name")
        for position, char in enumerate(backend):
            if not ((char.isalnum() and char.isascii()) or char in "+-_."):
                raise AddressError(text, position, f"{char!r} cannot stand in a platform's name")
        if not backend:
            raise AddressError(text, 0, "the platform's name is missing")
        by_id = rest.startswith("id=")
        name = rest.removeprefix("id=") if by_id else rest
        start = len(text) - len(name)
        if not name:
            raise AddressError(text, start, "the room's name is missing")
        for position, char in enumerate(name, start):
            if char.isspace() or not char.isprintable():
                raise AddressError(text, position, f"{char!r} cannot stand in a room's name")
        return cls(backend, name, by_id)

    def __str__(self) -> str:
        return f"{self.backend}:{'id=' if self.by_id else ''}{self.name}"


def platform_of(backend: str) -> str:
    """The platform of a backend's name: what stands before a `+`."""
    return backend.partition("+")[0]


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A room: a channel on Glimesh; a channel, group or direct room on Rocket.Chat.

    Attributes:
        address: how it was addressed.
        id: its id on the platform.
        name: its name as the platform writes it.
    """

    address: Address
    id: str
    name: str


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a message.

    Attributes:
        id: the user's id on the platform.
        username: the name that identifies the user there.
        display_name: the name that is shown.
        avatar_url: an address of the user's picture, or None where the message has none.
    """

    id: str
    username: str
    display_name: str
    avatar_url: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A chat message.

    Attributes:
        id: its id on the platform.
        room: where it stands.
        author: who wrote it.
        text: its text, as the platform stores it.
        sent_at: when the server stored it, in UTC.
        edited_at: when it was last edited, in UTC, or None.
        thread_id: the id of the message that began its thread, or None.
        native: the message in the platform's own type, with all that this one leaves out.
    """

    id: str
    room: Room
    author: Author
    text: str
    sent_at: datetime
    edited_at: datetime | None = None
    thread_id: str | None = None
    native: object = None


def id_of(message: Message | str) -> str:
    """A message's id, given either."""
    return message if isinstance(message, str) else message.id


def thread_of(message: Message | str) -> str:
    """The id of the message that began the thread of this one, or could begin one."""
    return message if isinstance(message, str) else message.thread_id or message.id


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is to be sent.

    Attributes:
        text: what to say.
        thread_id: the id of the message that begins the thread in which this one answers.
        reply_to: the id of the message that this one quotes.
        attachments: boxes below the text.
        alias: a name to show instead of the user's.
        idempotency_key: that of an earlier receipt, to send the same message again.
    """

    text: str
    thread_id: str | None = None
    reply_to: str | None = None
    attachments: Sequence[Attachment] = ()
    alias: str | None = None
    idempotency_key: str | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message that was to be sent.

    Attributes:
        address: where it was to go.
        text: what was to be sent.
        outcome: SENT, NOT_SENT (refused, or never fully written), or UNKNOWN (it may be there).
        message: the message as the server stored it, if it was sent and the answer could be read.
        deduplicated: whether an earlier try had already stored it.
        read_back: whether the reply was lost, and the message was found by reading the room: a new
            one of the same author with the same text. Another client of the same account that
            sent the same text at that moment cannot be told from this one.
        idempotency_key: the key by which sending again cannot double it, where there is one.
        error: why it was not sent, why nobody knows, or why the answer could not be read.
    """

    address: Address
    text: str
    outcome: Outcome
    message: Message | None = None
    deduplicated: bool = False
    read_back: bool = False
    idempotency_key: str | None = None
    error: BackchannelError | None = None

    def require(self) -> Message:
        """The message, if it was sent.

        Raises:
            BackchannelError: it was not, nobody knows, or the server's answer could not be read;
                `outcome` on the error tells which.
        """
        if self.message is not None:
            return self.message
        assert self.error is not None, "a receipt holds a message or an error"
        raise self.error
