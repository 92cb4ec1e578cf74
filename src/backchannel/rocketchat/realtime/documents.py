"""Messages as documents: of a stream, or of `chat.syncMessages`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

import msgspec

from backchannel.errors import MalformedReply
from backchannel.rocketchat.decoding import build
from backchannel.rocketchat.messages import RocketChatMessage
from backchannel.rocketchat.times import Moment
from backchannel.wire.json import JSON


class Document(msgspec.Struct, frozen=True):
    """A message, and what tells two states of it apart.

    Attributes:
        message: the message.
        content: a hash of what people change of a message, the same over DDP and REST. Times are
            in milliseconds, in which a message may change twice.
    """

    message: RocketChatMessage
    content: int

    @property
    def at(self) -> datetime:
        """When it last changed, by the server's clock."""
        return self.message.updated_at or self.message.ts


class Tombstone(msgspec.Struct, frozen=True):
    """What is left of a deleted message.

    Attributes:
        id: the message's id.
        at: when it was deleted, by the server's clock.
    """

    id: str = msgspec.field(name="_id")
    at: Moment = msgspec.field(name="_deletedAt")


def read_document(raw: JSON) -> Document:
    """Make a message of plain JSON, with times as ISO texts or as EJSON has them.

    Raises:
        MalformedReply: what a message must have is missing.
    """
    plain = cast("JSON", _with_times(raw))
    try:
        try:
            message = msgspec.convert(plain, RocketChatMessage)
        except msgspec.ValidationError:
            message = build(plain, RocketChatMessage)
    except msgspec.ValidationError as error:
        raise MalformedReply(f"the server tells of what is no message: {error}") from None
    assert isinstance(plain, dict), "a message was made of it"
    return Document(message, _content(message, plain))


def _with_times(value: JSON) -> object:
    """The value with EJSON's times as times."""
    if isinstance(value, list):
        return [_with_times(item) for item in value]
    if not isinstance(value, dict):
        return value
    milliseconds = value.get("$date")
    if len(value) == 1 and isinstance(milliseconds, int | float):
        try:
            # In two steps, because a float of seconds would not hold each millisecond exactly.
            seconds, rest = divmod(int(milliseconds), 1000)
            return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)
        except (ValueError, OverflowError, OSError):
            return None
    return {name: _with_times(item) for name, item in value.items()}


def _content(message: RocketChatMessage, plain: Mapping[str, JSON]) -> int:
    # What servers may write in two ways (names, marked-up text, stars) is left out.
    answers = plain.get("tcount")
    changeable = (
        message.text,
        message.edited_at,
        _reactions(plain.get("reactions")),
        plain.get("pinned") is True,
        answers if isinstance(answers, int) else 0,
        _previews(plain.get("urls")),
    )
    return hash(changeable)


def _reactions(reactions: JSON) -> frozenset[tuple[str, frozenset[str]]]:
    if not isinstance(reactions, dict):
        return frozenset()
    return frozenset((emoji, _users(reaction)) for emoji, reaction in reactions.items())


def _previews(urls: JSON) -> int:
    if not isinstance(urls, list):
        return 0
    return sum(isinstance(url, dict) and bool(url.get("meta")) for url in urls)


def _users(reaction: JSON) -> frozenset[str]:
    users = reaction.get("usernames") if isinstance(reaction, dict) else None
    return frozenset(map(str, users)) if isinstance(users, list) else frozenset()
