"""What to do about an error, in plain words."""

from __future__ import annotations

from typing import Final

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConfigurationError,
    ConnectError,
    MalformedReply,
    NotFound,
    PermissionDenied,
    RateLimited,
    RedirectRefused,
    RefusedError,
    ServerFailure,
    TransportTimeout,
    Unsupported,
)

__all__ = ["advice"]

# The first that fits counts.
_ADVICE: Final[tuple[tuple[type[BackchannelError], str], ...]] = (
    (ConfigurationError, "correct what is named; docs/configuration.md has all settings"),
    (Unsupported, "do what the message says would work"),
    (ConnectError, "look whether url is right, the server runs, and nothing stands between"),
    (TransportTimeout, "look whether url is right, the server runs, and nothing stands between"),
    (PermissionDenied, "log in again with the scope, or have the right given to the user"),
    (NotFound, "look whether the name is right, and url the root of the server"),
    (MalformedReply, "look whether url is right: something else answers there"),
    (ServerFailure, "try again in some minutes, and tell the server's administrators if it stays"),
    (RefusedError, "look whether the credential is the one of this server, and complete"),
)


def advice(account: str, error: BackchannelError) -> str:
    """What to do about an error of an account."""
    if isinstance(error, AuthenticationError):
        platform, _, server = account.partition("+")
        more = f" --account {account}" if server else ""
        return f"log in again: backchannel login {platform}{more}"
    if isinstance(error, RedirectRefused):
        return f"set url to where the server is: {error.target or 'its administrators know'}"
    if isinstance(error, RateLimited):
        wait = "a minute" if error.retry_after is None else f"{error.retry_after:.0f} seconds"
        return f"wait {wait}, and find what else calls from this address"
    found = (text for kind, text in _ADVICE if isinstance(error, kind))
    return next(found, "try again; if it stays, the message tells what was said")
