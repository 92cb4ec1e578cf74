"""A small community to begin with: the accounts, rooms and messages of a new local server.

The bot, its token and the room `TEAM` are those of the examples in Rocket.Chat's documentation
of chat.sendMessage, so that these run as they are printed there.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from backchannel.local.rocketchat import text as texts
from backchannel.local.rocketchat.times import iso
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import Clock, Room, World


@dataclass(frozen=True)
class Account:
    """What a client needs to be this user."""

    user_id: str
    username: str
    name: str
    token: str = field(repr=False)
    password: str = field(repr=False)
    role: str = "user"

    def user(self) -> User:
        """The account as the server knows it."""
        return User(
            self.user_id,
            self.username,
            self.name,
            (self.role,),
            self.password,
            [self.token],
            f"{self.username}@example.org",
        )


ALICE = Account("u-alice", "alice", "Alice Example", "token-of-alice", "alice-password")
BOB = Account("u-bob", "bob", "Bob Example", "token-of-bob", "bob-password")
BOT = Account(
    "aobEdbYhXfu5hkeqG",
    "pimenta.bot",
    "test",
    "9HqLlyZOugoStsXCUfD_0YdwnNnunAJF8V47U3QHXSq",
    "bot-password",
    "bot",
)
GUEST = Account("u-guest", "guest", "Guest Example", "token-of-guest", "guest-password", "guest")
ADMIN = Account("u-admin", "admin", "Admin Example", "token-of-admin", "admin-password", "admin")
ACCOUNTS = (ALICE, BOB, BOT, GUEST, ADMIN)

GENERAL = "GENERAL"  # channel, everybody
TEAM = "Xnb2kLD2Pnhdwe3RH"  # channel: alice, the bot
STAFF = "7SsTaffGrpQn3Wd8X"  # private group: alice, the bot, admin
DIRECT = "u-aliceu-bob"  # direct room of alice and bob
ARCHIVED = "ArchvdRm5kJt2pQ9c"  # archived channel: everybody
READ_ONLY = "ReadNLyNewsW4h7Zd"  # read-only channel of admin: everybody

_MINUTE = 60.0


def seed(*, clock: Clock = time.time, rng: random.Random | None = None) -> World:
    """A world with the accounts and rooms of this module and a few messages of the last hour.

    Users: alice, bob, the bot pimenta.bot, guest, admin. Alice's id is `u-alice`, her token
    `token-of-alice`, her password `alice-password`; so for the others, except the bot. Rooms:
    general (`GENERAL`), team, the private staff, the archived attic, the read-only news, and the
    direct room of alice and bob. `ALICE`, `TEAM` and so on in this module have all.
    `clock` gives the time in seconds since 1970; `rng` makes ids and tokens.
    """
    created = round(clock()) - 60 * _MINUTE
    everybody = [account.user_id for account in ACCOUNTS]
    rooms = (
        Room(GENERAL, "c", "general", list(everybody)),
        Room(TEAM, "c", "team", [ALICE.user_id, BOT.user_id], owner=ALICE.user_id),
        Room(STAFF, "p", "staff", [ALICE.user_id, BOT.user_id, ADMIN.user_id]),
        Room(DIRECT, "d", None, [ALICE.user_id, BOB.user_id]),
        Room(ARCHIVED, "c", "attic", list(everybody), archived=True),
        Room(READ_ONLY, "c", "news", list(everybody), read_only=True, owner=ADMIN.user_id),
    )
    for room in rooms:
        room.created = created
    users = [account.user() for account in ACCOUNTS]
    world = World(users, rooms, clock=clock, rng=rng)
    said = (
        (GENERAL, ALICE, "Good morning, everybody"),
        (GENERAL, BOB, "Morning! Did the build pass?"),
        (GENERAL, BOT, "It did: https://ci.example.org/builds/17"),
        (STAFF, ADMIN, "This stays between us"),
        (DIRECT, BOB, "Lunch?"),
        (ARCHIVED, ALICE, "Nobody writes here any more"),
        (READ_ONLY, ADMIN, "The server moves on Sunday"),
    )
    for minute, (room_id, account, text) in enumerate(said):
        _say(world, room_id, account, text, created + (minute + 1) * _MINUTE)
    return world


def _say(world: World, room_id: str, account: Account, text: str, sent: float) -> None:
    author = world.users[account.user_id]
    stored = world.insert({"rid": room_id, "msg": text, "ts": iso(sent)}, sent)
    stored.document["u"] = author.reference()
    # As an old server stored them: such messages are still there after its upgrades.
    texts.annotate(world, stored.document, 3, None)
    stored.document["_updatedAt"] = iso(sent)
