"""Refusals as DDP puts them: an error in a `result` or a `nosub`."""

from __future__ import annotations

from backchannel.local.rocketchat.errors import (
    Failure,
    MeteorError,
    NotLoggedIn,
    Refusal,
    TooManyRequests,
)
from backchannel.local.rocketchat.world import JSONObject


def match_failed() -> MeteorError:
    """The refusal of arguments that are not of the types a method or stream wants."""
    return MeteorError(400, "Match failed")


def error_of(refusal: Refusal, method: str) -> JSONObject:
    """The error a client gets; what the server thinks is its own affair is an internal one."""
    match refusal:
        case MeteorError():
            return _written(refusal)
        case NotLoggedIn():
            return _written(MeteorError("error-invalid-user", "Invalid user", {"method": method}))
        case TooManyRequests():
            return _written(_too_many(refusal.seconds))
        case Failure(text="error-not-allowed"):
            return _written(MeteorError("error-not-allowed", "", {"method": method}))
        case Failure(text=str(text)) if text.startswith("Match error"):
            return _written(match_failed())
        case _:
            return _written(MeteorError(500, "Internal server error"))


def _too_many(seconds: int) -> MeteorError:
    text = (
        "Error, too many requests. Please slow down. "
        f"You must wait {seconds} seconds before trying again."
    )
    return MeteorError("too-many-requests", text, {"timeToReset": seconds * 1000})


def _written(error: MeteorError) -> JSONObject:
    written: JSONObject = {"isClientSafe": True, "error": error.code}
    if error.reason:
        written["reason"] = error.reason
    if error.details is not None:
        written["details"] = dict(error.details)
    return {**written, "message": error.message, "errorType": "Meteor.Error"}
