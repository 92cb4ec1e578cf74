"""What holds for every HTTP reply, whatever the API: pure functions of what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backchannel.errors import Outcome, RateLimited, RedirectRefused, ServerFailure
from backchannel.wire.secrets import without_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backchannel.wire.messages import Request, Response

MEBIBYTE = 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a client waits for, and how much it accepts.

    Attributes:
        connect_timeout: seconds for making a connection.
        timeout: seconds for a whole call, the connection included.
        max_reply_bytes: bytes of a decoded body.
    """

    connect_timeout: float = 10.0
    timeout: float = 30.0
    max_reply_bytes: int = 16 * MEBIBYTE


def unless_safe(request: Request) -> Outcome:
    """What is known of the effect when no proper reply came: nothing, unless there is none."""
    return Outcome.UNKNOWN if request.effect else Outcome.NOT_SENT


def refuse_redirect(request: Request, response: Response) -> None:
    """Raise RedirectRefused for a redirect.

    A redirected credential has left the host it was meant for, and a redirected POST may have
    turned into a GET: neither is done behind the caller's back.
    """
    if 300 <= response.status < 400:
        target = without_query(response.headers.get("location", ""))
        raise RedirectRefused(
            f"{request.label} was redirected ({response.status}) to {target or 'nowhere'}:"
            " redirects are not followed; if the server has moved, use its new URL",
            target=target,
            # Those two say that nothing was done here; a 302 often follows what was done.
            outcome=Outcome.NOT_SENT if response.status in {307, 308} else unless_safe(request),
            response=response,
        )


def refuse_failure(request: Request, response: Response) -> None:
    """Raise ServerFailure for a 5xx and RateLimited for a 429."""
    if response.status == 429:
        raise RateLimited(
            f"{request.label}: too many requests (429): {response.excerpt()}",
            retry_after=retry_after(response.headers),
            response=response,
        )
    if response.status >= 500:
        raise ServerFailure(
            f"{request.label} failed on the server ({response.status}): {response.excerpt()}",
            outcome=unless_safe(request),
            response=response,
        )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by the header Retry-After.

    Args:
        headers: values by lower-case name. A date counts from the server's own clock, in Date.

    Returns:
        Seconds, never negative, or None where the header is absent or makes no sense.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    if not value:
        return None
    # A fifth of the time of importing a generated package, for a rare header.
    from email.utils import parsedate_to_datetime

    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())
