"""What a resolver is given, and the two ways in which it may fail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from backchannel.local.glimesh.site import Site
    from backchannel.local.glimesh.world import Channel, ChatMessage, Follower, User, World

_INTEGER = re.compile(r"[+-]?[0-9]+")
_BIGINT = 2**63


class RefusedError(Exception):
    """The field is null and each message an error of its own; HTTP 200."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


class Crash(BaseException):
    """The real server raises here: the whole request ends with `status` and no GraphQL reply.

    Not an Exception, because graphql-core turns those into an error of one field and goes on.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks: a user with a token's scopes, or nobody (a Client-ID, which may only read)."""

    user: User | None = None
    scopes: frozenset[str] = frozenset()

    def require(self, scope: str) -> User:
        """The user, when `scope` was granted; a Client-ID has no scopes."""
        if self.user is None or scope not in self.scopes:
            raise RefusedError("unauthorized")
        return self.user

    def require_admin(self) -> None:
        """Refuse who is not one of the site's administrators."""
        if self.user is None or not self.user.is_admin:
            raise RefusedError("unauthorized")


@dataclass(frozen=True, slots=True)
class Context:
    """One request's view of the site; `base_url` is how the client reached it.

    `login` is None where the real server has lost it, and raises when it is needed.
    """

    site: Site
    login: Access | None
    base_url: str
    uploads: frozenset[str] = frozenset()

    @property
    def access(self) -> Access:
        """Who asks."""
        if self.login is None:
            raise Crash(500)
        return self.login

    @property
    def world(self) -> World:
        """What the site holds."""
        return self.site.world

    @property
    def clock(self) -> Callable[[], datetime]:
        """The site's time."""
        return self.site.clock

    @property
    def now(self) -> datetime:
        """The time in whole seconds, as the columns keep it."""
        return self.clock().replace(microsecond=0)

    def full_url(self, path: str | None) -> str | None:
        """`path` on this server, unless it is a URL already."""
        if path is None or path.startswith(("http://", "https://")):
            return path
        return self.base_url + path

    def publish(self, field: str, key: int, row: ChatMessage | Channel | Follower) -> None:
        """Tell those who have subscribed to `field` for `key`, or for everything."""
        self.site.subscriptions.publish(field, str(key), row)


def row_id(value: str | int | None) -> int:
    """An ID argument as the database takes it: a bigint; a word is a cast error, null a raise."""
    if value is None:
        raise Crash(500)
    if isinstance(value, str) and not _INTEGER.fullmatch(value):
        raise Crash(400)
    number = int(value)
    if not -_BIGINT <= number < _BIGINT:
        raise Crash(500)
    return number
