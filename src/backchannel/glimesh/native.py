"""Glimesh's own types in the common vocabulary."""

from __future__ import annotations

from backchannel.message import Author, Message, Room
from glimesh_api import ChatMessageFields, UserFields

__all__ = ["to_author", "to_message"]


def to_author(user: UserFields) -> Author:
    """A user in the common vocabulary."""
    return Author(
        id=user.id,
        username=user.username,
        display_name=user.displayname,
        avatar_url=user.avatar_url,
    )


def to_message(room: Room, message: ChatMessageFields) -> Message:
    """A chat message in the common vocabulary."""
    return Message(
        id=message.id,
        room=room,
        author=to_author(message.user),
        text=message.message,
        sent_at=message.inserted_at,
        native=message,
    )
