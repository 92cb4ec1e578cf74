"""One small typed call over one kept connection: what a client adds to the network.

The server answers everything with the same bytes. Every contestant sends the same document and
variables, and gives the id of the channel; the peers parse JSON, ours also check its types.
"""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import aiohttp
import gql
import httpx
import requests
import urllib3
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.requests import RequestsHTTPTransport

import glimesh_api as api
from backchannel import AsyncGlimesh, Glimesh
from glimesh_api.operations import FIND_CHANNEL_ID

from . import fixed_server
from .harness import Contest, Table

ROUNDS = 30
CALLS = 50

_BASE = "requests.Session.post"
_REPLY = {
    "data": {
        "channel": {
            "id": "7",
            "streamer": {"id": "1", "username": "streamer", "displayname": "Streamer"},
        }
    }
}
_VARIABLES = {"streamerUsername": "streamer"}
_PAYLOAD = {
    "query": FIND_CHANNEL_ID.document,
    "operationName": FIND_CHANNEL_ID.name,
    "variables": _VARIABLES,
}
_HEADERS = {"Authorization": "Bearer token-of-nobody"}


def measure(rounds: int) -> Table:
    body = json.dumps(_REPLY).encode()
    title = f"A small call, {len(body)} bytes of reply ({_BASE} = 1.00)"
    with fixed_server.serve(body) as url, Contest(title, _BASE) as contest:
        _add_ours(contest, url)
        _add_blocking(contest, f"{url}/api/graph")
        _add_async(contest, f"{url}/api/graph")
        return contest.run(rounds, CALLS)


def _id(reply: dict[str, dict[str, dict[str, str]]]) -> str:
    return reply["data"]["channel"]["id"]


def _add_ours(contest: Contest, url: str) -> None:
    glimesh = contest.open(Glimesh(token="token-of-nobody", url=url))
    contest.add(
        "**Glimesh, typed**",
        lambda: api.find_channel_id(glimesh, streamer_username="streamer").id,
    )
    async_glimesh = contest.open_async(lambda: AsyncGlimesh(token="token-of-nobody", url=url))

    async def ours() -> str:
        return (await api.find_channel_id(async_glimesh, streamer_username="streamer")).id

    contest.add_async("**AsyncGlimesh, typed**", ours)


def _add_blocking(contest: Contest, url: str) -> None:
    session = contest.open(requests.Session())
    session.headers.update(_HEADERS)
    contest.add(_BASE, lambda: _id(session.post(url, json=_PAYLOAD, timeout=30).json()))

    untrusting = contest.open(requests.Session())
    untrusting.headers.update(_HEADERS)
    untrusting.trust_env = False
    contest.add(
        f"{_BASE}, trust_env off",
        lambda: _id(untrusting.post(url, json=_PAYLOAD, timeout=30).json()),
    )

    transport = RequestsHTTPTransport(url=url, headers=_HEADERS)
    gql_session = contest.open(gql.Client(transport=transport))
    request = gql.gql(FIND_CHANNEL_ID.document)
    request.variable_values = _VARIABLES
    contest.add("gql, RequestsHTTPTransport", lambda: gql_session.execute(request)["channel"]["id"])

    client = contest.open(httpx.Client(headers=_HEADERS))
    contest.add("httpx.Client.post", lambda: _id(client.post(url, json=_PAYLOAD).json()))

    address = urlsplit(url)
    headers = {**_HEADERS, "Content-Type": "application/json"}
    pool = contest.open(urllib3.HTTPConnectionPool(address.hostname or "", address.port))

    def raw() -> str:
        body = json.dumps(_PAYLOAD).encode()
        return _id(json.loads(pool.urlopen("POST", address.path, body=body, headers=headers).data))

    contest.add("urllib3 pool, bare", raw)

    connection = http.client.HTTPConnection(address.hostname or "", address.port)

    def rawest() -> str:
        connection.request("POST", address.path, json.dumps(_PAYLOAD).encode(), headers)
        return _id(json.loads(connection.getresponse().read()))

    contest.add("http.client, bare", rawest)


def _add_async(contest: Contest, url: str) -> None:
    session = contest.open_async(lambda: aiohttp.ClientSession(headers=_HEADERS))

    async def by_aiohttp() -> str:
        async with session.post(url, json=_PAYLOAD) as reply:
            return _id(await reply.json())

    contest.add_async("aiohttp.ClientSession.post", by_aiohttp)

    transport = AIOHTTPTransport(url=url, headers=_HEADERS)
    gql_session = contest.open_async(lambda: gql.Client(transport=transport))
    request = gql.gql(FIND_CHANNEL_ID.document)
    request.variable_values = _VARIABLES

    async def by_gql() -> str:
        return str((await gql_session.execute(request))["channel"]["id"])

    contest.add_async("gql, AIOHTTPTransport", by_gql)

    client = contest.open_async(lambda: httpx.AsyncClient(headers=_HEADERS))

    async def by_httpx() -> str:
        return _id((await client.post(url, json=_PAYLOAD)).json())

    contest.add_async("httpx.AsyncClient.post", by_httpx)
