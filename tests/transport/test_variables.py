"""No variable of a traceback shows a credential: debuggers and error trackers print them."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterator

import pytest
from rich.pretty import pretty_repr

import glimesh_api as api
from backchannel.errors import BackchannelError
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.rocketchat import AsyncRocketChat, RocketChat
from backchannel.wire.retry import NO_RETRY
from backchannel.wire.rules import Limits
from support import rawserver
from support.rawserver import RawServer, http

SECRET = "S3cret"
LIMITS = Limits(timeout=0.5, max_reply_bytes=1000)


def variables(error: BaseException) -> Iterator[str]:
    """The variables of our own frames, of an error and of those behind it."""
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is not None:
            for frame, _ in traceback.walk_tb(current.__traceback__):
                if "/backchannel/" in frame.f_code.co_filename:
                    yield from (repr(frame.f_locals), pretty_repr(frame.f_locals))
            pending += [current.__cause__, current.__context__]


def ask_glimesh(url: str) -> None:
    with Glimesh(url=url, token=SECRET, limits=LIMITS, retry=NO_RETRY) as client:
        api.myself(client)


def ask_glimesh_on_asyncio(url: str) -> None:
    async def ask() -> None:
        async with AsyncGlimesh(url=url, token=SECRET, limits=LIMITS, retry=NO_RETRY) as client:
            await api.myself(client)

    asyncio.run(ask())


def subscribe_at_glimesh(url: str) -> None:
    async def subscribe() -> None:
        async with (
            AsyncGlimesh(url=url, token=SECRET) as client,
            api.chat_message_sent(client),
        ):
            pass

    asyncio.run(subscribe())


def ask_rocketchat(url: str) -> None:
    with RocketChat(url, user_id="bob", auth_token=SECRET, limits=LIMITS, retry=NO_RETRY) as client:
        client.send_message("r1", "hi")


def ask_rocketchat_on_asyncio(url: str) -> None:
    async def ask() -> None:
        async with AsyncRocketChat(
            url, user_id="bob", auth_token=SECRET, limits=LIMITS, retry=NO_RETRY
        ) as client:
            await client.send_message("r1", "hi")

    asyncio.run(ask())


REPLIES = {
    "cut": rawserver.close_after_reading,
    "too large": rawserver.always(http(bytes(2000))),
    "refused": rawserver.always(http(b"", status=403)),
    "failed": rawserver.always(http(b"no", status=500)),
    "redirected": rawserver.always(
        http(b"", status=301, headers={"Location": f"https://chat.invalid/?token={SECRET}"})
    ),
    "redirected by another name": rawserver.always(
        http(b"", status=308, headers={"Location": f"https://chat.invalid/?client_id={SECRET}"})
    ),
}


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize(
    "ask",
    [
        ask_glimesh,
        ask_glimesh_on_asyncio,
        subscribe_at_glimesh,
        ask_rocketchat,
        ask_rocketchat_on_asyncio,
    ],
)
def test_no_variable_shows_the_token(ask: Callable[[str], None], reply: str) -> None:
    with RawServer(REPLIES[reply]) as server, pytest.raises(BackchannelError) as caught:
        ask(server.url)
    shown = list(variables(caught.value))
    assert shown
    assert [text for text in shown if SECRET in text] == []
