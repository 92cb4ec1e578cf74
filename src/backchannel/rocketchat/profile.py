"""Who the user is, as the server knows them."""

from __future__ import annotations

import msgspec

from backchannel.flow import Flow
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.session import Session

__all__ = ["Profile", "who_am_i"]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """The user that a client is.

    Attributes:
        id: the user's id.
        username: the name that identifies the user.
        name: the user's full name, if there is one.
        roles: the user's roles; `bot` may bypass the rate limit.
        emails: the user's e-mail addresses.
    """

    id: str
    username: str
    name: str | None = None
    roles: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class _Email(msgspec.Struct, frozen=True):
    address: str


class ProfileReply(Reply, frozen=True, kw_only=True, rename={"id": "_id"}):
    """The body of a `me`, which holds the user as it is."""

    id: str
    username: str
    name: str | None = None
    roles: tuple[str, ...] = ()
    emails: tuple[_Email, ...] = ()


def who_am_i(session: Session) -> Flow[Profile]:
    """The flow that reads who the user is (`GET me`)."""
    reply = yield from session.read(session.get("me"), ProfileReply)
    return Profile(
        id=reply.id,
        username=reply.username,
        name=reply.name,
        roles=reply.roles,
        emails=tuple(email.address for email in reply.emails),
    )
