"""Logging in and out, who am I, and what server this is."""

from __future__ import annotations

import hmac

from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import Age, LoginRefused
from backchannel.local.rocketchat.world import JSONObject, User, sha256
from backchannel.wire.json import JSON

_VERSIONS: dict[Age, str] = {3: "3.18", 7: "7.9", 8: "8.8"}


def login(call: Call) -> JSONObject:
    """`POST login`: with a password, which makes a token, or with a token got before."""
    resume = call.body.get("resume")
    if resume is not None:
        user = call.world.user_with_token(resume) if isinstance(resume, str) else None
        if user is None:
            text = "You've been logged out by the server. Please log in again."
            raise LoginRefused(403, text)
        return _logged_in(call, user, str(resume))
    user = _by_password(call)
    return _logged_in(call, user, call.world.new_token(user))


def logout(call: Call) -> JSONObject:
    """`POST logout`: the token of this request is no longer good."""
    call.caller.tokens.remove(call.token)
    return {"status": "success", "data": {"message": "You've been logged out!"}}


def me(call: Call) -> JSONObject:
    """`GET me`."""
    return success(_profile(call, call.caller))


def server_info(call: Call) -> JSONObject:
    """`GET /api/info`; needs no log-in."""
    return success({"version": _VERSIONS[call.age]})


def _by_password(call: Call) -> User:
    refused = LoginRefused("Unauthorized", "Unauthorized")
    name = call.body.get("user") or call.body.get("username") or call.body.get("email")
    user = call.world.user_named(name) if isinstance(name, str) else None
    if user is None or user.password is None:
        raise refused
    given: JSON = call.body.get("password")
    if isinstance(given, dict):
        if given.get("algorithm") != "sha-256":
            raise refused
        digest = str(given.get("digest"))
    elif isinstance(given, str):
        digest = sha256(given)
    else:
        raise refused
    if not hmac.compare_digest(digest.lower().encode(), sha256(user.password).encode()):
        raise refused
    return user


def _logged_in(call: Call, user: User, token: str) -> JSONObject:
    data: JSONObject = {"userId": user.id, "authToken": token, "me": _profile(call, user)}
    return {"status": "success", "data": data}


def _profile(call: Call, user: User) -> JSONObject:
    profile: JSONObject = {
        **user.reference(),
        "status": "online",
        "statusConnection": "online",
        "utcOffset": 0,
        "active": True,
        "roles": [*user.roles],
        "settings": {"preferences": {}},
        "avatarUrl": f"{call.url}/avatar/{user.username}",
    }
    if user.email is not None:
        profile["emails"] = [{"address": user.email, "verified": True}]
    return profile
