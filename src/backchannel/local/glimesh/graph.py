"""/api/graph: who asks, what they ask, and how the answer goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from backchannel.local.glimesh.context import Access, Context, Crash
from backchannel.local.glimesh.engine import Query, Reply, Transport, TransportError, run
from backchannel.local.glimesh.http import (
    Parameters,
    RaisedError,
    accepts_json,
    json_response,
    loads,
)
from backchannel.local.glimesh.values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from backchannel.local.glimesh.site import Site
    from backchannel.local.glimesh.world import World

_POST = Transport()
_OTHER_METHOD = Transport(mutations=False)
_PHRASES = {400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}


class InputError(Exception):
    """The request holds nothing that could be run."""


class UnauthorizedError(Exception):
    """Nobody is logged in; `body` is the one error of the reply."""

    def __init__(self, body: Mapping[str, str]) -> None:
        super().__init__(body["message"])
        self.body = body


def graph(request: Request, parameters: Parameters, site: Site) -> Response:
    """The reply to a request of the API."""
    if not accepts_json(request.headers.get("accept")):
        raise RaisedError(406)
    try:
        access = authorize(request.headers.getlist("authorization"), site.world, site.clock())
    except UnauthorizedError as error:
        return json_response({"errors": [error.body]}, 401)
    context = Context(
        site=site,
        login=access,
        base_url=str(request.base_url).rstrip("/"),
        uploads=parameters.uploads,
    )
    transport = _POST if request.method == "POST" else _OTHER_METHOD
    try:
        return json_response(_answer(parameters, context, transport))
    except InputError as error:
        return json_response({"errors": [{"message": str(error)}]}, 400)
    except TransportError as error:
        return json_response({"errors": [{"message": str(error)}]}, 405)
    except Crash as crash:
        return json_response(_PHRASES[crash.status], crash.status)


def authorize(headers: list[str], world: World, now: datetime) -> Access:
    """Who the Authorization header names; exactly four spellings of its first word are known."""
    scheme, _, value = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    if scheme in {"Bearer", "bearer"} and value:
        return access_by_token(value, world, now)
    if scheme in {"Client-ID", "client-id"} and value:
        return access_by_client(value, world)
    raise UnauthorizedError({"message": "You must be logged in to access the api"})


def access_by_token(value: str, world: World, now: datetime) -> Access:
    """The user of a token that is known, and neither revoked nor expired."""
    for token in world.tokens:
        if token.value == value and not token.revoked:
            owner = world.users.get(token.user_id)
            if owner is None or (token.expires_at is not None and token.expires_at <= now):
                break
            return Access(owner, frozenset(token.scope.split()))
    raise UnauthorizedError(
        {
            "message": "Given access token is invalid, revoked, or expired.",
            "header_error": "invalid_access_token",
        }
    )


def access_by_client(value: str, world: World) -> Access:
    """Nobody, who may read. The server raises for an id that is none, or of no application."""
    try:
        client_id = str(UUID(value))
    except ValueError as error:
        raise RaisedError(400) from error
    if not any(app.client_id == client_id for app in world.apps):
        raise RaisedError(500)
    return Access()


def _answer(parameters: Parameters, context: Context, transport: Transport) -> object:
    if parameters.batch is None:
        return run(_query(parameters.fields, parameters.document), context, transport)
    if not is_array(parameters.batch):
        raise InputError("Invalid request structure. Expecting an object or list of objects.")
    items = [item for item in parameters.batch if is_object(item)]
    if len(items) < len(parameters.batch):
        raise InputError("Invalid request structure. Expecting a list of objects.")
    queries = [_query(item, "") for item in items]
    if not queries:
        raise InputError("No query document supplied")
    return [
        {"payload": _batched(query, context, transport), **_extra(item)}
        for query, item in zip(queries, items, strict=True)
    ]


def _batched(query: Query, context: Context, transport: Transport) -> Reply:
    try:
        return run(query, context, transport)
    except TransportError as error:
        # Not foreseen by the server in a batch: it raises.
        raise Crash(500) from error


def _extra(item: Mapping[str, object]) -> dict[str, object]:
    """Whatever else a batched query held comes back with its answer."""
    return {key: value for key, value in item.items() if key not in {"query", "variables"}}


def _query(fields: Mapping[str, object], document: str) -> Query:
    document_or_none = fields.get("query", document)
    variables = _variables(fields.get("variables"))
    name = fields.get("operationName")
    if document_or_none is None or document_or_none == "":
        raise InputError("No query document supplied")
    if not isinstance(document_or_none, str) or not isinstance(name, str | None):
        raise Crash(500)
    return Query(document_or_none, variables, name or None)


def _variables(given: object) -> dict[str, object]:
    if given is None:
        return {}
    if isinstance(given, str):
        if given in {"", "null"}:
            return {}
        try:
            given = loads(given)
        except ValueError as error:
            raise InputError("The variable values could not be decoded") from error
        if not is_object(given):
            raise Crash(500)
    if not is_object(given):
        raise InputError("Variables must be a map.")
    return given
