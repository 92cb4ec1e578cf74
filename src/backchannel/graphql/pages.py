"""Reading a Relay connection page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from backchannel.errors import InvalidInput, MalformedReply, Outcome

if TYPE_CHECKING:
    from backchannel.drive import Stream
    from backchannel.graphql.endpoint import Endpoint
    from backchannel.graphql.operation import Operation

T = TypeVar("T")


class Direction(msgspec.Struct, frozen=True):
    """One way through a connection.

    Attributes:
        size: the variable for the number of edges (`first`, `last`).
        cursor: the variable for the cursor to go on from (`after`, `before`).
        has_more: the attributes from a page to whether another follows.
        next_cursor: the attributes from a page to the cursor of the next.
    """

    size: str
    cursor: str
    has_more: tuple[str, ...]
    next_cursor: tuple[str, ...]


class Pages(Generic[T]):
    """How an operation is repeated to read all of its connection.

    Args:
        operation: the operation.
        path: the attributes from what it gives to the connection.
        forwards: the way from the start, if its variables allow that.
        backwards: the way from the end, if its variables allow that.
        max_page_size: the most edges that the server gives at once, if it is known.
    """

    def __init__(
        self,
        operation: Operation[Any],
        *,
        path: tuple[str, ...],
        forwards: Direction | None,
        backwards: Direction | None,
        max_page_size: int | None,
    ) -> None:
        self.operation = operation
        self.path = path
        self.forwards = forwards
        self.backwards = backwards
        self.max_page_size = max_page_size

    def read(
        self,
        endpoint: Endpoint,
        variables: Mapping[str, object],
        *,
        page_size: int,
        cursor: str | None,
        backwards: bool,
    ) -> Stream[T]:
        """The stream of the pages. Generated functions call this.

        Args:
            endpoint: where the operation is executed.
            variables: the other variables, by their names in the document.
            page_size: edges of a page.
            cursor: where to go on from, None: the start, or the end.
            backwards: whether to go from the end to the start.

        Raises:
            InvalidInput: the page size is less than 1 or more than the server gives.
        """
        _check(page_size, self.max_page_size)
        way = self.backwards if backwards else self.forwards
        assert way is not None, "functions offer only the ways that there are"
        return self._pages(endpoint, {**variables, way.size: page_size}, way, cursor)

    def _pages(
        self, endpoint: Endpoint, variables: dict[str, object], way: Direction, cursor: str | None
    ) -> Stream[T]:
        from backchannel.drive import Item

        seen: set[object] = {None, cursor}
        if cursor is not None:
            variables[way.cursor] = cursor
        while True:
            value = yield from endpoint.execute(self.operation, variables)
            page = _at(value, self.path)
            if not isinstance(page, msgspec.Struct):
                # Null on the way there: nothing to read.
                return
            yield Item(cast("T", page))
            if _at(page, way.has_more) is not True:
                return
            following = _at(page, way.next_cursor)
            if following in seen:
                raise MalformedReply(
                    f"{self.operation.name}: the server says that another page follows, but gives"
                    f" {following!r} as its cursor, which leads nowhere new",
                    outcome=Outcome.NOT_SENT,
                )
            seen.add(following)
            variables[way.cursor] = following


def _check(page_size: int, max_page_size: int | None) -> None:
    if page_size < 1 or (max_page_size is not None and page_size > max_page_size):
        limit = "at least 1" if max_page_size is None else f"1 to {max_page_size}"
        raise InvalidInput("page_size", limit=limit, given=str(page_size))


def _at(value: object, path: tuple[str, ...]) -> object:
    """The attribute at a path; None or UNSET where that stands on the way."""
    for name in path:
        if not isinstance(value, msgspec.Struct):
            return None
        value = getattr(value, name)
    return value
