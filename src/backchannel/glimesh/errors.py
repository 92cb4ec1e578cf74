"""What Glimesh's error texts mean. Its errors carry no codes, only these texts.

    GraphQLError
    ├── Unauthorized         also PermissionDenied   the scope or the right is missing
    ├── BannedFromChannel    also PermissionDenied   banned, or timed out until a time
    ├── BannedFromSite       also PermissionDenied
    ├── UnconfirmedEmail     also PermissionDenied   the channel wants a confirmed address
    ├── AccountTooYoung      also PermissionDenied   the channel wants an older account
    ├── StreamingDenied      also PermissionDenied   the streamer may not stream
    ├── MessageRejected                              the text is not taken
    │   └── LinksBlocked                             it holds a link, and the channel blocks links
    ├── TitleRejected                                the title is not taken
    ├── ResourceNotFound     also NotFound
    └── NotFollowing         also NotFound           nothing to unfollow

Each is the caller's fault, never worth repeating as it is, and certain to have had no effect unless
its `outcome` says otherwise. A text that is not known stays a GraphQLError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from backchannel.errors import (
    BackchannelError,
    GraphQLError,
    NotFound,
    Outcome,
    PermissionDenied,
)
from backchannel.graphql.reply import refused_by_resolvers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backchannel.graphql.operation import Operation
    from backchannel.graphql.reply import GraphQLErrorEntry
    from backchannel.wire.json import JSON
    from backchannel.wire.messages import Response

__all__ = [
    "AccountTooYoung",
    "BannedFromChannel",
    "BannedFromSite",
    "LinksBlocked",
    "MessageRejected",
    "NotFollowing",
    "ResourceNotFound",
    "StreamingDenied",
    "TitleRejected",
    "Unauthorized",
    "UnconfirmedEmail",
    "refine",
]


class Unauthorized(GraphQLError, PermissionDenied):
    """The token lacks the scope, or its user the right: the server says the same of both.

    Writing wants the scope `chat`, following `follow`, the title `stream_info`, an email address
    `email`. Deleting, timeouts and bans want a moderator's right besides, the title that of the
    streamer, keys and broadcasts that of an administrator.
    """


class _Waiting(GraphQLError, PermissionDenied):
    """A refusal that a time may end."""

    def __init__(
        self,
        message: str,
        *,
        errors: Sequence[GraphQLErrorEntry],
        data: JSON,
        until: datetime | None = None,
        outcome: Outcome = Outcome.NOT_SENT,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, errors=errors, data=data, outcome=outcome, response=response)
        self.until = until


class BannedFromChannel(_Waiting):
    """The user may not write in the channel: banned, or timed out.

    Attributes:
        until: when a timeout is over at the latest, in UTC; None for a ban, which somebody has to
            lift. The server says minutes, rounded up; they are counted from the reply's header
            Date, the server's clock, or, where that is missing, from the clock of this machine.
    """


class BannedFromSite(GraphQLError, PermissionDenied):
    """The user is banned from all of Glimesh."""


class UnconfirmedEmail(GraphQLError, PermissionDenied):
    """The channel wants users to have confirmed their email address."""


class AccountTooYoung(_Waiting):
    """The channel wants an older account.

    Attributes:
        until: when it is old enough at the latest, in UTC. The server says minutes, rounded down;
            they are counted as those of `BannedFromChannel`.
    """


class StreamingDenied(GraphQLError, PermissionDenied):
    """The streamer may not stream."""


class MessageRejected(GraphQLError):
    """The server does not take the text: it is blank, or too long."""


class LinksBlocked(MessageRejected):
    """The text holds a link, and the channel blocks links, for its streamer too."""


class TitleRejected(GraphQLError):
    """The server does not take the title: it is too long."""


class ResourceNotFound(GraphQLError, NotFound):
    """There is no such channel, user, category, follower or stream, or nowhere to watch."""


class NotFollowing(GraphQLError, NotFound):
    """The user does not follow that streamer, so there is nothing to end."""


_EXACT: Final[Mapping[str, type[GraphQLError]]] = {
    "unauthorized": Unauthorized,
    "You are permanently banned from this channel.": BannedFromChannel,
    "You are banned from Glimesh.": BannedFromSite,
    "You must confirm your email address before chatting.": UnconfirmedEmail,
    "This channel has links disabled!": LinksBlocked,
    "Access denied": StreamingDenied,
    "Could not find resource": ResourceNotFound,
    "Channel not found": ResourceNotFound,
    "Category not found": ResourceNotFound,
    "Edge not found": ResourceNotFound,
    "Not following": NotFollowing,
}
# Of a changeset, whose texts begin with the field, and of fields of which each has its own text.
_BEGINNINGS: Final[Mapping[str, type[GraphQLError]]] = {
    "Unauthorized to access ": Unauthorized,
    "message: ": MessageRejected,
    "title: ": TitleRejected,
}
_TIMED_OUT = re.compile(r"You are banned from this channel for (\d{1,9}) more minutes\.", re.ASCII)
_TOO_YOUNG = re.compile(r"You must wait (\d{1,9}) more minutes to chat\.", re.ASCII)


def refine(
    operation: Operation[object], error: BackchannelError, now: Callable[[], float]
) -> BackchannelError:
    """The narrower error for what Glimesh says, or the same error.

    Args:
        operation: what was executed.
        error: what its reply became.
        now: seconds since 1970, for replies without a Date.
    """
    if isinstance(error, GraphQLError):
        return _refine_entries(operation, error, now)
    if type(error) is NotFound:
        # A resolver that asks for an unknown row is answered with this bare word.
        return NotFound(
            f"{operation.name}: there is no such channel, user, message or stream ({error})",
            outcome=error.outcome,
            response=error.response,
        )
    return error


def _refine_entries(
    operation: Operation[object], error: GraphQLError, now: Callable[[], float]
) -> GraphQLError:
    text = error.errors[0].message
    # Glimesh's resolvers give an error instead of a result only where they have done nothing.
    nothing_done = refused_by_resolvers(error, len(operation.fields))
    outcome = Outcome.NOT_SENT if nothing_done else error.outcome
    waiting = _waiting(text)
    if waiting is not None:
        kind, wait = waiting
        return kind(
            str(error),
            errors=error.errors,
            data=error.data,
            until=_until(wait, error.response, now),
            outcome=outcome,
            response=error.response,
        )
    return _kind(text, type(error))(
        str(error), errors=error.errors, data=error.data, outcome=outcome, response=error.response
    )


def _kind(text: str, default: type[GraphQLError]) -> type[GraphQLError]:
    for beginning, kind in _BEGINNINGS.items():
        if text.startswith(beginning):
            return kind
    return _EXACT.get(text, default)


def _waiting(text: str) -> tuple[type[_Waiting], timedelta] | None:
    """The kind of refusal that a time ends, and how long that is at most."""
    if timed_out := _TIMED_OUT.fullmatch(text):
        return BannedFromChannel, timedelta(minutes=int(timed_out[1]))
    if too_young := _TOO_YOUNG.fullmatch(text):
        return AccountTooYoung, timedelta(minutes=int(too_young[1]) + 1)
    return None


def _until(wait: timedelta, response: Response | None, now: Callable[[], float]) -> datetime:
    """When a wait is over that was told just now: by the server's clock, or else by ours."""
    date = "" if response is None else response.headers.get("date", "")
    if date:
        # A fifth of the time of importing a generated package, for a rare refusal.
        from email.utils import parsedate_to_datetime

        try:
            told = parsedate_to_datetime(date)
            return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC) + wait
        except (ValueError, OverflowError):
            pass  # a Date that is none, or of another age; ours will do
    return datetime.fromtimestamp(now(), UTC) + wait
