"""An error as it goes into a reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import SourceLocation, get_location

if TYPE_CHECKING:
    from graphql import Node

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A message with its places in the document (line and column from 1) and in the data."""

    message: str
    locations: tuple[SourceLocation, ...] = ()
    path: Path = ()

    def as_json(self) -> dict[str, object]:
        """The error of a reply; what is not known is left out."""
        body: dict[str, object] = {"message": self.message}
        if self.locations:
            body["locations"] = [
                {"line": line, "column": column} for line, column in self.locations
            ]
        if self.path:
            body["path"] = list(self.path)
        return body


def location(node: Node) -> SourceLocation:
    """Where `node` begins."""
    if node.loc is None:
        raise ValueError("the document was parsed without locations")
    return get_location(node.loc.source, node.loc.start)
