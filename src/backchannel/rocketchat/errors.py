"""Refusals of Rocket.Chat, each an `ApiError` and, where there is one, the common error for it.

ApiError
├── NotAuthenticated (AuthenticationError)   the token is missing, wrong or expired
│   └── LoginRefused                         password or token do not log in
├── TwoFactorRequired (AuthenticationError)  a second factor is asked for
│   ├── TwoFactorInvalid                     the code given is wrong
│   └── TwoFactorExhausted                   too many wrong codes
├── NotPermitted (PermissionDenied)          a permission is missing, or this is not allowed
│   ├── NotInRoom                            the user is not in the room
│   ├── RoomArchived                         nobody may write in the room
│   ├── RoomReadOnly                         only some may write in the room
│   ├── RoomBlocked                          one of a direct room has blocked the other
│   └── Muted                                the user may not write in the room
├── RoomNotFound (NotFound)
├── MessageNotFound (NotFound)
├── UserNotFound (NotFound)
├── FileNotFound (NotFound)
├── EndpointNotFound (NotFound)              the server is too old, or the URL is not its root
├── MessageTooLong                           longer than the server's setting
├── MessageDropped                           the server took the message and did not store it
└── MessageIdTaken                           another message has the id

Too many requests are the common `RateLimited`, whether the server says so or the client does.
"""

from __future__ import annotations

from backchannel.errors import ApiError, AuthenticationError, NotFound, PermissionDenied
from backchannel.rocketchat.second_factor import Challenge, read_challenge

__all__ = [
    "EndpointNotFound",
    "FileNotFound",
    "LoginRefused",
    "MessageDropped",
    "MessageIdTaken",
    "MessageNotFound",
    "MessageTooLong",
    "Muted",
    "NotAuthenticated",
    "NotInRoom",
    "NotPermitted",
    "RoomArchived",
    "RoomBlocked",
    "RoomNotFound",
    "RoomReadOnly",
    "TwoFactorExhausted",
    "TwoFactorInvalid",
    "TwoFactorRequired",
    "UserNotFound",
]


class NotAuthenticated(ApiError, AuthenticationError):
    """The pair of user id and token is missing, wrong or expired (status 401)."""


class LoginRefused(NotAuthenticated):
    """The server lets nobody in with this user and password, or this token.

    Its `code` is `Unauthorized` for a wrong name or password, `error-login-blocked-for-user` or
    `error-login-blocked-for-ip` after too many of them.
    """


class TwoFactorRequired(ApiError, AuthenticationError):
    """A second factor is asked for (`totp-required`); nothing was done."""

    @property
    def challenge(self) -> Challenge:
        """What is asked for: the method, and those there are."""
        return read_challenge(self.details)


class TwoFactorInvalid(TwoFactorRequired):
    """The code given is wrong or has been used (`totp-invalid`)."""


class TwoFactorExhausted(TwoFactorRequired):
    """Too many wrong codes by e-mail; only a new one helps (`totp-max-attempts`)."""


class NotPermitted(ApiError, PermissionDenied):
    """The user lacks a permission, or this is not allowed to anybody."""


class NotInRoom(NotPermitted):
    """The user is not in the room."""


class RoomArchived(NotPermitted):
    """The room is archived: nobody may write in it."""


class RoomReadOnly(NotPermitted):
    """The room is read-only: only some may write in it."""


class RoomBlocked(NotPermitted):
    """One of the two in a direct room has blocked the other."""


class Muted(NotPermitted):
    """The user was muted in the room."""


class RoomNotFound(ApiError, NotFound):
    """No such room."""


class MessageNotFound(ApiError, NotFound):
    """No such message."""


class UserNotFound(ApiError, NotFound):
    """No such user."""


class FileNotFound(ApiError, NotFound):
    """No such file."""


class EndpointNotFound(ApiError, NotFound):
    """No such endpoint: the server is too old for it, or the URL is not the server's root."""


class MessageTooLong(ApiError):
    """The text is longer than the server's setting Message_MaxAllowedSize."""


class MessageDropped(ApiError):
    """The server took the message and did not store it, without a reason.

    An app or a filter on the server did that; servers from 2.4 to 3.x also do it where `alias` or
    `avatar` are given and the permission `message-impersonate` is missing.
    """


class MessageIdTaken(ApiError):
    """The id given for a message belongs to a message in another room or of another user."""
