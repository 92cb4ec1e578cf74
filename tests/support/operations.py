"""Operations as a generated package holds them, written by hand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from backchannel.graphql.models import Result, parse_utc, scalar, serialize_naive_utc
from backchannel.graphql.operation import Operation, Variable

if TYPE_CHECKING:
    NaiveDateTime = datetime
else:
    NaiveDateTime = scalar("NaiveDateTime", parse_utc, serialize_naive_utc)


class Channel(Result):
    id: str
    title: str | None = None


class FindChannelData(Result):
    channel: Channel


class ChatMessage(Result):
    id: str
    message: str
    inserted_at: NaiveDateTime | None = msgspec.field(name="insertedAt", default=None)


class CreateChatMessageData(Result):
    chat_message: ChatMessage = msgspec.field(name="createChatMessage")


class ChatMessageSentData(Result):
    chat_message: ChatMessage = msgspec.field(name="chatMessage")


FIND_CHANNEL: Operation[Channel] = Operation(
    name="FindChannel",
    kind="query",
    document="query FindChannel($id: ID) { channel(id: $id) { id title } }",
    result=FindChannelData,
    root="channel",
    fields=("channel",),
    variables={"id": Variable("ID")},
)
CREATE_CHAT_MESSAGE: Operation[ChatMessage] = Operation(
    name="CreateChatMessage",
    kind="mutation",
    document=(
        "mutation CreateChatMessage($id: ID!, $message: ChatMessageInput!)"
        " { createChatMessage(channelId: $id, message: $message) { id message insertedAt } }"
    ),
    result=CreateChatMessageData,
    root="chat_message",
    fields=("createChatMessage",),
    variables={"id": Variable("ID!"), "message": Variable("ChatMessageInput!")},
)
CHAT_MESSAGE_SENT: Operation[ChatMessage] = Operation(
    name="ChatMessageSent",
    kind="subscription",
    document=(
        "subscription ChatMessageSent($id: ID)"
        " { chatMessage(channelId: $id) { id message insertedAt } }"
    ),
    result=ChatMessageSentData,
    root="chat_message",
    fields=("chatMessage",),
    variables={"id": Variable("ID")},
)
