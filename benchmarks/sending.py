"""Sending a message to Rocket.Chat over one kept connection.

The server answers everything with the same bytes, those of a message that was stored. The peers
post the same JSON and parse the reply; ours also checks the message before it is sent, and the
types of the reply.
"""

from __future__ import annotations

import json

import aiohttp
import httpx
import requests

from backchannel import AsyncRocketChat, Attachment, AttachmentField, RocketChat

from . import fixed_server
from .harness import Contest, Table

ROUNDS = 30
CALLS = 50

_BASE = "requests.Session.post"
_ID = "Kq2v8sRb5mZt0wXyA"
_ROOM = "GENERAL"
_TEXT = "The build is ready"
_CARD = Attachment(
    color="#ff0000",
    text="Yay!",
    fields=[AttachmentField(title="Status", value="online", short=True)],
)
_CARD_JSON = {
    "color": "#ff0000",
    "text": "Yay!",
    "fields": [{"title": "Status", "value": "online", "short": True}],
}
_PAYLOAD = {"message": {"_id": _ID, "rid": _ROOM, "msg": _TEXT, "attachments": [_CARD_JSON]}}
_REPLY = {
    "message": {
        "_id": _ID,
        "rid": _ROOM,
        "msg": _TEXT,
        "attachments": [_CARD_JSON],
        "ts": "2023-05-01T12:00:00.000Z",
        "u": {"_id": "u-alice", "username": "alice", "name": "Alice"},
        "urls": [],
        "mentions": [],
        "channels": [],
        "_updatedAt": "2023-05-01T12:00:00.010Z",
    },
    "success": True,
}
_HEADERS = {"X-User-Id": "u-alice", "X-Auth-Token": "token-of-nobody"}


def measure(rounds: int) -> Table:
    body = json.dumps(_REPLY).encode()
    title = f"Sending a Rocket.Chat message, {len(body)} bytes of reply ({_BASE} = 1.00)"
    with fixed_server.serve(body) as url, Contest(title, _BASE) as contest:
        _add_ours(contest, url)
        _add_peers(contest, f"{url}/api/v1/chat.sendMessage")
        return contest.run(rounds, CALLS)


def _id(reply: dict[str, dict[str, str]]) -> str:
    return reply["message"]["_id"]


def _add_ours(contest: Contest, url: str) -> None:
    token = _HEADERS["X-Auth-Token"]
    rocket = contest.open(RocketChat(url, user_id="u-alice", auth_token=token))
    contest.add(
        "**RocketChat.send_message, typed**",
        lambda: rocket.send_message(_ROOM, _TEXT, attachments=[_CARD], message_id=_ID).message.id,
    )
    async_rocket = contest.open_async(
        lambda: AsyncRocketChat(url, user_id="u-alice", auth_token=token)
    )

    async def ours() -> str:
        sent = await async_rocket.send_message(_ROOM, _TEXT, attachments=[_CARD], message_id=_ID)
        return sent.message.id

    contest.add_async("**AsyncRocketChat.send_message, typed**", ours)


def _add_peers(contest: Contest, url: str) -> None:
    session = contest.open(requests.Session())
    session.headers.update(_HEADERS)
    contest.add(_BASE, lambda: _id(session.post(url, json=_PAYLOAD, timeout=30).json()))

    client = contest.open(httpx.Client(headers=_HEADERS))
    contest.add("httpx.Client.post", lambda: _id(client.post(url, json=_PAYLOAD).json()))

    async_session = contest.open_async(lambda: aiohttp.ClientSession(headers=_HEADERS))

    async def by_aiohttp() -> str:
        async with async_session.post(url, json=_PAYLOAD) as reply:
            return _id(await reply.json())

    contest.add_async("aiohttp.ClientSession.post", by_aiohttp)
