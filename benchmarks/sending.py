"""Sending the full message of the documentation's page to Rocket.Chat, over one kept connection.

The server answers everything with the same bytes, those of a message that was stored. The peers
post the same JSON and parse the reply; ours also checks the message before it is sent, and the
types of the reply.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
import httpx
import requests

from backchannel import AsyncRocketChat, Attachment, AttachmentField, RocketChat

from . import fixed_server
from .harness import Contest, Table
from .peers import rocketchat_api

ROUNDS = 40
CALLS = 50

_BASE = "requests.Session.post"
_CARD: dict[str, Any] = {
    "color": "#ff0000",
    "text": "Yay for gruggy!",
    "ts": "2016-12-09T16:53:06.761Z",
    "thumb_url": "http://res.guggy.com/logo_128.png",
    "message_link": "https://google.com",
    "collapsed": False,
    "author_name": "Bradley Hilton",
    "author_link": "https://pimenta.chat/",
    "author_icon": "https://avatars.githubusercontent.com/u/850391?v=3",
    "title": "Attachment Example",
    "title_link": "https://youtube.com",
    "title_link_download": True,
    "image_url": "http://res.guggy.com/logo_128.png",
    "audio_url": "http://www.w3schools.com/tags/horse.mp3",
    "video_url": "http://www.w3schools.com/tags/movie.mp4",
    "fields": [
        {"short": True, "title": "Test", "value": "Testing out something or other"},
        {
            "short": True,
            "title": "Another Test",
            "value": "[Link](https://google.com/) something and this and that.",
        },
    ],
}
_MESSAGE: dict[str, Any] = {
    "_id": "Kq2v8sRb5mZt0wXyA",
    "rid": "Xnb2kLD2Pnhdwe3RH",
    "msg": "Sample message",
    "alias": "Gruggy",
    "emoji": ":smirk:",
    "avatar": "http://res.guggy.com/logo_128.png",
    "attachments": [_CARD],
}
_PAYLOAD = {"message": _MESSAGE}
_ARGUMENTS: dict[str, Any] = {
    "room_id": _MESSAGE["rid"],
    "text": _MESSAGE["msg"],
    "alias": _MESSAGE["alias"],
    "emoji": _MESSAGE["emoji"],
    "avatar": _MESSAGE["avatar"],
    "attachments": [
        Attachment(
            **{name: value for name, value in _CARD.items() if name not in {"ts", "fields"}},
            ts=datetime(2016, 12, 9, 16, 53, 6, 761000, tzinfo=UTC),
            fields=[AttachmentField(**field) for field in _CARD["fields"]],
        )
    ],
    "message_id": _MESSAGE["_id"],
}
_REPLY: dict[str, Any] = {
    "message": {
        **_MESSAGE,
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
    title = f"Sending a Rocket.Chat message, {len(body) / 1000:.1f} kB of reply ({_BASE} = 1.00)"
    with fixed_server.serve(body) as url, Contest(title, _BASE) as contest:
        _add_ours(contest, url)
        _add_rocketchat_api(contest, url)
        _add_peers(contest, f"{url}/api/v1/chat.sendMessage")
        return contest.run(rounds, CALLS)


def _id(reply: dict[str, dict[str, str]]) -> str:
    return reply["message"]["_id"]


def _add_ours(contest: Contest, url: str) -> None:
    token = _HEADERS["X-Auth-Token"]
    rocket = contest.open(RocketChat(url, user_id="u-alice", auth_token=token))
    contest.add(
        "**RocketChat.send_message, typed**",
        lambda: rocket.send_message(**_ARGUMENTS).message.id,
    )
    async_rocket = contest.open_async(
        lambda: AsyncRocketChat(url, user_id="u-alice", auth_token=token)
    )

    async def ours() -> str:
        return (await async_rocket.send_message(**_ARGUMENTS)).message.id

    contest.add_async("**AsyncRocketChat.send_message, typed**", ours)


def _add_rocketchat_api(contest: Contest, url: str) -> None:
    package = rocketchat_api()
    if package is None:
        return
    client = package.RocketChat(
        server_url=url,
        user_id=_HEADERS["X-User-Id"],
        auth_token=_HEADERS["X-Auth-Token"],
        session=contest.open(requests.Session()),
    )
    contest.add(
        "rocketchat_API, chat_send_message", lambda: _id(client.chat_send_message(_MESSAGE))
    )


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
