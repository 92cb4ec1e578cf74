"""A subscription: from the bytes on the socket to typed messages.

A server in a process of its own pushes 1,000 different chat messages over and over, as fast as
they are read. Each contestant connects, joins, subscribes, and takes so many. The pydantic models
are those that ariadne-codegen, left to itself, makes of our schema and queries.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import websockets
from gql import Client, GraphQLRequest
from gql.transport.phoenix_channel_websockets import PhoenixChannelWebsocketsTransport

from backchannel.graphql import AsyncGraphQLClient
from backchannel.graphql.socket import Socket
from glimesh_api.operations import CHAT_MESSAGE_SENT

from . import frame_server
from .decoding import chat_page
from .harness import Contest, Table
from .peers import ariadne_package

ROUNDS = 20
MESSAGES = 5_000
RATE = 5_000
SECONDS = 10

_BASE = "gql's subscribe, untyped"


@dataclass(frozen=True)
class Steady:
    """How one subscription keeps up with a rate.

    Attributes:
        rate: messages a second that were pushed.
        seconds: for how long.
        late: seconds by which the last one was taken later than it was due.
        grown: bytes by which the most memory of this process grew meanwhile.
    """

    rate: int
    seconds: float
    late: float
    grown: int

    def __str__(self) -> str:
        return (
            f"One subscription at {self.rate:,} messages a second for {self.seconds:g} seconds:"
            f" the last one {self.late:.2f} s after it was due, {self.grown / 1e6:.1f} MB more"
            " memory at the most.\n"
        )


@dataclass(frozen=True)
class Measured:
    """Both results."""

    table: Table
    steady: Steady

    def __str__(self) -> str:
        return f"{self.table}\n{self.steady}"


def measure(rounds: int) -> Measured:
    results = list(_results())
    title = f"Live: {MESSAGES:,} messages pushed, {len(results[0])} bytes the first (gql = 1.00)"
    with frame_server.serve(results) as url, Contest(title, _BASE) as contest:
        takers: dict[str, Callable[[str, str, int], Awaitable[object]]] = {
            "**client.subscribe, typed**": _ours,
            _BASE: _gql,
            "gql's subscribe, then ariadne-codegen's pydantic models": _pydantic(),
            "websockets and msgspec, bare": _bare,
        }
        for name, take in takers.items():
            contest.add_async(name, lambda take=take: take(url, str(MESSAGES), MESSAGES))
        table = contest.run(rounds, 1)
        steady = contest.run_async(lambda: _keep_up(url, SECONDS if rounds >= ROUNDS else 1))
    return Measured(table, steady)


def _results() -> list[bytes]:
    page = msgspec.json.decode(chat_page(1000))
    edges = page["data"]["channel"]["chatMessages"]["edges"]
    return [msgspec.json.encode({"data": {"chatMessage": edge["node"]}}) for edge in edges]


async def _ours(url: str, asked: str, count: int) -> str:
    client = AsyncGraphQLClient("http://127.0.0.1/", socket=Socket(url=url))
    async with client, client.subscribe(CHAT_MESSAGE_SENT, {"channelId": asked}) as messages:
        for _ in range(count):
            message = await anext(messages)
        return message.message


async def _of_gql(url: str, asked: str, count: int) -> AsyncIterator[dict[str, Any]]:
    request = GraphQLRequest(CHAT_MESSAGE_SENT.document, variable_values={"channelId": asked})
    async with Client(transport=PhoenixChannelWebsocketsTransport(url=url)) as session:
        pushes = session.subscribe(request)
        for _ in range(count):
            yield await anext(pushes)
        await pushes.aclose()


async def _gql(url: str, asked: str, count: int) -> str:
    async for data in _of_gql(url, asked, count):
        message = data["chatMessage"]
    return message["message"]


def _pydantic() -> Callable[[str, str, int], Awaitable[str]]:
    model = ariadne_package(async_client=True).ChatMessageSent

    async def take(url: str, asked: str, count: int) -> str:
        async for data in _of_gql(url, asked, count):
            message = model.model_validate(data).chat_message
        return message.message

    return take


class _Result(msgspec.Struct):
    data: CHAT_MESSAGE_SENT.result  # type: ignore[name-defined]


class _Payload(msgspec.Struct):
    result: _Result | None = None


class _Frame(msgspec.Struct):
    payload: _Payload


async def _bare(url: str, asked: str, count: int) -> str:
    from backchannel.graphql.models import decode_scalar

    decoder = msgspec.json.Decoder(_Frame, dec_hook=decode_scalar)
    topic = "__absinthe__:control"
    variables = {"channelId": asked}
    document = {"query": CHAT_MESSAGE_SENT.document, "variables": variables}
    async with websockets.connect(url, compression=None, proxy=None) as connection:
        for ref, (event, payload) in enumerate((("phx_join", {}), ("doc", document)), 1):
            frame = {"topic": topic, "event": event, "payload": payload, "ref": ref}
            await connection.send(msgspec.json.encode(frame).decode())
            await connection.recv()
        for _ in range(count):
            frame = decoder.decode(await connection.recv())
        return frame.payload.result.data.chat_message.message


async def _keep_up(url: str, seconds: int) -> Steady:
    await _ours(url, str(MESSAGES), MESSAGES)
    before = _most_memory()
    start = time.monotonic()
    await _ours(url, f"{RATE * seconds}@{RATE}", RATE * seconds)
    late = time.monotonic() - start - seconds
    return Steady(RATE, seconds, max(0.0, late), _most_memory() - before)


def _most_memory() -> int:
    """The most memory that this process ever held, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
