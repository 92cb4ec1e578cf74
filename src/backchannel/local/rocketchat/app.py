"""The way every request goes: body, log-in, rate limit, schema, handler."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backchannel.local.rocketchat import files, second_factor
from backchannel.local.rocketchat.call import Call, Pending
from backchannel.local.rocketchat.errors import Age, InvalidParams, NoSuchRoute, Refusal
from backchannel.local.rocketchat.limits import RateLimit
from backchannel.local.rocketchat.multipart import UploadedFile, read_form
from backchannel.local.rocketchat.routes import API, ENDPOINTS, Endpoint
from backchannel.local.rocketchat.schema import Invalid, validate
from backchannel.local.rocketchat.world import JSONObject, World
from backchannel.wire.json import JSON


@dataclass(frozen=True)
class Site:
    """What all routes of a server share.

    `write_seconds` is how long it takes to store a message that was checked.
    """

    world: World
    age: Age
    limit: RateLimit | None
    write_seconds: float


def rocketchat_app(
    world: World, age: Age, *, limit: RateLimit | None = None, write_seconds: float = 0.0
) -> Starlette:
    """The server as an ASGI application that answers as a server of this age."""
    site = Site(world, age, limit, write_seconds)

    def not_found(request: Request, error: Exception) -> Response:
        del request, error
        return _respond(404, NoSuchRoute().body(age))

    routes = [
        Route(endpoint.path, _route(endpoint, site), methods=[endpoint.method])
        for endpoint in ENDPOINTS
        if age in endpoint.ages
    ]
    routes.append(Route(files.DOWNLOAD, files.download(world), methods=["GET"]))
    app = Starlette(routes=routes, exception_handlers={HTTPException: not_found})
    app.router.redirect_slashes = False
    return app


def _route(endpoint: Endpoint, site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body, uploaded = await _read_body(request)
        # Clients measure by it when the rate limit ends.
        headers = {"Date": formatdate(site.world.clock(), usegmt=True)}
        # Rendered inside the lock too: what a handler returns is part of the world.
        with site.world.lock:
            try:
                call = replace(_call(request, site), files=uploaded)
                given = _answer(endpoint, call, request, body, site, headers)
                if not isinstance(given, Pending):
                    return _respond(200, given, headers)
            except Refusal as refusal:
                return _respond(refusal.status, refusal.body(site.age), headers)
        await asyncio.sleep(site.write_seconds)
        with site.world.lock:
            try:
                return _respond(200, given.finish(), headers)
            except Refusal as refusal:
                return _respond(refusal.status, refusal.body(site.age), headers)

    return answer


def _answer(
    endpoint: Endpoint,
    call: Call,
    request: Request,
    body: JSON,
    site: Site,
    headers: dict[str, str],
) -> JSONObject | Pending:
    """The body of the reply; `headers` is filled even when this raises Refusal."""
    typed = endpoint.typed and call.age == 8
    if typed:
        body = _validated(endpoint, call, body, typed=True)
    if not endpoint.public:
        _ = call.caller
    if site.limit is not None and endpoint.path.startswith(API):
        _count(endpoint, call, request, site.limit, headers)
    if not typed and call.age >= endpoint.since:
        body = _validated(endpoint, call, body, typed=False)
    if endpoint.guarded:
        second_factor.demand_for(call)
    parameters = body if isinstance(body, dict) else {}
    return endpoint.handler(call.with_body(parameters))


def _call(request: Request, site: Site) -> Call:
    token = request.headers.get("x-auth-token", "")
    user = site.world.users.get(request.headers.get("x-user-id", ""))
    if user is not None and token not in user.tokens:
        user = None
    return Call(
        site.world,
        site.age,
        user,
        token,
        str(request.base_url).rstrip("/"),
        {},
        dict(request.query_params),
        headers=request.headers,
        path=request.path_params,
    )


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


async def _read_body(request: Request) -> tuple[JSON, tuple[UploadedFile, ...]]:
    """The JSON or form of a body. Broken JSON is an empty object; other types are just text."""
    raw = await request.body()
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        texts, uploaded = read_form(content_type, raw)
        return texts, tuple(uploaded)
    if "application/json" not in content_type:
        return raw.decode("utf-8", "replace"), ()
    try:
        body: JSON = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {}, ()
    return body, ()


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _respond(status: int, body: JSONObject, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair can come in through an escape, and cannot go out.
    return Response(text.encode("utf-8", "replace"), status, headers, "application/json")
