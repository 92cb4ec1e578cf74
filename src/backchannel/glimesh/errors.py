"""What Glimesh's error texts mean. Its errors carry no codes, only these texts."""

from __future__ import annotations

from backchannel.errors import GraphQLError, NotFound, PermissionDenied


class Unauthorized(GraphQLError, PermissionDenied):
    """The token lacks the scope, or its user the right (a moderator's, an administrator's)."""


class ResourceNotFound(GraphQLError, NotFound):
    """There is no such channel, user, category, follower or stream, or nowhere to watch."""


_NOT_FOUND = frozenset(
    {"Could not find resource", "Channel not found", "Category not found", "Edge not found"}
)


def refine(error: GraphQLError) -> GraphQLError:
    """The narrower error for the first entry's text, or the same error."""
    text = error.errors[0].message
    if text == "unauthorized" or text.startswith("Unauthorized to access"):
        kind: type[GraphQLError] = Unauthorized
    elif text in _NOT_FOUND:
        kind = ResourceNotFound
    else:
        return error
    return kind(
        str(error),
        errors=error.errors,
        data=error.data,
        outcome=error.outcome,
        response=error.response,
    )
