"""What lets somebody in: a password or a token. REST and DDP log in the same way."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Literal

from backchannel.local.rocketchat import second_factor
from backchannel.local.rocketchat.errors import MeteorError
from backchannel.local.rocketchat.users import User, sha256
from backchannel.local.rocketchat.world import JSONObject, World
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

    A password is text, or `{digest, algorithm: "sha-256"}`. Who has set up a second factor shows
    its code too: `{totp: {code, login: {user, password}}}`. Raises MeteorError.
    """
    code: JSON = None
    totp = given.get("totp")
    if isinstance(totp, dict):
        login = totp.get("login")
        given, code = (login if isinstance(login, dict) else {}), totp.get("code")
    if "resume" in given:
        token = given["resume"]
        user = world.user_with_token(token) if isinstance(token, str) else None
        if user is None:
            raise MeteorError(403, LOGGED_OUT)
        return Login(user, str(token), "resume")
    user = _named(world, given.get("user"))
    if user is None:
        raise MeteorError(403, "User not found")
    if not is_password(user, given.get("password")):
        raise MeteorError(403, "Incorrect password")
    if user.two_factor:
        second_factor.demand(world, user, None if code is None else str(code))
    return Login(user, world.new_token(user), "password")


def _named(world: World, given: JSON) -> User | None:
    if not isinstance(given, dict):
        return None
    name = given.get("username") or given.get("email")
    user = (
        world.user_named(name) if isinstance(name, str) else world.users.get(str(given.get("id")))
    )
    return user if user is not None and user.password is not None else None


def is_password(user: User, given: JSON) -> bool:
    """Whether this is the user's password, or its digest."""
    if isinstance(given, dict):
        digest = str(given.get("digest")) if given.get("algorithm") == "sha-256" else ""
    else:
        digest = sha256(given) if isinstance(given, str) else ""
    wanted = sha256(user.password or "")
    return hmac.compare_digest(digest.lower().encode(), wanted.encode())
