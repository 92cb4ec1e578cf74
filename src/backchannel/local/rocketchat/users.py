"""Accounts: who they are, what lets them in, and what they may do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from backchannel.wire.json import JSON

# What everybody but guests may do.
_MEMBER = ("create-c", "create-p", "create-d", "view-d-room", "create-personal-access-tokens")

# The roles and permissions a new server has, as far as the endpoints here ask for them.
_PERMISSIONS: dict[str, frozenset[str]] = {
    "user": frozenset({"view-c-room", *_MEMBER}),
    "bot": frozenset(
        {
            "message-impersonate",
            "api-bypass-rate-limit",
            "send-many-messages",
            "view-c-room",
            *_MEMBER,
        }
    ),
    "guest": frozenset(),
    "admin": frozenset(
        {
            *_MEMBER,
            "view-c-room",
            "edit-message",
            "delete-message",
            "force-delete-message",
            "mute-user",
            "pin-message",
            "post-readonly",
            "send-many-messages",
            "api-bypass-rate-limit",
        }
    ),
}


@dataclass
class EmailedCode:
    """A code sent by e-mail: good until it expires, in seconds since 1970."""

    code: str = field(repr=False)
    expires: float


@dataclass
class PersonalToken:
    """What a token made for a program is called, and whether it never needs a second factor."""

    name: str
    bypass_two_factor: bool


@dataclass
class User:
    """An account. `tokens` are valid log-ins, the oldest first; `password` may be None.

    `personal` tells which of the tokens were made for programs. `two_factor` names the second
    factors that are set up: "totp" with its `totp_secret`, "email" with the codes that were sent.
    """

    id: str
    username: str
    name: str
    roles: tuple[str, ...] = ("user",)
    password: str | None = field(default=None, repr=False)
    tokens: list[str] = field(default_factory=list[str], repr=False)
    email: str | None = None
    personal: dict[str, PersonalToken] = field(default_factory=dict[str, PersonalToken], repr=False)
    two_factor: tuple[Literal["totp", "email"], ...] = ()
    totp_secret: bytes = field(default=b"", repr=False)
    emailed: list[EmailedCode] = field(default_factory=list[EmailedCode], repr=False)
    wrong_codes: int = 0

    def may(self, permission: str) -> bool:
        """Whether one of the user's roles has the permission."""
        return any(permission in _PERMISSIONS.get(role, ()) for role in self.roles)

    def forget(self, token: str) -> None:
        """The token is no longer good; nothing when it is not anyway."""
        if token in self.tokens:
            self.tokens.remove(token)
        self.personal.pop(token, None)

    def reference(self) -> dict[str, JSON]:
        """The user as other objects mention it."""
        return {"_id": self.id, "username": self.username, "name": self.name}


def sha256(password: str) -> str:
    """The digest clients may send instead of a password."""
    return hashlib.sha256(password.encode()).hexdigest()
