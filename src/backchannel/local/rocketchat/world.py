"""What a Rocket.Chat server knows: users, rooms, messages. No HTTP.

Messages are kept in the form in which they go over REST. Every change of a message goes through
`World.insert`, `World.touch` or `World.trash`, which tell those who listen to the world's streams.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from backchannel.local.rocketchat.times import iso, parse_time
from backchannel.local.rocketchat.users import User
from backchannel.wire.json import JSON

JSONObject: TypeAlias = dict[str, JSON]
Clock: TypeAlias = Callable[[], float]  # seconds since 1970, as time.time
RoomType: TypeAlias = Literal["c", "p", "d", "l"]

# Meteor's alphabet for ids: no characters that look alike. 17 of them are 100 bits.
_ID_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz"
_ID_LENGTH = 17
_TOKEN_ALPHABET = _ID_ALPHABET + "01IOUVlo-_"
_TOKEN_LENGTH = 43
_TOKENS_KEPT = 50

# Settings that anybody may ask for: the longest message in UTF-16 code units, the biggest file in
# bytes, whether users may edit, delete, pin and star, and for how many minutes they may edit.
_SETTINGS: dict[str, JSON] = {
    "Site_Name": "Local Rocket.Chat",
    "Message_MaxAllowedSize": 5000,
    "FileUpload_MaxFileSize": 104_857_600,
    "FileUpload_MediaTypeBlackList": "image/svg+xml",
    "Message_AllowEditing": True,
    "Message_AllowEditing_BlockEditInMinutes": 0,
    "Message_AllowDeleting": True,
    "Message_AllowPinning": True,
    "Message_AllowStarring": True,
    "Message_Read_Receipt_Enabled": True,
    "Threads_enabled": True,
}


@dataclass(frozen=True)
class Event:
    """What a realtime stream says: its name, the event's (often a room's id), and the arguments.

    `origin` is the connection that caused it and does not hear of it, if there is one.
    """

    stream: str
    name: str
    args: tuple[JSON, ...]
    origin: object = None


Listener: TypeAlias = Callable[[Event], None]
ROOM_MESSAGES = "stream-room-messages"
NOTIFY_ROOM = "stream-notify-room"
NOTIFY_USER = "stream-notify-user"
LOGGED_OUT = "a token is no longer good"  # no stream of clients: the event's name is the token


@dataclass
class Room:
    """A channel (`c`), private group (`p`), direct (`d`) or omnichannel room (`l`).

    `members` are user ids.
    """

    id: str
    type: RoomType
    name: str | None
    members: list[str]
    read_only: bool = False
    archived: bool = False
    blocked: bool = False  # a direct room: one of the two wants to hear nothing
    muted: set[str] = field(default_factory=set[str])
    created: float = 0.0
    owner: str | None = None


@dataclass
class Upload:
    """A file in a room, of a user; messages may show it."""

    id: str
    room_id: str
    owner: str
    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass
class Stored:
    """A message: its `document` as sent over REST, and when it was sent, in seconds since 1970."""

    document: JSONObject
    sent: float

    @property
    def id(self) -> str:
        """The message's `_id`."""
        return str(self.document["_id"])

    @property
    def room_id(self) -> str:
        """The message's `rid`."""
        return str(self.document["rid"])

    @property
    def author(self) -> str:
        """The `_id` of who wrote it."""
        author = self.document.get("u")
        return str(author["_id"]) if isinstance(author, dict) else ""

    def shown_to(self, user: User) -> JSONObject:
        """The document as this user may see it: stars of others are not shown."""
        starred = self.document.get("starred")
        if not isinstance(starred, list):
            return self.document
        return {**self.document, "starred": [star for star in starred if star == {"_id": user.id}]}

    @property
    def updated(self) -> float:
        """When it was last changed, in seconds since 1970."""
        return parse_time(str(self.document.get("_updatedAt"))) or self.sent

    @property
    def deleted(self) -> float:
        """When it was deleted, in seconds since 1970; 0 as long as it is not."""
        return parse_time(str(self.document.get("_deletedAt"))) or 0.0


class World:
    """Everything one server knows; `lock` is held while a request is being answered.

    `clock` gives the time in seconds since 1970; `rng` makes ids and tokens. `settings` are the
    public ones. `read` is when a user (second) has read a room (first), `trusted` until when a
    token with a user agent is not asked for a second factor, both in seconds since 1970.
    """

    def __init__(
        self,
        users: Iterable[User] = (),
        rooms: Iterable[Room] = (),
        *,
        clock: Clock = time.time,
        rng: random.Random | None = None,
    ) -> None:
        self.users = {user.id: user for user in users}
        self.rooms = {room.id: room for room in rooms}
        self.messages: dict[str, Stored] = {}
        self.trashed: dict[str, Stored] = {}
        self.clock = clock
        self.lock = threading.RLock()
        self.settings: dict[str, JSON] = dict(_SETTINGS)
        self.read: dict[tuple[str, str], float] = {}
        self.uploads: dict[str, Upload] = {}
        self.trusted: dict[tuple[str, str], float] = {}
        self._listeners: list[Listener] = []
        self._rng = rng or random.SystemRandom()

    def new_id(self) -> str:
        """An id as Meteor makes them: 17 characters."""
        return "".join(self._rng.choices(_ID_ALPHABET, k=_ID_LENGTH))

    def time(self) -> float:
        """Seconds since 1970, cut to the milliseconds that go over the wire."""
        return round(self.clock() * 1000) / 1000

    def now(self) -> str:
        """The time as the server writes it."""
        return iso(self.time())

    # Streams

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every event; gives what ends that. Called with the lock held."""
        with self.lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self.lock:
                self._listeners.remove(listener)

        return stop

    def publish(self, stream: str, name: str, *args: JSON, origin: object = None) -> None:
        """Say something in a stream."""
        event = Event(stream, name, args, origin)
        with self.lock:
            for listener in tuple(self._listeners):
                listener(event)

    # Users

    def user_named(self, name: str) -> User | None:
        """The user with this username or e-mail address."""
        return next((u for u in self.users.values() if name in (u.username, u.email)), None)

    def user_with_token(self, token: str) -> User | None:
        """The user who is logged in with this token."""
        return next((user for user in self.users.values() if token in user.tokens), None)

    def new_token(self, user: User) -> str:
        """Log the user in once more; beyond 50 tokens the oldest is forgotten."""
        token = "".join(self._rng.choices(_TOKEN_ALPHABET, k=_TOKEN_LENGTH))
        user.tokens.append(token)
        for oldest in user.tokens[:-_TOKENS_KEPT]:
            self.revoke(user, oldest)
        return token

    def revoke(self, user: User, token: str) -> None:
        """A token is no longer good, and connections logged in with it end."""
        user.forget(token)
        self.publish(LOGGED_OUT, token)

    def new_code(self) -> str:
        """Six digits."""
        return f"{self._rng.randrange(1_000_000):06}"

    # Rooms

    def room_named(self, name: str) -> Room | None:
        """The channel or group of this name."""
        return next((room for room in self.rooms.values() if room.name == name), None)

    def direct_room(self, user: User, other: User) -> Room:
        """The direct room of two users, made when there is none."""
        # The server joins the two ids in order, so the same pair always has the same room.
        ids = sorted({user.id, other.id})
        room_id = "".join(ids)
        if room_id not in self.rooms:
            self.rooms[room_id] = Room(room_id, "d", None, ids, created=self.time())
        return self.rooms[room_id]

    def can_access(self, room: Room, user: User) -> bool:
        """Whether the user may see the room."""
        if user.id in room.members:
            return True
        return room.type == "c" and user.may("view-c-room")

    # Messages

    def insert(self, document: JSONObject, sent: float | None = None) -> Stored:
        """Keep a new message; `_id` and `_updatedAt` are filled in."""
        with self.lock:
            document.setdefault("_id", self.new_id())
            stored = Stored(document, self.time() if sent is None else sent)
            self.messages[stored.id] = stored
            self.touch(stored)
        return stored

    def touch(self, stored: Stored) -> None:
        """Say that the message's document was changed: its streams send the whole of it again."""
        with self.lock:
            stored.document["_updatedAt"] = self.now()
            self.publish(ROOM_MESSAGES, stored.room_id, stored.document)

    def preview(self, message_id: str, meta: JSONObject) -> None:
        """Give a message's links a preview, as the server does a while after the message came.

        This server fetches nothing: whoever runs it says what the pages told of themselves.
        """
        with self.lock:
            stored = self.messages[message_id]
            urls = stored.document.get("urls")
            for url in urls if isinstance(urls, list) else []:
                if isinstance(url, dict):
                    url["meta"] = dict(meta)
            self.touch(stored)

    def trash(self, message_id: str) -> None:
        """Delete a message. Its id is free again; what it was is kept in `trashed`."""
        with self.lock:
            stored = self.messages.pop(message_id)
            self.trashed[message_id] = stored
            stored.document["_deletedAt"] = self.now()
            self.publish(NOTIFY_ROOM, f"{stored.room_id}/deleteMessage", {"_id": message_id})

    def messages_in(self, room_id: str) -> list[Stored]:
        """The messages of a room, oldest first."""
        with self.lock:
            found = [stored for stored in self.messages.values() if stored.room_id == room_id]
        return sorted(found, key=lambda stored: stored.sent)
