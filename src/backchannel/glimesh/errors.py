"""What Glimesh's error texts mean. Its errors carry no codes, only these texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.errors import (
    BackchannelError,
    GraphQLError,
    NotFound,
    Outcome,
    PermissionDenied,
)
from backchannel.graphql.reply import refused_by_resolvers

if TYPE_CHECKING:
    from backchannel.graphql.operation import Operation


class Unauthorized(GraphQLError, PermissionDenied):
    """The token lacks the scope, or its user the right (a moderator's, an administrator's)."""


class ResourceNotFound(GraphQLError, NotFound):
    """There is no such channel, user, category, follower or stream, or nowhere to watch."""


_NOT_FOUND = frozenset(
    {"Could not find resource", "Channel not found", "Category not found", "Edge not found"}
)


def refine(operation: Operation[object], error: BackchannelError) -> BackchannelError:
    """The narrower error for what Glimesh says, or the same error."""
    if isinstance(error, GraphQLError):
        return _refine_entries(operation, error)
    if type(error) is NotFound:
        # A resolver that asks for an unknown row is answered with this bare word.
        return NotFound(
            f"{operation.name}: there is no such channel, user, message or stream ({error})",
            outcome=error.outcome,
            response=error.response,
        )
    return error


def _refine_entries(operation: Operation[object], error: GraphQLError) -> GraphQLError:
    text = error.errors[0].message
    if text == "unauthorized" or text.startswith("Unauthorized to access"):
        kind: type[GraphQLError] = Unauthorized
    elif text in _NOT_FOUND:
        kind = ResourceNotFound
    else:
        kind = type(error)
    # Glimesh's resolvers give an error instead of a result only where they have done nothing.
    nothing_done = refused_by_resolvers(error, len(operation.fields))
    return kind(
        str(error),
        errors=error.errors,
        data=error.data,
        outcome=Outcome.NOT_SENT if nothing_done else error.outcome,
        response=error.response,
    )
