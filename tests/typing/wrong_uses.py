"""Wrong uses. A comment gives what each checker must find in its line, and nothing else."""

# fmt: off
from __future__ import annotations

import glimesh_api as api
from backchannel import AsyncGlimesh, Attachment, Chat, Glimesh, RocketChat
from glimesh_api import testing
from glimesh_api.operations import CHAT_MESSAGES


def arguments(glimesh: Glimesh) -> None:
    api.find_channel(glimesh, username="Mytho")  # mypy: call-overload; pyright: reportCallIssue
    api.find_channel(glimesh, "Mytho")  # mypy: call-overload; pyright: reportCallIssue
    api.find_channel(glimesh, streamer_id="1")  # mypy: call-overload; pyright: reportCallIssue, reportArgumentType
    api.create_chat_message(glimesh, channel_id="6")  # mypy: call-overload; pyright: reportCallIssue
    api.create_chat_message(glimesh, channel_id="6", message="hi")  # mypy: call-overload; pyright: reportCallIssue, reportArgumentType
    api.ChatMessageInput(text="hi")  # mypy: call-arg; pyright: reportCallIssue
    api.ChatMessageInput(message=1)  # mypy: arg-type; pyright: reportArgumentType


def results(glimesh: Glimesh) -> None:
    channel = api.find_channel(glimesh, id="6")
    print(channel.titel)  # mypy: attr-defined; pyright: reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType
    print(channel.title.upper())  # mypy: union-attr; pyright: reportOptionalMemberAccess
    channel.id = "7"  # mypy: misc; pyright: reportAttributeAccessIssue
    number: int = channel.id  # mypy: assignment; pyright: reportAssignmentType
    print(number)
    print(CHAT_MESSAGES.decode("text").id)  # mypy: arg-type; pyright: reportArgumentType


def made_up() -> None:
    testing.chat_message_fields(text="hi")  # mypy: call-arg; pyright: reportCallIssue
    testing.chat_messages(id=7)  # mypy: arg-type; pyright: reportArgumentType
    testing.user_fields(username=None)  # mypy: arg-type; pyright: reportArgumentType


async def colors(glimesh: Glimesh, asynchronous: AsyncGlimesh) -> None:
    print(api.myself(asynchronous).username)  # mypy: attr-defined; pyright: reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType
    await api.myself(glimesh)  # mypy: misc; pyright: reportGeneralTypeIssues
    api.chat_messages_pages(glimesh, first=5)  # mypy: call-overload; pyright: reportCallIssue
    await api.chat_messages_pages(asynchronous)  # mypy: misc; pyright: reportGeneralTypeIssues
    api.chat_message_sent(glimesh, channel="1")  # mypy: call-overload; pyright: reportCallIssue


def rocket(client: RocketChat, asynchronous: AsyncGlimesh) -> None:
    client.send_message("GENERAL", "hi", attachments=[{"text": "a"}])  # mypy: list-item; pyright: reportArgumentType
    client.send_message("GENERAL", "hi", emote=":smirk:")  # mypy: call-arg; pyright: reportCallIssue
    Attachment(text=1)  # mypy: arg-type; pyright: reportArgumentType
    Chat(glimesh=asynchronous)  # mypy: arg-type; pyright: reportArgumentType
    Chat(rocketchat=client).send("rocketchat:general")  # mypy: call-arg; pyright: reportCallIssue
    Chat(backends={"glimesh": asynchronous})  # mypy: dict-item; pyright: reportArgumentType
    Chat(rocketchat=client).moderate("rocketchat:general", "bob")  # mypy: arg-type; pyright: reportArgumentType
