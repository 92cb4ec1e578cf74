"""Refusals of Rocket.Chat, each an `ApiError` and, where there is one, the common error for it.

ApiError
├── NotAuthenticated (AuthenticationError)   the token is missing, wrong or expired
├── TwoFactorRequired (AuthenticationError)  a second factor is asked for
├── NotPermitted (PermissionDenied)          a permission, or membership of the room, is missing
├── RoomNotFound (NotFound)
├── MessageNotFound (NotFound)
├── UserNotFound (NotFound)
├── EndpointNotFound (NotFound)              the server is too old, or the URL is not its root
├── MessageDropped                           the server took the message and did not store it
└── MessageIdTaken                           another message has the id
"""

from __future__ import annotations

from backchannel.errors import ApiError, AuthenticationError, NotFound, PermissionDenied

__all__ = [
    "EndpointNotFound",
    "MessageDropped",
    "MessageIdTaken",
    "MessageNotFound",
    "NotAuthenticated",
    "NotPermitted",
    "RoomNotFound",
    "TwoFactorRequired",
    "UserNotFound",
]


class NotAuthenticated(ApiError, AuthenticationError):
    """The pair of user id and token is missing, wrong or expired (status 401)."""


class TwoFactorRequired(ApiError, AuthenticationError):
    """A second factor is asked for; `details` says which."""


class NotPermitted(ApiError, PermissionDenied):
    """The user lacks a permission, or is not in the room."""


class RoomNotFound(ApiError, NotFound):
    """No such room."""


class MessageNotFound(ApiError, NotFound):
    """No such message."""


class UserNotFound(ApiError, NotFound):
    """No such user."""


class EndpointNotFound(ApiError, NotFound):
    """No such endpoint: the server is too old for it, or the URL is not the server's root."""


class MessageDropped(ApiError):
    """The server took the message and did not store it, without a reason.

    An app or a filter on the server did that; servers from 2.4 to 3.x also do it where `alias` or
    `avatar` are given and the permission `message-impersonate` is missing.
    """


class MessageIdTaken(ApiError):
    """The id given for a message belongs to a message in another room or of another user."""
