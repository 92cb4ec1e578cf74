"""Subscriptions ask the credentials before each connection, and renew a token that is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

import glimesh_api as api
from backchannel.errors import AuthenticationError
from backchannel.glimesh import AsyncGlimesh, ClientCredentials, Glimesh
from backchannel.graphql.socket import Timing
from backchannel.local.glimesh import LocalGlimesh
from backchannel.wire.backoff import Backoff
from support.oauth import CLIENT_ID, CLIENT_SECRET, end_tokens

STREAMER = 1
TIMING = Timing(backoff=Backoff(base=0.01, cap=0.05))


@pytest.fixture
def server() -> Iterator[LocalGlimesh]:
    with LocalGlimesh() as server:
        yield server


def say(server: LocalGlimesh, text: str) -> None:
    server.sockets.wait_for_subscriptions()
    server.say(1, STREAMER, text)


def end_and_drop(server: LocalGlimesh) -> None:
    """The token is over and the socket is gone: the next handshake is refused."""
    end_tokens(server.world)
    server.sockets.reset()


def test_a_blocking_subscription_goes_on_with_a_renewed_token(server):
    credentials = ClientCredentials(CLIENT_ID, CLIENT_SECRET)
    with (
        Glimesh(credentials=credentials, url=server.url, timing=TIMING) as glimesh,
        api.chat_message_sent(glimesh, channel_id="1") as messages,
    ):
        server.sockets.wait_for_subscriptions()
        say(server, "one")
        assert next(messages).message == "one"
        end_and_drop(server)
        say(server, "two")
        assert next(messages).message == "two"
    assert server.token_requests.total() == 2


async def test_an_async_subscription_and_calls_share_the_renewed_token(server):
    credentials = ClientCredentials(CLIENT_ID, CLIENT_SECRET)
    async with (
        AsyncGlimesh(credentials=credentials, url=server.url, timing=TIMING) as glimesh,
        api.chat_message_sent(glimesh, channel_id="1") as messages,
    ):
        await asyncio.to_thread(say, server, "one")
        assert (await anext(messages)).message == "one"
        await asyncio.to_thread(end_and_drop, server)
        calls = [api.myself(glimesh) for _ in range(20)]
        await asyncio.gather(*calls)
        await asyncio.to_thread(say, server, "two")
        assert (await anext(messages)).message == "two"
    assert server.token_requests.total() == 2


async def test_a_socket_that_refuses_the_renewed_token_too_ends_the_subscription(server):
    server.sockets.refuse(403, times=9)
    credentials = ClientCredentials(CLIENT_ID, CLIENT_SECRET)
    async with AsyncGlimesh(credentials=credentials, url=server.url, timing=TIMING) as glimesh:
        with pytest.raises(AuthenticationError, match="refused the credential"):
            async with api.chat_message_sent(glimesh, channel_id="1") as messages:
                await anext(messages)
    assert server.token_requests.total() == 2
