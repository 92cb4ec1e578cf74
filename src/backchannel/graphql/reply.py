"""Reading replies of GraphQL over HTTP: status first, then `errors`, then data.

Source of the rules: Glimesh answers 200 for everything executed and for documents it refuses, 400,
404 and 500 with a bare JSON string where a resolver raised, and 401 with an `errors` list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from backchannel.errors import (
    AuthenticationError,
    GraphQLError,
    MalformedReply,
    NotFound,
    Outcome,
    PermissionDenied,
    RefusedError,
)
from backchannel.graphql.models import decode_scalar
from backchannel.graphql.opening import decode_open
from backchannel.wire.rules import refuse_failure, refuse_redirect

if TYPE_CHECKING:
    from backchannel.wire.json import JSON
    from backchannel.wire.messages import Request, Response

T = TypeVar("T")
Kind = Literal["query", "mutation", "subscription"]


class Location(msgspec.Struct, frozen=True):
    """A place in the document: line and column, both from 1."""

    line: int
    column: int


class GraphQLErrorEntry(msgspec.Struct, frozen=True):
    """One entry of a reply's `errors`.

    Attributes:
        message: what the server says.
        path: the response keys and list indices down to the field, or None.
        locations: places in the document.
        extensions: whatever else the server says, as plain JSON.
    """

    message: str
    path: tuple[str | int, ...] | None = None
    locations: tuple[Location, ...] | None = None
    extensions: dict[str, object] | None = None


class _Entry(msgspec.Struct, frozen=True):
    """An entry as it may come: only its message must be what the specification says."""

    message: str
    path: object = None
    locations: object = None
    extensions: object = None


class _Envelope(msgspec.Struct, frozen=True):
    data: msgspec.Raw | UnsetType = UNSET
    errors: tuple[_Entry, ...] | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
# msgspec's own errors are ValueErrors, as are those of bad UTF-8; very deep nesting is the other.
_UNREADABLE = (ValueError, RecursionError)


def decode_data(data: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T], kind: Kind) -> T:
    """Decode the `data` of a reply without errors into its result type.

    Raises:
        MalformedReply: it does not fit the type; the message names the path.
    """
    try:
        return decode_open(data, decoder)
    except _UNREADABLE as error:
        outcome = Outcome.SENT if kind == "mutation" else Outcome.NOT_SENT
        raise MalformedReply(
            f"the reply's data does not fit its type: {error}", outcome=outcome
        ) from None


def decode_body(body: bytes, decoder: msgspec.json.Decoder[T], kind: Kind) -> T:
    """Decode a body that came with status 200, such as a client gets for what was executed.

    Raises:
        GraphQLError: it holds `errors`.
        MalformedReply: it is not a GraphQL reply, or its data does not fit the type.
    """
    unclear = Outcome.UNKNOWN if kind == "mutation" else Outcome.NOT_SENT
    try:
        envelope = _ENVELOPE.decode(body)
        if envelope.errors:
            raise graphql_error(_entries(envelope), _partial(envelope), kind)
    except _UNREADABLE as error:
        raise MalformedReply(f"not a GraphQL reply: {error}", outcome=unclear) from None
    if envelope.data is UNSET or bytes(envelope.data) == b"null":
        raise MalformedReply("a GraphQL reply with neither data nor errors", outcome=unclear)
    return decode_data(envelope.data, decoder, kind)


def _entries(envelope: _Envelope) -> tuple[GraphQLErrorEntry, ...]:
    return tuple(
        GraphQLErrorEntry(
            message=entry.message,
            path=_fitting(entry.path, tuple[str | int, ...]),
            locations=_fitting(entry.locations, tuple[Location, ...]),
            extensions=_fitting(entry.extensions, dict[str, object]),
        )
        for entry in envelope.errors or ()
    )


def _fitting(value: object, kind: type[T]) -> T | None:
    """The value if it is of the kind, or None: an odd detail must not cost the message."""
    try:
        return msgspec.convert(value, kind)
    except ValueError:
        return None


def _partial(envelope: _Envelope) -> JSON | UnsetType:
    """The data beside errors, as plain JSON; UNSET where the reply has no such member."""
    if envelope.data is UNSET:
        return UNSET
    data: JSON = msgspec.json.decode(envelope.data)
    return data


def graphql_error(
    errors: tuple[GraphQLErrorEntry, ...],
    data: JSON | UnsetType,
    kind: Kind,
    response: Response | None = None,
) -> GraphQLError:
    """The error for a reply with `errors`: the first message, and how many more there are.

    Args:
        errors: the entries, one at least.
        data: the data beside them as plain JSON; UNSET where there is no such member.
        kind: the operation's kind.
        response: the reply, if it is known.
    """
    first = errors[0]
    where = "" if first.path is None else f" (at {'.'.join(str(key) for key in first.path)})"
    more = "" if len(errors) == 1 else f", and {len(errors) - 1} more"
    return GraphQLError(
        f"{first.message}{where}{more}",
        errors=errors,
        data=None if data is UNSET else data,
        outcome=mutation_outcome(data) if kind == "mutation" else Outcome.NOT_SENT,
        response=response,
    )


def mutation_outcome(data: JSON | UnsetType) -> Outcome:
    """What is known of a mutation whose reply holds errors, whatever the server.

    No member `data`: the document was refused, nothing ran. A root field with a value: its
    resolver ran, only something below it failed. Else a resolver may have failed after its effect;
    a server's dialect may know better (`refused_by_resolvers`).
    """
    if data is UNSET:
        return Outcome.NOT_SENT
    happened = isinstance(data, dict) and any(value is not None for value in data.values())
    return Outcome.SENT if happened else Outcome.UNKNOWN


def refused_by_resolvers(error: GraphQLError, roots: int) -> bool:
    """Whether every root field came back null with an error of its own.

    On a server whose resolvers fail only before their effect, nothing has happened then.
    """
    paths = [entry.path for entry in error.errors]
    if any(path is None or len(path) != 1 for path in paths):
        return False
    if not isinstance(error.data, dict):
        return roots == 1
    failed = {path[0] for path in paths if path is not None}
    return failed >= set(error.data) and all(value is None for value in error.data.values())


def read_reply(
    request: Request,
    response: Response,
    decoder: msgspec.json.Decoder[T],
    kind: Kind,
) -> T:
    """Read the reply to an operation.

    Raises:
        RedirectRefused, ServerFailure, RateLimited: by status, whatever the body.
        AuthenticationError: 401. PermissionDenied: 403. NotFound: 404. RefusedError: other 4xx.
        GraphQLError, MalformedReply: by the body.
    """
    refuse_redirect(request, response)
    refuse_failure(request, response)
    if response.status >= 400:
        raise _refusal(request, response, kind)
    try:
        return decode_body(response.body, decoder, kind)
    except GraphQLError as error:
        error.response = response
        raise
    except MalformedReply as error:
        raise MalformedReply(
            f"{request.label}: {error} (status {response.status},"
            f" {response.content_type or 'no content type'}: {response.excerpt()})",
            outcome=error.outcome,
            response=response,
        ) from None


_BY_STATUS = {401: AuthenticationError, 403: PermissionDenied, 404: NotFound}


def _refusal(request: Request, response: Response, kind: Kind) -> RefusedError:
    refusal = _BY_STATUS.get(response.status)
    envelope = _envelope(response)
    if envelope is None or not envelope.errors:
        said = _bare_text(response) or response.excerpt() or "no reason given"
    elif refusal is None:
        # Some servers refuse a document with a 400 instead of a 200.
        return graphql_error(_entries(envelope), _partial(envelope), kind, response)
    else:
        said = "; ".join(entry.message for entry in envelope.errors)
    return (refusal or RefusedError)(
        f"{request.label}: {said} ({response.status})", response=response
    )


def _envelope(response: Response) -> _Envelope | None:
    try:
        envelope = _ENVELOPE.decode(response.body)
        _partial(envelope)
    except _UNREADABLE:
        return None
    return envelope


def _bare_text(response: Response) -> str:
    """The server's words where its whole body is a JSON string, else nothing."""
    try:
        return msgspec.json.decode(response.body, type=str)
    except _UNREADABLE:
        return ""


def decoder_for(data_type: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of a generated result type, custom scalars included."""
    return msgspec.json.Decoder(data_type, dec_hook=decode_scalar)


__all__ = [
    "GraphQLErrorEntry",
    "Kind",
    "Location",
    "decode_body",
    "decode_data",
    "decoder_for",
    "graphql_error",
    "mutation_outcome",
    "read_reply",
    "refused_by_resolvers",
]
