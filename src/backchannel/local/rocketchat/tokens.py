"""Tokens that users make for their programs: as good as a log-in, and without an end."""

from __future__ import annotations

from backchannel.local.rocketchat import second_factor
from backchannel.local.rocketchat.call import Call, success
from backchannel.local.rocketchat.errors import Failure, MeteorError
from backchannel.local.rocketchat.users import PersonalToken
from backchannel.local.rocketchat.world import JSONObject


def generate(call: Call) -> JSONObject:
    """`POST users.generatePersonalAccessToken`."""
    name = _name(call)
    if not call.caller.may("create-personal-access-tokens"):
        details: JSONObject = {"method": "personalAccessTokens:generateToken"}
        raise MeteorError("not-authorized", "Not Authorized", details)
    if any(known.name == name for known in call.caller.personal.values()):
        text = "A token with this name already exists"
        details = {"method": "personalAccessTokens:generateToken"}
        raise MeteorError("error-token-already-exists", text, details)
    token = call.world.new_token(call.caller)
    call.caller.personal[token] = PersonalToken(name, call.body.get("bypassTwoFactor") is True)
    return success({"token": token})


def remove(call: Call) -> JSONObject:
    """`POST users.removePersonalAccessToken`."""
    name = _name(call)
    token = next((t for t, known in call.caller.personal.items() if known.name == name), None)
    if token is None:
        details: JSONObject = {"method": "personalAccessTokens:removeToken"}
        raise MeteorError("error-token-does-not-exists", "Token does not exist", details)
    call.world.revoke(call.caller, token)
    return success()


def send_email_code(call: Call) -> JSONObject:
    """`POST users.2fa.sendEmailCode`; needs no log-in, since it is needed for one."""
    name = call.body.get("emailOrUsername")
    if not isinstance(name, str) or not name:
        raise MeteorError("error-parameter-required", "emailOrUsername is required")
    user = call.world.user_named(name)
    if user is None or "email" not in user.two_factor:
        raise Failure("Invalid user")
    second_factor.send_code(call.world, user)
    return success()


def _name(call: Call) -> str:
    name = call.body.get("tokenName")
    if not isinstance(name, str) or not name:
        raise Failure("The 'tokenName' param is required")
    return name
