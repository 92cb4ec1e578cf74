"""The routes, and the way every request goes: body, log-in, rate limit, schema, handler."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backchannel.local.rocketchat import accounts, messages, rooms, schemas, sending
from backchannel.local.rocketchat.call import Call, Handler
from backchannel.local.rocketchat.errors import Age, InvalidParams, NoSuchRoute, Refusal
from backchannel.local.rocketchat.limits import RateLimit
from backchannel.local.rocketchat.schema import Invalid, Schema, validate
from backchannel.local.rocketchat.world import JSONObject, World
from backchannel.wire.json import JSON

_API = "/api/v1/"


@dataclass(frozen=True)
class Endpoint:
    """A route. Servers of age `since` check the `schema`; `typed` routes do it first since 8."""

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    schema: Schema | None = None
    public: bool = False
    typed: bool = False
    since: Age = 7


def _v1(
    method: Literal["GET", "POST"],
    name: str,
    handler: Handler,
    schema: Schema | None = None,
    *,
    public: bool = False,
    typed: bool = False,
    since: Age = 7,
) -> Endpoint:
    return Endpoint(method, _API + name, handler, schema, public, typed, since)


ENDPOINTS = (
    Endpoint("GET", "/api/info", accounts.server_info, public=True),
    _v1("POST", "login", accounts.login, public=True),
    _v1("POST", "logout", accounts.logout),
    _v1("GET", "me", accounts.me),
    _v1("POST", "chat.sendMessage", sending.send_message, schemas.SEND_MESSAGE),
    _v1("POST", "chat.postMessage", sending.post_message, schemas.POST_MESSAGE),
    _v1("GET", "chat.getMessage", messages.get_message, schemas.GET_MESSAGE),
    _v1("POST", "chat.update", messages.update_message, schemas.UPDATE, typed=True),
    _v1("POST", "chat.delete", messages.delete_message, schemas.DELETE),
    _v1("POST", "chat.react", messages.react, schemas.REACT),
    _v1("GET", "rooms.info", rooms.room_info),
    _v1("GET", "rooms.get", rooms.rooms_get),
    _v1("GET", "channels.history", rooms.history("c"), schemas.HISTORY, since=3),
    _v1("GET", "groups.history", rooms.history("p"), schemas.HISTORY, since=3),
    _v1("GET", "im.history", rooms.history("d"), schemas.DIRECT_HISTORY, since=3),
    _v1("GET", "dm.history", rooms.history("d"), schemas.DIRECT_HISTORY, since=3),
    _v1("GET", "channels.messages", rooms.messages("c")),
    _v1("GET", "groups.messages", rooms.messages("p")),
    _v1("GET", "im.messages", rooms.messages("d")),
    _v1("GET", "dm.messages", rooms.messages("d")),
    _v1("POST", "im.create", rooms.create_direct, schemas.CREATE_DIRECT),
    _v1("POST", "dm.create", rooms.create_direct, schemas.CREATE_DIRECT),
)


def rocketchat_app(world: World, age: Age, *, rate_limit: bool) -> Starlette:
    """The server as an ASGI application that answers as a server of this age."""
    limit = RateLimit(world.clock) if rate_limit else None

    def not_found(request: Request, error: Exception) -> Response:
        del request, error
        return _respond(404, NoSuchRoute().body(age))

    routes = [
        Route(endpoint.path, _route(endpoint, world, age, limit), methods=[endpoint.method])
        for endpoint in ENDPOINTS
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: not_found})
    app.router.redirect_slashes = False
    return app


def _route(
    endpoint: Endpoint, world: World, age: Age, limit: RateLimit | None
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await _read_body(request)
        headers: dict[str, str] = {}
        # Rendered inside the lock too: what a handler returns is part of the world.
        with world.lock:
            try:
                given = _answer(endpoint, _call(request, world, age), request, body, limit, headers)
                return _respond(200, given, headers)
            except Refusal as refusal:
                return _respond(refusal.status, refusal.body(age), headers)

    return answer


def _answer(
    endpoint: Endpoint,
    call: Call,
    request: Request,
    body: JSON,
    limit: RateLimit | None,
    headers: dict[str, str],
) -> JSONObject:
    """The body of the reply; `headers` is filled even when this raises Refusal."""
    typed = endpoint.typed and call.age == 8
    if typed:
        body = _validated(endpoint, call, body, typed=True)
    if not endpoint.public:
        _ = call.caller
    if limit is not None and endpoint.path.startswith(_API):
        _count(endpoint, call, request, limit, headers)
    if not typed and call.age >= endpoint.since:
        body = _validated(endpoint, call, body, typed=False)
    parameters = body if isinstance(body, dict) else {}
    return endpoint.handler(call.with_body(parameters))


def _call(request: Request, world: World, age: Age) -> Call:
    token = request.headers.get("x-auth-token", "")
    user = world.users.get(request.headers.get("x-user-id", ""))
    if user is not None and token not in user.tokens:
        user = None
    url = str(request.base_url).rstrip("/")
    return Call(world, age, user, token, url, {}, dict(request.query_params))


def _count(
    endpoint: Endpoint, call: Call, request: Request, limit: RateLimit, headers: dict[str, str]
) -> None:
    if call.user is not None and call.user.may("api-bypass-rate-limit"):
        return
    address = request.client.host if request.client else ""
    counted, refusal = limit.count(endpoint.method, endpoint.path, address)
    headers.update(counted)
    if refusal is not None:
        raise refusal


def _validated(endpoint: Endpoint, call: Call, body: JSON, *, typed: bool) -> JSON:
    if endpoint.schema is None:
        return body
    query: JSONObject = {**call.query}
    try:
        return validate(endpoint.schema, query if endpoint.method == "GET" else body)
    except Invalid as error:
        raise InvalidParams(str(error), typed=typed) from None


async def _read_body(request: Request) -> JSON:
    """The JSON of a body. Broken JSON is an empty object; another content type is just text."""
    raw = await request.body()
    if "application/json" not in request.headers.get("content-type", ""):
        return raw.decode("utf-8", "replace")
    try:
        body: JSON = json.loads(raw, parse_constant=_no_constant)
    except ValueError:
        return {}
    return body


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _respond(status: int, body: JSONObject, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair can come in through an escape, and cannot go out.
    return Response(text.encode("utf-8", "replace"), status, headers, "application/json")
