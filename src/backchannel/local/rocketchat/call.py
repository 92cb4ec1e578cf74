"""One request as the endpoints see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from backchannel.local.rocketchat.errors import Age, NotLoggedIn
from backchannel.local.rocketchat.multipart import UploadedFile
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import JSONObject, World


@dataclass(frozen=True)
class Call:
    """A request: who asks (None: nobody is logged in), the body and the query.

    `token` is the one the caller came with; `url` is the server's own. `path` has the parts of
    the path that vary, `files` what came with a form.
    """

    world: World
    age: Age
    user: User | None
    token: str = field(repr=False)
    url: str
    body: JSONObject
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    path: Mapping[str, str] = field(default_factory=dict[str, str])
    files: tuple[UploadedFile, ...] = ()

    @property
    def caller(self) -> User:
        """The user who asks. Raises NotLoggedIn."""
        if self.user is None:
            raise NotLoggedIn
        return self.user

    def with_body(self, body: JSONObject) -> Call:
        """The same request with this body."""
        return replace(self, body=body)


@dataclass(frozen=True)
class Pending:
    """An answer that is being written: what is checked is checked, and `finish` stores it.

    Between the two the server may answer others, as one does that waits for its database.
    """

    finish: Callable[[], JSONObject]


Handler: TypeAlias = Callable[[Call], JSONObject | Pending]


def success(fields: JSONObject | None = None) -> JSONObject:
    """The body of a request that was answered as asked."""
    return {**(fields or {}), "success": True}
