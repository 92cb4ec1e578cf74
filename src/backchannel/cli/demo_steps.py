"""What `backchannel demo` does, step by step, as an application would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

import glimesh_api as api
from backchannel import Attachment, AttachmentField, Chat, Glimesh, Message, RocketChat
from backchannel.cli.view import Step
from backchannel.errors import InvalidInput
from backchannel.local.glimesh import LocalGlimesh
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import BOT, GENERAL

STREAMER = "streamer"
TOKEN = "tok-viewer"  # noqa: S105  the local server's own, known to everybody
TOKEN_WITHOUT_SCOPE = "tok-noscope"  # noqa: S105  likewise
LAST = 5


def perform() -> Iterator[Step]:
    """Start both servers and do the steps; each is yielded when it is done."""
    with (
        LocalGlimesh() as glimesh_server,
        LocalRocketChat() as rocket_server,
        Glimesh(token=TOKEN, url=glimesh_server.url) as glimesh,
        Glimesh(token=TOKEN_WITHOUT_SCOPE, url=glimesh_server.url) as scopeless,
        RocketChat(rocket_server.url, user_id=BOT.user_id, auth_token=BOT.token) as rocket,
    ):
        yield _servers(glimesh_server.url, rocket_server.url, glimesh, rocket)
        yield from _glimesh(glimesh)
        yield _attachment(rocket)
        chat = Chat(glimesh=glimesh, rocketchat=rocket)
        yield _dispatched(chat, f"glimesh:{STREAMER}", "Sent through the dispatcher")
        yield _dispatched(chat, "rocketchat:general", "The same words, another platform")
        yield _refused_here(chat)
        yield _refused_there(chat, Chat(glimesh=scopeless))


def _servers(glimesh_url: str, rocket_url: str, glimesh: Glimesh, rocket: RocketChat) -> Step:
    me = api.myself(glimesh)
    room = rocket.room_info(GENERAL)
    return Step(
        title="Start a Glimesh and a Rocket.Chat server on this machine",
        call="Glimesh(token=…, url=…), RocketChat(url, user_id=…, auth_token=…)",
        columns=("platform", "url", "answered"),
        rows=(
            ("Glimesh", glimesh_url, f"you are {me.username}"),
            ("Rocket.Chat", rocket_url, f"the room #{room.name} is there"),
        ),
        proof="both servers know the credentials",
        verified=room.id == GENERAL,
    )


def _glimesh(glimesh: Glimesh) -> Iterator[Step]:
    channel = api.find_channel(glimesh, streamer_username=STREAMER)
    by_id = api.find_channel_id(glimesh, id=channel.id)
    yield Step(
        title="Find a Glimesh channel by its streamer",
        call=f"api.find_channel(glimesh, streamer_username={STREAMER!r})",
        columns=("id", "title", "status", "streamer"),
        rows=((channel.id, str(channel.title), str(channel.status), channel.streamer.username),),
        proof="asking for the channel with this id gives the same streamer",
        verified=by_id.streamer.username == channel.streamer.username == STREAMER,
    )

    page = api.chat_messages(glimesh, channel_id=channel.id, last=LAST).chat_messages
    newest = api.chat_messages(glimesh, channel_id=channel.id, last=1).chat_messages
    yield Step(
        title=f"Read its last {LAST} messages",
        call=f"api.chat_messages(glimesh, channel_id={channel.id!r}, last={LAST})",
        columns=("time (UTC)", "author", "message"),
        rows=tuple(
            (_time(edge.node.inserted_at), edge.node.user.username, edge.node.message)
            for edge in page.edges
        ),
        proof="a page of one, from the end, is the last row",
        verified=len(page.edges) == LAST and newest.edges[0].node == page.edges[-1].node,
    )

    text = "Hello :glimchef: see https://glimesh.tv/about"
    sent = api.create_chat_message(
        glimesh, channel_id=channel.id, message=api.ChatMessageInput(message=text)
    )
    newest = api.chat_messages(glimesh, channel_id=channel.id, last=1).chat_messages
    yield Step(
        title="Send a message with an emote and a link",
        call="api.create_chat_message(glimesh, channel_id=…, message=ChatMessageInput(…))",
        columns=("token", "text"),
        rows=tuple((token.type, token.text) for token in sent.tokens),
        proof=f"reading back gives message {sent.id} with this text, this emote and this link",
        verified=newest.edges[0].node == sent
        and sent.message == text
        and {"emote", "url"} <= {token.type for token in sent.tokens},
    )


def _attachment(rocket: RocketChat) -> Step:
    attachment = Attachment(
        color="#ff0000",
        title="Nightly build",
        text="All green",
        ts=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        fields=[
            AttachmentField(title="Tests", value="1,024 passed", short=True),
            AttachmentField(title="Coverage", value="97 %", short=True),
        ],
    )
    sent = rocket.send_message(
        GENERAL, "The build is ready", alias="Gruggy", emoji=":smirk:", attachments=[attachment]
    )
    stored = rocket.get_message(sent.message.id)
    kept = stored.attachments[0]
    return Step(
        title="Send a Rocket.Chat message with an attachment and fields",
        call="rocket.send_message('GENERAL', …, alias='Gruggy', attachments=[Attachment(…)])",
        columns=("part", "as the server stored it"),
        rows=(
            ("id", stored.id),
            ("text", stored.text),
            ("alias", str(stored.alias)),
            ("attachment", f"{kept.title}: {kept.text} ({kept.color})"),
            *((f"field {field.title}", str(field.value)) for field in kept.fields or ()),
        ),
        proof="chat.getMessage gives the same attachment under the id that we chose",
        verified=stored.id == sent.message.id and kept == attachment,
    )


def _dispatched(chat: Chat, address: str, text: str) -> Step:
    receipt = chat.send(address, text)
    message = receipt.require()
    history = list(chat.history(address, limit=LAST))
    return Step(
        title=f"Send to {address} and read its history through the dispatcher",
        call=f"chat.send({address!r}, …), chat.history({address!r}, limit={LAST})",
        columns=("time (UTC)", "author", "message"),
        rows=tuple(_rows(history)),
        proof=f"the outcome is {receipt.outcome.value!r}, and the newest message is {message.id}",
        verified=history[0].id == message.id and history[0].text == text,
    )


def _refused_here(chat: Chat) -> Step:
    address = f"glimesh:{STREAMER}"
    before = _newest(chat, address)
    try:
        chat.send(address, "x" * 256)
    except InvalidInput as error:
        said, refused = str(error), True
    else:
        said, refused = "nothing was refused", False
    return Step(
        title="A message that is too long is refused before it is sent",
        call=f"chat.send({address!r}, 'x' * 256)",
        columns=("error", "message"),
        rows=((InvalidInput.__name__, said),),
        proof="the newest message of the channel is still the same",
        verified=refused and _newest(chat, address) == before,
    )


def _refused_there(chat: Chat, scopeless: Chat) -> Step:
    address = f"glimesh:{STREAMER}"
    before = _newest(chat, address)
    receipt = scopeless.send(address, "May I?")
    error = receipt.error
    return Step(
        title="A message that the server refuses gives a receipt, not a surprise",
        call=f"chat.send({address!r}, 'May I?')  # a token without the scope chat",
        columns=("outcome", "error", "the server said", "retry safe"),
        rows=(
            (
                receipt.outcome.value,
                type(error).__name__,
                str(error),
                str(error is not None and error.retry_safe),
            ),
        ),
        proof="the newest message of the channel is still the same",
        verified=receipt.outcome.value == "not sent" and _newest(chat, address) == before,
    )


def _newest(chat: Chat, address: str) -> str:
    return next(islice(chat.history(address, limit=1), 1)).id


def _rows(messages: Iterable[Message]) -> Iterator[tuple[str, str, str]]:
    for message in messages:
        yield _time(message.sent_at), message.author.display_name, message.text


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
