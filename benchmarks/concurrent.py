"""Many calls at once on asyncio: a page of 10 chat messages, 32 calls in flight.

As in `calls`, the server answers everything with the same bytes.
"""

from __future__ import annotations

import aiohttp
import gql
import httpx
from gql.transport.aiohttp import AIOHTTPTransport

import glimesh_api as api
from backchannel import AsyncGlimesh
from glimesh_api.operations import CHAT_MESSAGES

from . import fixed_server
from .calls import HEADERS, MESSAGES, PAYLOAD, VARIABLES
from .decoding import chat_page, of_json, of_models
from .harness import Contest, Table
from .peers import ariadne_package

ROUNDS = 20
CALLS = 320
IN_FLIGHT = 32

_BASE = "gql, AIOHTTPTransport"


def measure(rounds: int) -> Table:
    body = chat_page(MESSAGES)
    title = f"{IN_FLIGHT} calls in flight, {len(body) / 1000:.1f} kB each ({_BASE} = 1.00)"
    with fixed_server.serve(body) as url, Contest(title, _BASE) as contest:
        _add_ours(contest, url)
        _add_peers(contest, f"{url}/api/graph")
        return contest.run(rounds, CALLS)


def _add_ours(contest: Contest, url: str) -> None:
    glimesh = contest.open_async(lambda: AsyncGlimesh(token="token-of-nobody", url=url))
    contest.add_async(
        "**AsyncGlimesh, typed**",
        lambda: api.chat_messages(glimesh, channel_id="1", first=MESSAGES),
        of_models,
        in_flight=IN_FLIGHT,
    )


def _add_peers(contest: Contest, url: str) -> None:
    transport = AIOHTTPTransport(url=url, headers=HEADERS)
    gql_session = contest.open_async(lambda: gql.Client(transport=transport))
    request = gql.gql(CHAT_MESSAGES.document)
    request.variable_values = VARIABLES
    contest.add_async(
        _BASE,
        lambda: gql_session.execute(request),
        lambda data: of_json({"data": data}),
        in_flight=IN_FLIGHT,
    )

    session = contest.open_async(lambda: aiohttp.ClientSession(headers=HEADERS))

    async def by_aiohttp() -> object:
        async with session.post(url, json=PAYLOAD) as reply:
            return await reply.json()

    contest.add_async("aiohttp.ClientSession.post", by_aiohttp, of_json, in_flight=IN_FLIGHT)

    ariadne_client = ariadne_package(async_client=True).Client
    ariadne = contest.open_async(lambda: ariadne_client(url=url, headers=HEADERS))
    contest.add_async(
        "ariadne-codegen's client, typed",
        lambda: ariadne.chat_messages(channel_id="1", first=MESSAGES),
        lambda page: of_models(page.channel, "type_"),
        in_flight=IN_FLIGHT,
    )

    client = contest.open_async(lambda: httpx.AsyncClient(headers=HEADERS))

    async def by_httpx() -> object:
        return (await client.post(url, json=PAYLOAD)).json()

    contest.add_async("httpx.AsyncClient.post", by_httpx, of_json, in_flight=IN_FLIGHT)
