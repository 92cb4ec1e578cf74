"""Relay connections by offset, as absinthe_relay 1.5 makes them from a query.

A cursor is base64 of `arrayconnection:OFFSET`. What looks odd below is what the server does:
`before` and `after` both become an offset, and only `last` goes backwards from it.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from backchannel.local.glimesh.context import Crash, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT = 100
MAXIMUM = 1000
_PREFIX = "arrayconnection:"

Node = TypeVar("Node")


class Page(TypedDict, total=False):
    """The arguments of a connection; a key that is there with None was given as null."""

    first: int | None
    last: int | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Edge(Generic[Node]):
    """A row in its place."""

    cursor: str
    node: Node


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page begins and ends."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Connection(Generic[Node]):
    """A page of rows."""

    edges: list[Edge[Node]]
    page_info: PageInfo

    @property
    def count(self) -> int:
        """The edges of this page, whatever the name promises."""
        return len(self.edges)


def paginate(rows: Sequence[Node], page: Page) -> Connection[Node]:
    """The page of `rows` that `page` asks for: the first 100 without `first` and `last`."""
    if "first" not in page and "last" not in page:
        page = {**page, "first": DEFAULT}
    forward, limit = _limit(page)
    limit = min(limit, MAXIMUM)
    offset = _offset(page)
    if forward:
        offset = offset or 0
    elif offset is None:
        offset = max(len(rows) - limit, 0)
    else:
        end, offset = offset, max(offset - limit, 0)
        limit = limit if offset else end
    # The query is for one row more, to know whether there is a next page.
    if limit + 1 < 0 or offset < 0:
        raise Crash(500)
    found = rows[offset : offset + limit + 1]
    return _connection(found[: max(limit, 0)], offset, has_next_page=len(found) > limit)


def single(row: Node, page: Page) -> Connection[Node]:
    """A connection over one row in memory, which has neither default nor maximum."""
    forward, limit = _limit(page)
    offset = _offset(page)
    if forward:
        offset = offset or 0
    else:
        end = 1 if offset is None else offset
        offset = max(end - limit, 0)
        limit = limit if offset else end
    found = [row] if offset == 0 and limit > 0 else []
    return _connection(found, offset, has_next_page=offset + limit < 1)


def _connection(nodes: Sequence[Node], offset: int, *, has_next_page: bool) -> Connection[Node]:
    edges = [Edge(encode_cursor(offset + place), node) for place, node in enumerate(nodes)]
    return Connection(
        edges,
        PageInfo(
            has_next_page=has_next_page,
            has_previous_page=offset > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def _limit(page: Page) -> tuple[bool, int]:
    first, last = page.get("first"), page.get("last")
    if first is not None:
        return True, first
    if last is not None:
        return False, last
    raise RefusedError("You must either supply `:first` or `:last`")


def _offset(page: Page) -> int | None:
    after, before = page.get("after"), page.get("before")
    if after is not None:
        return _decode_cursor(after, "after") + 1
    if before is not None:
        return max(_decode_cursor(before, "before"), 0)
    return None


def encode_cursor(offset: int) -> str:
    """The cursor of the row at `offset`, counted from 0."""
    return base64.b64encode(f"{_PREFIX}{offset}".encode()).decode()


def _decode_cursor(cursor: str, argument: str) -> int:
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    number = re.match(rf"{_PREFIX}([+-]?[0-9]+)", text)
    if number is None:
        raise RefusedError(f"Invalid cursor provided as `{argument}` argument")
    return int(number[1])
