"""A process that sends: each line of its input is a batch of [key, text], answered by a line.

    python rocketchat_sender.py URL blocking|async

A line of its output has a batch's receipts, and how many of its messages met another of the same
key while the server stored that one. What it was told is all that it knows.
"""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor

from backchannel.errors import BackchannelError
from backchannel.local.rocketchat.seed import BOT, TEAM
from backchannel.rocketchat import AsyncRocketChat, RocketChat, SentMessage
from backchannel.transport.aiohttp import AiohttpTransport
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.messages import Request, Response
from backchannel.wire.retry import RetryPolicy
from backchannel.wire.rules import Limits

ACCOUNT = {"user_id": BOT.user_id, "auth_token": BOT.token}
RETRY = RetryPolicy(attempts=4, base=0.02, cap=0.1, budget=10_000)
LIMITS = Limits(timeout=1.0)
AT_ONCE = 12


class CountingRequests(RequestsTransport):
    """The blocking transport; it counts the races that were lost."""

    lost = 0

    def send(self, request: Request) -> Response:
        response = super().send(request)
        self.lost += b"E11000" in response.body
        return response


class CountingAiohttp(AiohttpTransport):
    """The asynchronous transport; it counts the races that were lost."""

    lost = 0

    async def send(self, request: Request) -> Response:
        response = await super().send(request)
        self.lost += b"E11000" in response.body
        return response


def answer(receipts: list[dict[str, object]], lost: int) -> None:
    print(json.dumps([receipts, lost]), flush=True)


def sent(key: str, done: SentMessage) -> dict[str, object]:
    message = done.message
    return {
        "key": key,
        "outcome": "sent",
        "deduplicated": done.deduplicated,
        "id": message.id,
        "text": message.text,
        "room": message.room_id,
        "author": message.author.id,
    }


def failed(key: str, error: BackchannelError) -> dict[str, object]:
    return {"key": key, "outcome": error.outcome.value, "deduplicated": False, "error": str(error)}


def in_threads(url: str) -> None:
    transport = CountingRequests(LIMITS)
    with (
        RocketChat(url, transport=transport, retry=RETRY, **ACCOUNT) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):

        def send(message: list[str]) -> dict[str, object]:
            key, text = message
            try:
                return sent(key, client.send_message(TEAM, text, message_id=key))
            except BackchannelError as error:
                return failed(key, error)

        client.room_info(TEAM)  # until an answer without a rate limit comes, one is assumed
        for line in sys.stdin:
            answer(list(pool.map(send, json.loads(line))), transport.lost)


async def in_tasks(url: str) -> None:
    at_once = asyncio.Semaphore(AT_ONCE)
    transport = CountingAiohttp(LIMITS)
    async with AsyncRocketChat(url, transport=transport, retry=RETRY, **ACCOUNT) as client:

        async def send(key: str, text: str) -> dict[str, object]:
            async with at_once:
                try:
                    return sent(key, await client.send_message(TEAM, text, message_id=key))
                except BackchannelError as error:
                    return failed(key, error)

        await client.room_info(TEAM)
        while line := await asyncio.to_thread(sys.stdin.readline):
            batch = json.loads(line)
            receipts = await asyncio.gather(*(send(key, text) for key, text in batch))
            answer(receipts, transport.lost)


if __name__ == "__main__":
    if sys.argv[2] == "blocking":
        in_threads(sys.argv[1])
    else:
        asyncio.run(in_tasks(sys.argv[1]))
