"""What a request to the API asks for, by name: to order a fault for one operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse

from backchannel.local.glimesh.http import loads
from backchannel.local.glimesh.values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator


def asked_for(body: bytes) -> frozenset[str]:
    """The names of the operations in a JSON body, and of their root fields; none if unreadable."""
    try:
        parsed = loads(body.decode())
    except ValueError:
        return frozenset()
    queries = parsed if is_array(parsed) else [parsed]
    return frozenset(name for query in queries for name in _names(query))


def _names(query: object) -> Iterator[str]:
    text = query.get("query") if is_object(query) else None
    if not isinstance(text, str):
        return
    try:
        document = parse(text)
    except GraphQLError:
        return
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            if node.name is not None:
                yield node.name.value
            for selection in node.selection_set.selections:
                if isinstance(selection, FieldNode):
                    yield selection.name.value
