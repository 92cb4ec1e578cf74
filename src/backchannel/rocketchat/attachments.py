"""Attachments of a message, with every property that `chat.sendMessage` documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from backchannel.errors import InvalidInput
from backchannel.rocketchat.times import Moment

__all__ = ["Attachment", "AttachmentField", "to_tuple"]

T = TypeVar("T")


class AttachmentField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cell of an attachment's table.

    Attributes:
        title: the cell's title; not empty.
        value: what stands under the title; not empty.
        short: whether the cell may share its line with others.
    """

    title: str
    value: str
    short: bool = False


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A box below a message's text. Every property may be left out; None is not sent.

    Links are absolute http(s) URLs, or paths of the server below `/file-upload/`.

    Attributes:
        color: of the line at the left, any value of CSS `background`.
        text: the attachment's own text.
        ts: a time shown beside the text, with a time zone; sent in milliseconds.
        thumb_url: a small image at the left of the text.
        message_link: where a click on the time leads; needs `ts`.
        collapsed: whether image, audio and video start hidden.
        author_name: the author's name.
        author_link: where a click on the author's name leads.
        author_icon: a tiny image at the left of the author's name.
        title: the title, below the author.
        title_link: where a click on the title leads.
        title_link_download: whether an icon offers to save `title_link` to a file; needs it.
        image_url: a large image.
        audio_url: an audio file, of a kind that browsers play.
        video_url: a video file, of a kind that browsers play.
        fields: the cells of a table.
    """

    color: str | None = None
    text: str | None = None
    ts: Moment | None = None
    thumb_url: str | None = None
    message_link: str | None = None
    collapsed: bool | None = None
    author_name: str | None = None
    author_link: str | None = None
    author_icon: str | None = None
    title: str | None = None
    title_link: str | None = None
    title_link_download: bool | None = None
    image_url: str | None = None
    audio_url: str | None = None
    video_url: str | None = None
    fields: Sequence[AttachmentField] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "fields", to_tuple("fields", self.fields))


def to_tuple(argument: str, items: Iterable[T]) -> tuple[T, ...]:
    """The items as a tuple: a list would be equal to no tuple, and could be changed.

    Raises:
        InvalidInput: it is no collection; a single item, perhaps.
    """
    try:
        return tuple(items)
    except TypeError:
        raise InvalidInput(
            argument, limit="must be a sequence", given=type(items).__name__
        ) from None
