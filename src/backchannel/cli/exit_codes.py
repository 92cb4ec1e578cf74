"""Exit codes of the command line, the same for all commands."""

from __future__ import annotations

from typing import Final

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    LocalError,
    NotFound,
    Outcome,
    PermissionDenied,
)

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
AUTHENTICATION: Final = 3
NOT_FOUND: Final = 4
TEMPORARY: Final = 5
UNKNOWN: Final = 6
INTERRUPTED: Final = 130


def exit_code(error: BackchannelError) -> int:
    """The exit code for an error.

    What became of the effect goes before why: a script that tries again must not do it twice.
    """
    if error.outcome is Outcome.UNKNOWN:
        return UNKNOWN
    if error.outcome is Outcome.SENT:
        return OK
    match error:
        case LocalError():
            return USAGE
        case AuthenticationError() | PermissionDenied():
            return AUTHENTICATION
        case NotFound():
            return NOT_FOUND
        case _:
            return TEMPORARY if error.temporary else FAILED
