"""Checks of arguments that all platforms share."""

from __future__ import annotations

from backchannel.errors import InvalidInput


def check_limit(limit: int | None) -> None:
    """Check the number of messages asked for.

    Raises:
        InvalidInput: it is negative.
    """
    if limit is not None and limit < 0:
        raise InvalidInput("limit", limit="must be 0 or more messages, or None", given=str(limit))
