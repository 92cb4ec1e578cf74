"""Ids of messages, chosen by us: they make sending the same message again harmless."""

from __future__ import annotations

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
