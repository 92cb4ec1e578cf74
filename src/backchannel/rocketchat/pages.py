"""Lists that the server gives in pages, by how many items to skip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from backchannel.drive import Item, Stream
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.session import Session

__all__ = ["PageReply", "paged"]

PAGE = 100  # the server's default for the most it gives at once


class Identified(Protocol):
    """An item that can be told from the others by its id."""

    @property
    def id(self) -> str:
        """The id."""
        ...


class PageReply(Reply, frozen=True, kw_only=True):
    """Base of the bodies of pages.

    Attributes:
        total: how many items there are, or None where the server does not count.
    """

    total: int | None = None


P = TypeVar("P", bound=PageReply)
T = TypeVar("T", bound=Identified)


def paged(
    session: Session,
    endpoint: str,
    query: Mapping[str, str],
    kind: type[P],
    items_of: Callable[[P], Sequence[T]],
    *,
    limit: int | None,
) -> Stream[T]:
    """The stream of the items of a list, each once.

    What is added meanwhile may push an item onto a second page, where it is passed over; what is
    taken away pulls items onto pages already read, so the stream goes back by as many.

    Args:
        session: who asks whom.
        endpoint: the endpoint's name.
        query: what is asked for, but for the page.
        kind: the body of a page.
        items_of: the items of one.
        limit: how many items at most; None for all.
    """
    known: set[str] = set()
    offset, total = 0, None
    missing = limit
    while missing != 0:
        count = PAGE if missing is None else min(PAGE, missing)
        asked = {**query, "count": str(count), "offset": str(offset)}
        page = yield from session.read(session.get(endpoint, asked), kind)
        if total is not None and page.total is not None and page.total < total:
            back = min(offset, total - page.total)
            offset, total = offset - back, page.total
            continue
        total = page.total
        items = items_of(page)
        fresh = [item for item in items if item.id not in known][:missing]
        for item in fresh:
            known.add(item.id)
            yield Item(item)
        if missing is not None:
            missing -= len(fresh)
        offset += len(items)
        # Where nothing is counted, a page without anything new is the end.
        if not items or (not fresh if total is None else offset >= total):
            return
