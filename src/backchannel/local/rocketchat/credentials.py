"""What lets somebody in: a password or a token. REST and DDP log in the same way."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Literal

from backchannel.local.rocketchat.errors import MeteorError
from backchannel.local.rocketchat.world import JSONObject, User, World, sha256
from backchannel.wire.json import JSON

LOGGED_OUT = "You've been logged out by the server. Please log in again."


@dataclass(frozen=True)
class Login:
    """Who was let in, with which token, and by what."""

    user: User
    token: str = field(repr=False)
    kind: Literal["password", "resume"]


def log_in(world: World, given: JSONObject) -> Login:
    """Let in who shows `{resume}` or `{user: {username | email}, password}`.

    A password is text, or `{digest, algorithm: "sha-256"}`. Raises MeteorError.
    """
    if "resume" in given:
        token = given["resume"]
        user = world.user_with_token(token) if isinstance(token, str) else None
        if user is None:
            raise MeteorError(403, LOGGED_OUT)
        return Login(user, str(token), "resume")
    user = _named(world, given.get("user"))
    if user is None:
        raise MeteorError(403, "User not found")
    if not _is_password(user, given.get("password")):
        raise MeteorError(403, "Incorrect password")
    return Login(user, world.new_token(user), "password")


def _named(world: World, given: JSON) -> User | None:
    if not isinstance(given, dict):
        return None
    name = given.get("username") or given.get("email")
    user = (
        world.user_named(name) if isinstance(name, str) else world.users.get(str(given.get("id")))
    )
    return user if user is not None and user.password is not None else None


def _is_password(user: User, given: JSON) -> bool:
    if isinstance(given, dict):
        digest = str(given.get("digest")) if given.get("algorithm") == "sha-256" else ""
    else:
        digest = sha256(given) if isinstance(given, str) else ""
    wanted = sha256(user.password or "")
    return hmac.compare_digest(digest.lower().encode(), wanted.encode())
