"""Pages of lists: `count` and `offset`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backchannel.local.rocketchat.errors import InvalidParams
from backchannel.local.rocketchat.world import JSONObject
from backchannel.wire.json import JSON

DEFAULT_COUNT = 50
MAX_COUNT = 100  # the server's setting API_Upper_Count_Limit

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page:
    """A part of a list. A count of 0 is no limit."""

    count: int
    offset: int

    def cut(self, found: Sequence[Item]) -> Sequence[Item]:
        """The part of these that is on the page."""
        end = self.offset + self.count if self.count else None
        return found[self.offset : end]

    def of(self, name: str, found: Sequence[JSON]) -> JSONObject:
        """The answer with the page under this name, and the figures about it."""
        shown = self.cut(found)
        return {name: [*shown], "count": len(shown), "offset": self.offset, "total": len(found)}


def page_of(query: Mapping[str, str]) -> Page:
    """The page a query asks for; a count above the limit is cut down to it, without a word."""
    try:
        count = int(query.get("count") or DEFAULT_COUNT)
        offset = int(query.get("offset") or 0)
    except ValueError:
        raise InvalidParams("must be number") from None
    return Page(min(max(count, 0), MAX_COUNT), max(offset, 0))
