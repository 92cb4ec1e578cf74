"""What an application writes. mypy --strict and pyright strict find nothing in it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import ClassVar, assert_never, assert_type

import glimesh_api as api
import glimesh_api.testing as fake
from backchannel import (
    AsyncChat,
    AsyncGlimesh,
    AsyncRocketChat,
    Attachment,
    AttachmentField,
    Author,
    Chat,
    Draft,
    Glimesh,
    Message,
    Outcome,
    Receipt,
    RocketChat,
)
from backchannel.action import Ban, TimeOut
from backchannel.backend import Backend
from backchannel.capability import Capability
from backchannel.drive import Driver
from backchannel.errors import BackchannelError, GraphQLError, InvalidInput, RateLimited
from backchannel.event import Deleted, Edited, Event, Interrupted, Missed, Posted, Resumed
from backchannel.glimesh import (
    AccountTooYoung,
    AsyncLogin,
    BannedFromChannel,
    ClientCredentials,
    FileStore,
    Login,
    RefreshToken,
    Tokens,
    changes,
)
from backchannel.graphql import AsyncGraphQLClient, GraphQLClient, Operation
from backchannel.graphql.fixtures import reply_body
from glimesh_api.operations import CHAT_MESSAGES, CREATE_CHAT_MESSAGE, FIND_CHANNEL


def reads(glimesh: Glimesh) -> None:
    channel = api.find_channel(glimesh, streamer_username="Mytho")
    assert_type(channel.id, str)
    assert_type(channel.title, str | None)
    page = api.chat_messages(glimesh, channel_id=channel.id, last=10).chat_messages
    for edge in page.edges:
        assert_type(edge.node, api.ChatMessageFields)
        assert_type(edge.node.message, str)
        assert_type(edge.node.user.username, str)
        assert_type(edge.node.inserted_at, datetime)
        print(edge.node.inserted_at + timedelta(hours=1), edge.node.tokens[0].text)
    if page.page_info.has_previous_page:
        api.chat_messages(glimesh, channel_id="6", last=10, before=page.page_info.start_cursor)
    for newest in api.chat_messages_pages(glimesh, channel_id="6", page_size=50, backwards=True):
        assert_type(newest, api.ChatMessagesChatMessageConnection)


def logs_in() -> tuple[Glimesh, AsyncGlimesh]:
    store = FileStore("tokens.json")
    with Login("client-id", scopes=["chat"]) as login:
        tokens = login.log_in(open_browser=print)
    assert_type(tokens, Tokens)
    store.save(tokens)
    credentials = RefreshToken("client-id", store=store)
    return Glimesh(credentials=credentials), AsyncGlimesh(credentials=credentials)


async def acts_for_itself() -> AsyncGlimesh:
    async with AsyncLogin("client-id", redirect_uri="https://bot.example/callback") as login:
        print(login.authorization_url(state="…", verifier="…"))
        assert_type(await login.redeem("code", "…"), Tokens)
    return AsyncGlimesh(credentials=ClientCredentials("client-id", "secret"))


def writes(client: GraphQLClient) -> str:
    sent = api.create_chat_message(
        client, channel_id="6", message=api.ChatMessageInput(message="hi")
    )
    assert_type(sent, api.ChatMessageFields)
    with api.chat_message_sent(client, channel_id="6") as messages:
        assert_type(next(messages), api.ChatMessageFields)
    entry = api.delete_chat_message(client, channel_id="6", message_id=sent.id)
    api.short_timeout_user(client, channel_id="6", user_id="2")
    api.follow(client, streamer_id="1")
    return f"{entry.action} by {entry.moderator.username}"


async def asynchronous(glimesh: AsyncGlimesh, client: AsyncGraphQLClient) -> None:
    channel = await api.find_channel(glimesh, id="6")
    assert_type(channel.id, str)
    pending = api.myself(client)
    me, users = await asyncio.gather(pending, api.users(client, first=5))
    print(me.username, users.edges[0].node.displayname)
    task = asyncio.create_task(api.find_user(client, id=3))
    print((await task).username)
    async with api.chat_message_sent(glimesh, channel_id=channel.id) as messages:
        async for message in messages:
            assert_type(message, api.ChatMessageFields)
    async for page in api.chat_messages_pages(client, streamer_username="Mytho"):
        assert_type(page, api.ChatMessagesChatMessageConnection)


def tokens(message: api.ChatMessageFields) -> list[str]:
    links: list[str] = []
    for token in message.tokens:
        match token:
            case api.ChatMessageFieldsUrlToken(url=url):
                links.append(url)
            case api.ChatMessageFieldsEmoteToken(src=src):
                links.append(src)
            case api.ChatMessageFieldsTextToken():
                pass
            case api.ChatMessageFieldsOtherChatMessageToken(typename=typename, text=text):
                print(typename, text)
            case _:
                assert_never(token)
    return links


def made_up() -> bytes:
    message = fake.chat_message_fields(message="hi", user=fake.user_fields(username="Ann"))
    assert_type(message, api.ChatMessageFields)
    assert_type(fake.create_chat_message(id="7"), api.ChatMessageFields)
    assert_type(fake.categories(), list[api.CategoryFields])
    return reply_body(CREATE_CHAT_MESSAGE, message)


def constants(body: bytes) -> datetime:
    assert_type(CREATE_CHAT_MESSAGE, Operation[api.ChatMessageFields])
    assert_type(FIND_CHANNEL.name, str)
    return CHAT_MESSAGES.decode(body).chat_messages.edges[0].node.inserted_at


def rocket(client: RocketChat) -> None:
    sent = client.send_message(
        "GENERAL",
        "hi",
        alias="Gruggy",
        attachments=[
            Attachment(
                color="#ff0000",
                ts=datetime.now().astimezone(),
                fields=[AttachmentField(title="Status", value="online")],
            )
        ],
    )
    assert_type(sent.deduplicated, bool)
    print(client.get_message(sent.message.id).text)


async def async_rocket(client: AsyncRocketChat) -> str:
    return (await client.send_message("GENERAL", "hi")).message.id


def dispatch(glimesh: Glimesh, rocketchat: RocketChat) -> Message | None:
    chat = Chat(glimesh=glimesh, rocketchat=rocketchat)
    Chat(glimesh=glimesh)
    receipt = chat.send("rocketchat:general", "hello")
    assert_type(receipt, Receipt)
    for message in chat.history("glimesh:Mytho", limit=50):
        assert_type(message.sent_at, datetime)
    return receipt.require() if receipt.outcome is Outcome.SENT else None


def does_all(chat: Chat, room: str) -> list[str]:
    capabilities = chat.capabilities(room)
    assert_type(capabilities.allowed, frozenset[Capability])
    first = chat.send(room, "one", attachments=[Attachment(text="a")], alias="Gruggy").require()
    receipts = chat.send_many([(room, "two"), (room, Draft(text="three", thread_id=first.id))])
    assert_type(receipts + chat.broadcast([room], "four"), list[Receipt])
    assert_type(chat.edit(room, first, "five"), Message | None)
    chat.react(room, first.id, ":smile:", remove=True)
    chat.moderate(room, TimeOut(first.author, minutes=15))
    chat.moderate(room, Ban("bob"))
    chat.delete(room, first)
    assert_type(chat.me("glimesh"), Author)
    return [str(found.address) for found in chat.rooms()]


def hears(chat: Chat, room: str) -> str:
    with chat.listen(room, "glimesh:Mytho") as events:
        for event in events:
            match event:
                case Posted(message=message, own=own) | Edited(message=message, own=own):
                    return message.text if own else message.author.username
                case Deleted(message_id=message_id):
                    return message_id
                case Interrupted(reason=reason):
                    return str(reason)
                case Missed(seconds=seconds):
                    assert_type(seconds, float | None)
                case Resumed():
                    pass
                case _:
                    assert_never(event)
    return ""


async def async_hears(chat: AsyncChat, room: str) -> None:
    async with chat.listen(room) as events:
        async for event in events:
            assert_type(event, Event)
            await chat.send(room, "heard")


class Own:
    """A platform of an application's own."""

    platform: ClassVar[str] = "irc"

    def __init__(self, backend: Backend, driver: Driver) -> None:
        self.backend = backend
        self.driver = driver


def adds_a_platform(backend: Backend, driver: Driver, work: RocketChat) -> Chat:
    return Chat(backends={"irc": Own(backend, driver), "rocketchat+work": work})


async def async_dispatch(glimesh: AsyncGlimesh, rocketchat: AsyncRocketChat) -> list[str]:
    chat = AsyncChat(glimesh=glimesh, rocketchat=rocketchat)
    print((await chat.send("glimesh:Mytho", "hello")).outcome)
    return [message.text async for message in chat.history("rocketchat:general", limit=None)]


def errors(client: GraphQLClient) -> float | None:
    try:
        api.myself(client)
    except GraphQLError as error:
        print(error.errors[0].path, error.data)
    except RateLimited as error:
        return error.retry_after
    except InvalidInput as error:
        print(error.limit, error.given)
    except BackchannelError as error:
        print(error.fault, error.retry_safe, error.outcome, error.may_have_happened)
    return None


def moderate(client: Glimesh) -> datetime | None:
    assert_type(client.send_message("1", "hi"), Receipt)
    done = changes.time_out(client, channel_id="1", user_id="3", minutes=15)
    assert_type(done, changes.Change[api.ModerationLogFields])
    try:
        changes.follow(client, streamer_id="1", live_notifications=True)
    except (BannedFromChannel, AccountTooYoung) as error:
        return error.until
    return None


async def async_moderate(client: AsyncGlimesh) -> bool:
    receipt = await client.send_message("1", "hi")
    done = await changes.ban(client, channel_id="1", user_id="3")
    assert_type(done.result, api.ModerationLogFields | None)
    return receipt.read_back or done.already


def awaitable(client: AsyncGraphQLClient) -> Coroutine[object, object, object]:
    return api.unfollow(client, streamer_id="1")
