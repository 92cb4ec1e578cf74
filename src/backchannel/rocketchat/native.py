"""Rocket.Chat's own types in the common vocabulary."""

from __future__ import annotations

from backchannel.errors import AddressError
from backchannel.message import Address, Author, Message, Room
from backchannel.rocketchat.messages import RocketChatMessage
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind

__all__ = ["address_of", "link_to", "to_message", "to_room"]

_PATHS = {RoomKind.CHANNEL: "channel", RoomKind.GROUP: "group", RoomKind.DIRECT: "direct"}


def to_room(native: RocketChatRoom, address: Address) -> Room:
    """A room. A direct room has no name but that of its address."""
    return Room(address=address, id=native.id, name=native.name or address.name)


def address_of(native: RocketChatRoom, backend: str) -> Address:
    """The address of a room: by its name, where that can stand in one, or else by its id."""
    by_id = Address(backend, native.id, by_id=True)
    if native.kind not in {RoomKind.CHANNEL, RoomKind.GROUP}:
        return by_id
    try:
        named = Address.parse(f"{backend}:{native.name}")
    except AddressError:
        return by_id
    return by_id if named.by_id or named.name.startswith(("#", "@")) else named


def to_message(native: RocketChatMessage, room: Room) -> Message:
    """A message."""
    author = native.author
    return Message(
        id=native.id,
        room=room,
        author=Author(
            id=author.id,
            username=author.username,
            display_name=native.alias or author.name or author.username,
            avatar_url=native.avatar,
        ),
        text=native.text,
        sent_at=native.ts,
        edited_at=native.edited_at,
        thread_id=native.thread_id,
        native=native,
    )


def link_to(url: str, room: RocketChatRoom, message_id: str) -> str:
    """The link by which a text quotes a message.

    Args:
        url: the server's base URL.
        room: the message's room.
        message_id: its id.
    """
    path = _PATHS.get(room.kind, "channel")
    return f"{url}/{path}/{room.name or room.id}?msg={message_id}"
