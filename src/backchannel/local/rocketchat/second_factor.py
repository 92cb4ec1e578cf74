"""The second factor: codes of an authenticator, codes sent by e-mail, or the password again."""

from __future__ import annotations

import hashlib
import hmac
import struct
from typing import Literal, TypeAlias

from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.errors import MeteorError
from backchannel.local.rocketchat.times import iso
from backchannel.local.rocketchat.users import EmailedCode, User, sha256
from backchannel.local.rocketchat.world import JSONObject, World

Factor: TypeAlias = Literal["totp", "email", "password"]

TOTP_STEP = 30.0  # seconds
MAX_ATTEMPTS = 5
REMEMBERED = 30 * 60.0  # seconds for which a client that gave a code is not asked again
_EMAIL_SECONDS = 60 * 60.0


def totp(secret: bytes, seconds: float) -> str:
    """The code an authenticator shows at this time, in seconds since 1970 (RFC 6238)."""
    digest = hmac.digest(secret, struct.pack(">Q", int(seconds // TOTP_STEP)), hashlib.sha1)
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def send_code(world: World, user: User) -> None:
    """Send a code by e-mail: it is in `user.emailed`."""
    user.emailed.append(EmailedCode(world.new_code(), world.time() + _EMAIL_SECONDS))
    user.wrong_codes = 0


def demand(world: World, user: User, code: str | None, method: str | None = None) -> None:
    """Let pass who shows the right code of `method` (default: the user's first).

    Raises MeteorError: totp-required, totp-invalid, totp-max-attempts.
    """
    available: tuple[Factor, ...] = user.two_factor or ("password",)
    factor = available[0]
    for known in available:
        if known == method:
            factor = known
    if code is None:
        details = _details(world, user, factor)
        raise MeteorError(
            "totp-required", "TOTP Required", {**details, "availableMethods": [*available]}
        )
    if factor == "email" and user.wrong_codes >= MAX_ATTEMPTS:
        text = "TOTP Maximun Failed Attempts Reached"  # the server's own spelling
        raise MeteorError("totp-max-attempts", text, _details(world, user, factor))
    if not _is_right(world, user, factor, code):
        user.wrong_codes += 1
        raise MeteorError("totp-invalid", "TOTP Invalid", _details(world, user, factor))
    user.wrong_codes = 0


def demand_for(call: Call) -> None:
    """Demand the second factor for a route that needs it, by its headers. Raises MeteorError.

    A token made with `bypassTwoFactor` is never asked, and a token with the same user agent is
    not asked again for half an hour.
    """
    personal = call.caller.personal.get(call.token)
    if personal is not None and personal.bypass_two_factor:
        return
    who = (call.token, call.headers.get("user-agent", ""))
    now = call.world.time()
    if call.world.trusted.get(who, 0.0) > now:
        return
    code = call.headers.get("x-2fa-code")
    demand(call.world, call.caller, code, call.headers.get("x-2fa-method"))
    call.world.trusted[who] = now + REMEMBERED


def _details(world: World, user: User, factor: Factor) -> JSONObject:
    """What the client needs to ask its user; sends a code when none is good any more."""
    if factor != "email":
        return {"method": factor, "codeGenerated": False}
    good = _good_codes(world, user)
    if not good:
        send_code(world, user)
    codes = _good_codes(world, user)
    return {
        "method": "email",
        "codeGenerated": not good,
        "codeCount": len(codes),
        "codeExpires": [iso(sent.expires) for sent in codes],
    }


def _good_codes(world: World, user: User) -> list[EmailedCode]:
    return [sent for sent in user.emailed if sent.expires > world.time()]


def _is_right(world: World, user: User, factor: Factor, code: str) -> bool:
    match factor:
        case "totp":
            # A step before and after, for clocks that differ.
            steps = (-TOTP_STEP, 0.0, TOTP_STEP)
            return code in {totp(user.totp_secret, world.time() + step) for step in steps}
        case "email":
            found = next((sent for sent in _good_codes(world, user) if sent.code == code), None)
            if found is not None:
                user.emailed.remove(found)
            return found is not None
        case "password":
            return user.password is not None and code.lower() == sha256(user.password)
