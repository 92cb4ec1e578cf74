"""What the server would refuse, found before anything is sent."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from backchannel.errors import InvalidInput
from backchannel.rocketchat.attachments import Attachment, AttachmentField
from backchannel.rocketchat.messages import OutgoingMessage
from backchannel.rocketchat.times import write_time
from backchannel.wire.secrets import redact

# The server's default for its setting Message_MaxAllowedSize.
MAX_MESSAGE_UNITS = 5000

_EMOJI = re.compile(r":[^\s:]+:")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UPLOADS = "/file-upload/"
_WORDS = ("color", "text", "author_name", "title")
_LINKS = (
    "thumb_url",
    "message_link",
    "author_link",
    "author_icon",
    "title_link",
    "image_url",
    "audio_url",
    "video_url",
)
_SHOWN = 80  # characters of a refused value in a message


def utf16_units(text: str) -> int:
    """The length as the server counts it: code units of UTF-16, two for most emoji."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_message(message: OutgoingMessage, *, max_units: int = MAX_MESSAGE_UNITS) -> None:
    """Check a message before it is sent.

    Args:
        message: the message.
        max_units: the longest text, in UTF-16 code units (Message_MaxAllowedSize).

    Raises:
        InvalidInput: the server would refuse it.
    """
    check_name("room_id", message.room_id)
    check_text("text", message.text)
    if message.alias is not None:
        check_text("alias", message.alias)
    if message.id is not None:
        check_id("message_id", message.id)
    if message.thread_id is not None:
        check_id("thread_id", message.thread_id)
    elif message.show_in_channel:
        raise InvalidInput("show_in_channel", limit="needs thread_id", given="none")
    if not message.text.strip() and not message.attachments:
        raise InvalidInput(
            "text", limit="must not be blank without attachments", given=_show(message.text)
        )
    _check_length("text", message.text, max_units)
    if message.emoji is not None:
        check_emoji(message.emoji)
    if message.avatar is not None:
        _check_avatar(message.avatar)
    for index, attachment in enumerate(message.attachments):
        _check_attachment(f"attachments[{index}]", attachment)


def check_text(argument: str, value: object) -> None:
    """Check that a value is text, and can be written in UTF-8.

    Raises:
        InvalidInput: it is something else, or holds half of a surrogate pair.
    """
    if not isinstance(value, str):
        raise InvalidInput(argument, limit="must be text", given=type(value).__name__)
    surrogate = _SURROGATE.search(value)
    if surrogate:
        raise InvalidInput(
            argument,
            limit="must not hold a lone surrogate",
            given=f"U+{ord(surrogate[0]):04X} at character {surrogate.start()}",
        )


def check_new_text(text: str, *, max_units: int, argument: str = "text") -> None:
    """Check the text that a message, or a file, is to get.

    Raises:
        InvalidInput: it is no text, or longer than `max_units` UTF-16 code units.
    """
    check_text(argument, text)
    _check_length(argument, text, max_units)


def check_emoji(emoji: str) -> None:
    """Check that it has the form of an emoji's name.

    Raises:
        InvalidInput: it has not.
    """
    check_text("emoji", emoji)
    if not _EMOJI.fullmatch(emoji):
        raise InvalidInput("emoji", limit="must have the form :name:", given=_show(emoji))


def check_id(argument: str, value: str) -> None:
    """Check that it can be the id of a message.

    Raises:
        InvalidInput: it cannot.
    """
    check_text(argument, value)
    # An id is looked up in a URL after a failure, so it must be a text that survives there.
    if not value or not value.isprintable() or not value.isascii() or " " in value:
        raise InvalidInput(
            argument, limit="must be printable ASCII characters, without blanks", given=_show(value)
        )


def check_name(argument: str, name: str) -> None:
    """Check that a name or an id is text, and not blank."""
    check_text(argument, name)
    if not name.strip():
        raise InvalidInput(argument, limit="must not be blank", given=_show(name))


def _check_length(argument: str, text: str, max_units: int) -> None:
    units = utf16_units(text)
    if units > max_units:
        raise InvalidInput(
            argument, limit=f"at most {max_units} UTF-16 code units", given=f"{units} code units"
        )


def _check_avatar(avatar: str) -> None:
    check_text("avatar", avatar)
    if not (_is_link(avatar) or _is_path(avatar)):
        raise InvalidInput("avatar", limit="must be an http(s) URL or a path", given=_show(avatar))


def _check_attachment(where: str, attachment: object) -> None:
    if not isinstance(attachment, Attachment):
        raise InvalidInput(where, limit="must be an Attachment", given=type(attachment).__name__)
    for name in (*_WORDS, *_LINKS):
        if getattr(attachment, name) is not None:
            check_text(f"{where}.{name}", getattr(attachment, name))
    for name in _LINKS:
        link: str | None = getattr(attachment, name)
        if link is not None and not (_is_link(link) or link.startswith(_UPLOADS)):
            raise InvalidInput(
                f"{where}.{name}", limit="must be an absolute http(s) URL", given=_show(link)
            )
    if attachment.ts is not None:
        _check_time(f"{where}.ts", attachment.ts)
    elif attachment.message_link is not None:
        raise InvalidInput(f"{where}.message_link", limit="needs ts", given="none")
    if attachment.title_link_download and attachment.title_link is None:
        raise InvalidInput(f"{where}.title_link_download", limit="needs title_link", given="none")
    for index, field in enumerate(attachment.fields):
        _check_field(f"{where}.fields[{index}]", field)


def _check_time(where: str, time: object) -> None:
    if not isinstance(time, datetime):
        raise InvalidInput(where, limit="must be a datetime", given=type(time).__name__)
    if time.utcoffset() is None:
        raise InvalidInput(where, limit="must have a time zone", given=time.isoformat())
    try:
        write_time(time)
    except OverflowError:
        raise InvalidInput(
            where, limit="must be in the years 1 to 9999 in UTC", given=time.isoformat()
        ) from None


def _check_field(where: str, field: object) -> None:
    if not isinstance(field, AttachmentField):
        raise InvalidInput(where, limit="must be an AttachmentField", given=type(field).__name__)
    check_text(f"{where}.title", field.title)
    check_text(f"{where}.value", field.value)
    # Servers before 8.1 take empty ones; later ones refuse the whole message.
    if not field.title:
        raise InvalidInput(f"{where}.title", limit="must not be empty", given=_show(field.title))
    if not field.value:
        raise InvalidInput(f"{where}.value", limit="must not be empty", given=_show(field.value))


def _is_link(text: str) -> bool:
    if not _is_one_word(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_path(text: str) -> bool:
    """Whether it is a path on the server, with a slash that is not its end."""
    first, slash, rest = text.partition("/")
    return (
        _is_one_word(text)
        and ":" not in first
        and bool(slash and rest)
        and not rest.startswith("/")
    )


def _is_one_word(text: str) -> bool:
    # Of all blanks only this one is printable.
    return text.isprintable() and " " not in text


def _show(text: str) -> str:
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return repr(redact(shown))
