"""Ids of messages, chosen by us: they make sending the same message again harmless."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Callable

LENGTH = 17  # as Meteor's own
# Meteor leaves out characters that look alike; all 62 make 101 random bits of 17 characters.
ALPHABET = string.ascii_letters + string.digits


def new_message_id(choose: Callable[[str], str] = secrets.choice) -> str:
    """Make an id that no other message has.

    Args:
        choose: picks one character of a text, each as likely as the others.
    """
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def id_of_key(key: str, room_id: str) -> str:
    """The id of the message that a caller's key stands for in a room, always the same."""
    digest = hashlib.sha256(f"{room_id} {key}".encode()).digest()
    number = int.from_bytes(digest)
    return "".join(
        ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LENGTH)
    )
