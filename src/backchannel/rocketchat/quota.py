"""What a reply says of the server's rate limit: a pure reading of its headers and words.

The server counts calls per route, method and address in windows. Each answer that counted tells
the limit, what is left of it, and when the window ends: a time of the server's own clock, so it
is compared with the reply's Date, not with a clock of this machine.
"""

from __future__ import annotations

import re

import msgspec

from backchannel.wire import rules
from backchannel.wire.messages import Response

__all__ = ["Quota", "read_quota", "retry_after"]

_COUNT = re.compile(r"[0-9]{1,9}")
_MILLISECONDS = re.compile(r"[0-9]{1,16}")
_SECONDS = re.compile(r"wait ([0-9]{1,9}) seconds")


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a route's window.

    Attributes:
        limit: calls in a window.
        remaining: calls left in this one.
        reset: when it ends, in milliseconds since 1970 by the server's clock.
        seconds: how long until then, up to a second too much; None where the reply has no Date.
    """

    limit: int
    remaining: int
    reset: int
    seconds: float | None


def read_quota(response: Response) -> Quota | None:
    """The quota that a reply tells, or None: then the server did not count the call.

    Source: headers X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset.
    """
    headers = response.headers
    # The answer to most calls of a bot.
    if "x-ratelimit-limit" not in headers:
        return None
    limit = headers["x-ratelimit-limit"].strip()
    remaining = headers.get("x-ratelimit-remaining", "").strip()
    reset = headers.get("x-ratelimit-reset", "").strip()
    known = _COUNT.fullmatch(limit) and _COUNT.fullmatch(remaining)
    if not (known and _MILLISECONDS.fullmatch(reset)):
        return None
    return Quota(
        limit=int(limit),
        remaining=int(remaining),
        reset=int(reset),
        seconds=_until(int(reset), response),
    )


def retry_after(response: Response, now: float) -> float | None:
    """Seconds to wait after a rate limit, or None where the reply does not say.

    The text has them; so has the header X-RateLimit-Reset, as a time of the server's clock; a
    proxy sends Retry-After.

    Args:
        response: the reply.
        now: seconds since 1970 of this machine's clock, for replies without Date.
    """
    in_text = _SECONDS.search(response.body.decode("utf-8", "replace"))
    if in_text:
        return float(in_text[1])
    reset = response.headers.get("x-ratelimit-reset", "").strip()
    if _MILLISECONDS.fullmatch(reset):
        seconds = _until(int(reset), response)
        return max(0.0, int(reset) / 1000 - now) if seconds is None else seconds
    return rules.retry_after(response.headers)


def _until(reset: int, response: Response) -> float | None:
    """Seconds from the reply's Date, which is cut to whole seconds, to a moment in milliseconds."""
    # A tenth of what it takes to load this package, for servers that limit.
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, reset / 1000 - date)
