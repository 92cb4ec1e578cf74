"""A page of 1,000 chat messages: from the bytes of the reply to typed values.

The reply comes from the local Glimesh server. The pydantic models are those that ariadne-codegen,
left to itself, makes of our schema and queries.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pydantic
import requests

from backchannel.local import LocalGlimesh
from backchannel.local.glimesh.seed import CHATBOT, VIEWER, seed
from backchannel.local.glimesh.world import ChatMessage, ChatToken, World
from backchannel.local.glimesh.world import Table as Rows
from glimesh_api.operations import CHAT_MESSAGES

from .harness import Contest, Table
from .peers import ariadne_package

ROUNDS = 40
MESSAGES = 1000

_NOW = datetime(2023, 5, 1, 12, tzinfo=UTC)
_BASE = "json.loads, untyped"


def measure(rounds: int) -> Table:
    body = chat_page(MESSAGES)
    pydantic_type = ariadne_package(async_client=True).ChatMessages
    reply_type: Any = pydantic.create_model("Reply", data=(pydantic_type, ...))
    title = f"Decoding {MESSAGES:,} chat messages, {len(body) / 1000:.0f} kB (json.loads = 1.00)"
    with Contest(title, _BASE) as contest:
        contest.add(
            "**CHAT_MESSAGES.decode, typed**",
            lambda: CHAT_MESSAGES.decode(body),
            of_models,
        )
        contest.add(_BASE, lambda: json.loads(body), of_json)
        contest.add("msgspec.json.decode, untyped", lambda: msgspec.json.decode(body), of_json)
        contest.add(
            "json.loads, then ariadne-codegen's pydantic models",
            lambda: pydantic_type.model_validate(json.loads(body)["data"]),
            lambda data: of_models(data.channel, "type_"),
        )
        contest.add(
            "the same models by model_validate_json",
            lambda: reply_type.model_validate_json(body),
            lambda reply: of_models(reply.data.channel, "type_"),
        )
        return contest.run(rounds, 2)


def chat_page(count: int) -> bytes:
    """The reply of the local server to CHAT_MESSAGES, with so many messages."""
    with LocalGlimesh(world=_world(count)) as server:
        reply = requests.post(
            f"{server.url}/api/graph",
            json={
                "query": CHAT_MESSAGES.document,
                "variables": {"channelId": "1", "first": count},
            },
            headers={"Authorization": "Bearer tok-viewer"},
            timeout=60,
        )
    return reply.content


def _world(count: int) -> World:
    world = seed(_NOW)
    world.messages = Rows(_message(number) for number in range(1, count + 1))
    return world


def _message(number: int) -> ChatMessage:
    words = f"message {number}: " + "such a good run " * (number % 4)
    tokens = [ChatToken(type="text", text=words)]
    if number % 5 == 0:
        emote = "/uploads/emotes/glimlove.svg"
        tokens.append(ChatToken(type="emote", text=":glimlove:", src=emote))
    if number % 20 == 0:
        link = f"https://example.com/clips/{number}"
        tokens.append(ChatToken(type="url", text=link, url=link))
    sent_at = _NOW + timedelta(seconds=number)
    return ChatMessage(
        id=number,
        channel_id=1,
        user_id=VIEWER if number % 3 else CHATBOT,
        message="".join(token.text for token in tokens),
        tokens=tokens,
        inserted_at=sent_at,
        updated_at=sent_at,
    )


def of_models(channel: Any, kind: str = "type") -> list[object]:
    """What a page says, in a form that is equal for all decoders. `kind` is a token's attribute."""
    messages = [edge.node for edge in channel.chat_messages.edges]
    return [
        (
            message.id,
            message.message,
            message.user.username,
            message.user.avatar_url,
            message.metadata.moderator,
            [(getattr(token, kind), token.text) for token in message.tokens],
            message.inserted_at.replace(tzinfo=UTC),
        )
        for message in messages
    ]


def of_json(reply: Any) -> list[object]:
    messages = [edge["node"] for edge in reply["data"]["channel"]["chatMessages"]["edges"]]
    return [
        (
            message["id"],
            message["message"],
            message["user"]["username"],
            message["user"]["avatarUrl"],
            message["metadata"]["moderator"],
            [(token["type"], token["text"]) for token in message["tokens"]],
            datetime.fromisoformat(message["insertedAt"]).replace(tzinfo=UTC),
        )
        for message in messages
    ]
