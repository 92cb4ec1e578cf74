"""Every error of Backchannel, in one tree.

    BackchannelError
    ├── LocalError                  found here, before anything was sent
    │   ├── ConfigurationError      a client, credential or setting that cannot work
    │   ├── InvalidInput            an argument the server would refuse; names limit and value
    │   ├── AddressError            text that is no room address; names the position
    │   └── Unsupported             not possible on this platform or with this credential
    ├── TransportError              the network gave no complete reply
    │   ├── ConnectError            no connection: nothing was sent
    │   ├── TransportTimeout        no complete reply within the time allowed
    │   └── ConnectionLost          the connection ended in the middle
    ├── ReplyError                  a reply that the protocol does not allow
    │   ├── RedirectRefused         a redirect, which is never followed; names the target
    │   ├── ReplyTooLarge           the body is over the cap
    │   └── MalformedReply          not the JSON that was asked for; names the path
    ├── ServerFailure               the server says that it failed (5xx)
    └── RefusedError                the server understood, and said no
        ├── AuthenticationError     the credential is missing, unknown or expired
        ├── PermissionDenied        the credential is good, and not enough
        ├── NotFound                no such room, message, user or endpoint
        ├── RateLimited             too many requests; says when to try again
        ├── ApiError                a refusal of Rocket.Chat, with its code and details
        └── GraphQLError            the reply's `errors`, with the partial data

Three questions have an answer on each of them: whose `fault` it was, whether repeating the same
call is `retry_safe`, and what became of the effect (`outcome`). A platform's narrower errors
inherit from two of these (Glimesh's `unauthorized` is a GraphQLError and a PermissionDenied).
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backchannel.graphql.reply import GraphQLErrorEntry
    from backchannel.wire.json import JSON
    from backchannel.wire.messages import Response

__all__ = [
    "AddressError",
    "ApiError",
    "AuthenticationError",
    "BackchannelError",
    "ConfigurationError",
    "ConnectError",
    "ConnectionLost",
    "Fault",
    "GraphQLError",
    "InvalidInput",
    "LocalError",
    "MalformedReply",
    "NotFound",
    "Outcome",
    "PermissionDenied",
    "RateLimited",
    "RedirectRefused",
    "RefusedError",
    "ReplyError",
    "ReplyTooLarge",
    "ServerFailure",
    "TransportError",
    "TransportTimeout",
    "Unsupported",
]


class Fault(enum.Enum):
    """Whose fault an error was."""

    CALLER = "caller"
    NETWORK = "network"
    SERVER = "server"


class Outcome(enum.Enum):
    """What became of the effect that a call was to have."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


class BackchannelError(Exception):
    """Base of all errors raised by Backchannel.

    Attributes:
        fault: whose fault it was.
        outcome: whether the effect of the call happened: SENT, NOT_SENT, or UNKNOWN. Calls that
            only read have no effect, so theirs is NOT_SENT.
        temporary: whether the cause may pass by itself.
    """

    fault: ClassVar[Fault] = Fault.CALLER
    temporary: ClassVar[bool] = False

    def __init__(self, message: str, *, outcome: Outcome = Outcome.NOT_SENT) -> None:
        super().__init__(message)
        self.outcome = outcome

    def __reduce__(self) -> tuple[object, ...]:
        # Else copying and pickling (a pool of processes does) call the class with the message only.
        return _revive, (type(self), self.args), self.__dict__

    @property
    def retry_safe(self) -> bool:
        """Whether repeating the call may help and cannot apply its effect twice."""
        return self.temporary and self.outcome is Outcome.NOT_SENT

    @property
    def may_have_happened(self) -> bool:
        """Whether the effect of the call happened, or may have."""
        return self.outcome is not Outcome.NOT_SENT


def _revive(kind: type[BackchannelError], args: tuple[object, ...]) -> BackchannelError:
    return kind.__new__(kind, *args)


class LocalError(BackchannelError):
    """Found before anything was sent."""


class ConfigurationError(LocalError):
    """A client, a credential or a setting that cannot work as given."""


class InvalidInput(LocalError, ValueError):
    """An argument that the server would refuse.

    Attributes:
        argument: the name of the argument.
        limit: what is allowed, in words, with its unit.
        given: what was given, in words, with its unit.
    """

    def __init__(self, argument: str, *, limit: str, given: str) -> None:
        super().__init__(f"{argument}: {limit}; given: {given}")
        self.argument = argument
        self.limit = limit
        self.given = given


class AddressError(LocalError, ValueError):
    """Text that is not the address of a room.

    Attributes:
        text: the text given.
        position: where it stops being an address, counted in characters from 0.
    """

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(f"{text!r} is no address: {reason} (at character {position})")
        self.text = text
        self.position = position


class Unsupported(LocalError):
    """The platform, or the credential in use, cannot do that.

    Attributes:
        operation: what was asked for, or "" where the message alone says it.
        platform: the platform's name, or "".
        instead: what would work, as a command, or "".
    """

    def __init__(
        self, message: str, *, operation: str = "", platform: str = "", instead: str = ""
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.platform = platform
        self.instead = instead


class TransportError(BackchannelError):
    """The network gave no complete reply."""

    fault = Fault.NETWORK
    temporary = True


class ConnectError(TransportError):
    """No connection was made, so nothing was sent."""


class TransportTimeout(TransportError):
    """No complete reply came within the time allowed."""


class ConnectionLost(TransportError):
    """The connection ended before the reply was complete."""


class ReplyError(BackchannelError):
    """A reply that the protocol does not allow.

    Attributes:
        response: the reply as far as it was read, or None.
    """

    fault = Fault.SERVER

    def __init__(
        self,
        message: str,
        *,
        outcome: Outcome = Outcome.NOT_SENT,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, outcome=outcome)
        self.response = response


class RedirectRefused(ReplyError):
    """The server answered with a redirect, which is never followed.

    Attributes:
        target: the redirect's target, without its query.
    """

    def __init__(
        self,
        message: str,
        *,
        target: str,
        outcome: Outcome = Outcome.NOT_SENT,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, outcome=outcome, response=response)
        self.target = target


class ReplyTooLarge(ReplyError):
    """The decoded body is larger than the cap."""


class MalformedReply(ReplyError):
    """The body is not the JSON that was asked for."""


class ServerFailure(BackchannelError):
    """The server says that it failed (status 5xx).

    Attributes:
        response: the reply.
    """

    fault = Fault.SERVER
    temporary = True

    def __init__(self, message: str, *, response: Response, outcome: Outcome) -> None:
        super().__init__(message, outcome=outcome)
        self.response = response


class RefusedError(BackchannelError):
    """The server understood the request and said no.

    Attributes:
        response: the reply, or None where the refusal did not come over HTTP.
    """

    def __init__(
        self,
        message: str,
        *,
        outcome: Outcome = Outcome.NOT_SENT,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, outcome=outcome)
        self.response = response


class AuthenticationError(RefusedError):
    """The credential is missing, unknown, revoked or expired."""


class PermissionDenied(RefusedError):
    """The credential is good, and does not allow this."""


class NotFound(RefusedError):
    """There is no such room, message, user or endpoint."""


class RateLimited(RefusedError):
    """Too many requests.

    Attributes:
        retry_after: seconds to wait before the next try, or None where the server did not say.
    """

    temporary = True

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None,
        outcome: Outcome = Outcome.NOT_SENT,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, outcome=outcome, response=response)
        self.retry_after = retry_after


class ApiError(RefusedError):
    """A refusal of Rocket.Chat. Its status is in `response`.

    Attributes:
        code: the server's code (`error-invalid-room`), or "" where it gave none.
        words: the server's words for people, without the code, or "".
        details: the server's details, as plain JSON.
        request: method and URL of what was refused, or "" where no request was.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        words: str = "",
        details: JSON = None,
        request: str = "",
        outcome: Outcome = Outcome.NOT_SENT,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, outcome=outcome, response=response)
        self.code = code
        self.words = words
        self.details = details
        self.request = request


class GraphQLError(RefusedError):
    """The reply holds `errors`.

    Attributes:
        errors: the entries, in the server's order, each with message, path and locations.
        data: the partial data as plain JSON (None where the reply held none). It is never
            decoded into a result type.
    """

    def __init__(
        self,
        message: str,
        *,
        errors: Sequence[GraphQLErrorEntry],
        data: JSON,
        outcome: Outcome = Outcome.NOT_SENT,
        response: Response | None = None,
    ) -> None:
        super().__init__(message, outcome=outcome, response=response)
        self.errors = tuple(errors)
        self.data = data
