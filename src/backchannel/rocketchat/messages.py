"""Messages: the one that goes out, and the one that the server stores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec

from backchannel.rocketchat.attachments import Attachment, to_tuple
from backchannel.rocketchat.times import Moment, write_time
from backchannel.rocketchat.wire_names import WIRE_NAMES

__all__ = [
    "ChannelMention",
    "MessageFile",
    "MessageLink",
    "OutgoingMessage",
    "RocketChatMessage",
    "RocketChatUser",
    "SentMessage",
    "encode_message",
]


class OutgoingMessage(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=WIRE_NAMES
):
    """A message for `POST chat.sendMessage`. What is left at its default is not sent.

    Attributes:
        id: the message's id, by which the server stores it at most once; None for a new one.
        room_id: the room's id.
        text: the text.
        alias: a name to show instead of the user's; needs the permission `message-impersonate`.
        emoji: a picture to show instead of the user's, as `:name:`.
        avatar: the URL of a picture to show instead of the user's; needs `message-impersonate`.
        attachments: boxes below the text.
        thread_id: the id of the message that this one answers in a thread.
        show_in_channel: whether an answer in a thread is shown in the room, too.
    """

    id: str | None = None
    room_id: str
    text: str = ""
    alias: str | None = None
    emoji: str | None = None
    avatar: str | None = None
    attachments: Sequence[Attachment] = ()
    thread_id: str | None = None
    show_in_channel: bool = False

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(
            self, "attachments", to_tuple("attachments", self.attachments)
        )


def encode_message(message: OutgoingMessage) -> bytes:
    """The body of `POST chat.sendMessage`, for a message that `check_message` passes."""
    wire = cast("dict[str, object]", msgspec.to_builtins(message, builtin_types=(datetime,)))
    for attachment in cast("list[dict[str, object]]", wire.get("attachments", [])):
        time = attachment.get("ts")
        if isinstance(time, datetime):
            attachment["ts"] = write_time(time)
    return msgspec.json.encode({"message": wire})


class RocketChatUser(msgspec.Struct, frozen=True, kw_only=True, rename=WIRE_NAMES):
    """A user as messages name one.

    Attributes:
        id: the user's id (`all` and `here` are mentioned like users).
        username: the name that identifies the user; "" where the server gives none.
        name: the user's full name, where the server gives one.
    """

    id: str
    username: str = ""
    name: str | None = None


class ChannelMention(msgspec.Struct, frozen=True, kw_only=True, rename=WIRE_NAMES):
    """A channel that a text mentions.

    Attributes:
        id: the channel's id.
        name: its name, without `#`.
    """

    id: str
    name: str = ""


class MessageLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that the server found in a text.

    Attributes:
        url: the link.
    """

    url: str


class MessageFile(msgspec.Struct, frozen=True, kw_only=True, rename=WIRE_NAMES):
    """A file that a message shows.

    Attributes:
        id: its id.
        name: its name.
        type: its media type, `image/png`.
        size: bytes, where the server tells.
    """

    id: str
    name: str = ""
    type: str = ""
    size: int | None = None


# A person's message, encrypted: the one type that chat.sendMessage takes.
_ENCRYPTED = "e2e"


class RocketChatMessage(msgspec.Struct, frozen=True, kw_only=True, rename=WIRE_NAMES):
    """A message as the server stores it. The server may have rewritten the text.

    Attributes:
        id: its id.
        room_id: the id of its room.
        author: who wrote it.
        ts: when the server stored it, in UTC.
        text: its text.
        updated_at: when anything of it last changed, in UTC.
        edited_at: when its text was last edited, in UTC, or None.
        alias: a name shown instead of the author's.
        emoji: a picture shown instead of the author's, as `:name:`.
        avatar: the URL of a picture shown instead of the author's.
        attachments: boxes below the text; what does not fit the documented types is left out.
        thread_id: the id of the message that began its thread.
        show_in_channel: whether an answer in a thread is shown in the room, too.
        answer_count: answers in the thread that it began.
        pinned: whether it is pinned.
        file: the file that was uploaded with it.
        files: the same where there are several, previews included; old servers tell none.
        mentions: users mentioned in the text.
        channels: channels mentioned in the text.
        urls: links in the text.
        system_type: for what the server itself noted, what kind of note (`uj`: user joined).
    """

    id: str
    room_id: str
    author: RocketChatUser
    ts: Moment
    text: str = ""
    updated_at: Moment | None = None
    edited_at: Moment | None = None
    alias: str | None = None
    emoji: str | None = None
    avatar: str | None = None
    attachments: tuple[Attachment, ...] = ()
    thread_id: str | None = None
    show_in_channel: bool = False
    answer_count: int = 0
    pinned: bool = False
    file: MessageFile | None = None
    files: tuple[MessageFile, ...] = ()
    mentions: tuple[RocketChatUser, ...] = ()
    channels: tuple[ChannelMention, ...] = ()
    urls: tuple[MessageLink, ...] = ()
    system_type: str | None = None

    @property
    def is_system(self) -> bool:
        """Whether the server noted something, rather than a person wrote it."""
        return self.system_type is not None and self.system_type != _ENCRYPTED


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was sent.

    Attributes:
        message: the message as the server stored it.
        deduplicated: whether it was found stored by an earlier try, whose reply was lost or
            which the caller made under the same id.
    """

    message: RocketChatMessage
    deduplicated: bool = False
