"""Logging in and out, who am I, and what server this is."""

from __future__ import annotations

from backchannel.local.rocketchat import credentials
from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import Age, LoginRefused, MeteorError
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import JSONObject

_VERSIONS: dict[Age, str] = {3: "3.18", 7: "7.9", 8: "8.8"}


def login(call: Call) -> JSONObject:
    """`POST login`: with a password, which makes a token, or with a token got before.

    Every refusal is a 401 in the form of log-ins, that of a missing second factor too; guarded
    routes refuse the latter with 400.
    """
    try:
        login = credentials.log_in(call.world, _as_method(call))
    except MeteorError as error:
        # Who has no account is not told so here.
        unknown = error.reason in ("User not found", "Incorrect password")
        code = "Unauthorized" if unknown else error.code
        text = "Unauthorized" if unknown else error.reason
        raise LoginRefused(code, text, error.details) from None
    me = _profile(call, login.user)
    data: JSONObject = {"userId": login.user.id, "authToken": login.token, "me": me}
    return {"status": "success", "data": data}


def logout(call: Call) -> JSONObject:
    """`POST logout`: the token of this request is no longer good."""
    call.world.revoke(call.caller, call.token)
    return {"status": "success", "data": {"message": "You've been logged out!"}}


def me(call: Call) -> JSONObject:
    """`GET me`."""
    return success(_profile(call, call.caller))


def server_info(call: Call) -> JSONObject:
    """`GET /api/info`; needs no log-in."""
    return success({"version": _VERSIONS[call.age]})


def _as_method(call: Call) -> JSONObject:
    """The body as the realtime method takes it: a name with @ is an address."""
    body = call.body
    if "resume" in body:
        return {"resume": body["resume"]}
    name = body.get("user") or body.get("username") or body.get("email")
    key = "email" if isinstance(name, str) and "@" in name else "username"
    login: JSONObject = {"user": {key: name}, "password": body.get("password")}
    code = body.get("code") or call.headers.get("x-2fa-code")
    return {"totp": {"code": code, "login": login}} if code else login


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
