"""Writing messages: who may, what is kept, how a text becomes tokens."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, TypedDict

from graphql import GraphQLResolveInfo

from backchannel.local.glimesh.context import Crash, RefusedError, row_id
from backchannel.local.glimesh.graphemes import graphemes
from backchannel.local.glimesh.resolvers.fields import Fields, channel, context_of, published, user
from backchannel.local.glimesh.world import (
    Channel,
    ChannelBan,
    ChatMessage,
    ChatMessageMetadata,
    ChatToken,
    User,
    World,
)

if TYPE_CHECKING:
    from backchannel.local.glimesh.context import Context

MAXIMUM = 255  # graphemes by the server's rule, code points by its database column

# Which texts the server takes for links, and for names of emotes.
_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?[-a-zA-Z0-9@:%._+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b"
    r"[-a-zA-Z0-9()!@:%_+.~#?&/=]*",
    re.ASCII,
)
_EMOTE = re.compile(r":\w+:", re.ASCII)


class _MessageInput(TypedDict, total=False):
    message: str | None


def _create_chat_message(
    _: object,
    info: GraphQLResolveInfo,
    *,
    channel_id: str,
    message: _MessageInput,
) -> ChatMessage:
    context = context_of(info)
    author = context.access.require("chat")
    target = get_channel(context.world, channel_id)
    check_may_write(context, author, target)
    if "message" not in message:
        raise Crash(500)
    return create_message(context, author, target, message["message"], may_write=True)


def get_channel(world: World, channel_id: str) -> Channel:
    """A channel that has to exist, or the request ends with 404."""
    found = world.channels.get(row_id(channel_id))
    if found is None:
        raise Crash(404)
    return found


def create_message(
    context: Context,
    author: User,
    target: Channel,
    text: str | None,
    *,
    is_follow: bool = False,
    may_write: bool = False,
) -> ChatMessage:
    """Keep a message, after the checks in the server's order."""
    if not may_write:
        check_may_write(context, author, target)
    if text is not None and target.block_links and "http" in text and "://" in text:
        raise RefusedError("This channel has links disabled!")
    if text is None or not text.strip():
        raise RefusedError("message: can't be blank")
    if graphemes(text) > MAXIMUM:
        raise RefusedError(f"message: should be at most {MAXIMUM} character(s)")
    world = context.world
    message_id = world.messages.next_id()
    if len(text) > MAXIMUM or "\0" in text:
        # Refused by the database, which has given out an id by then.
        raise Crash(500)
    message = world.messages.add(
        ChatMessage(
            id=message_id,
            channel_id=target.id,
            user_id=author.id,
            message=text,
            tokens=tokenize(text, world, author, target),
            metadata=ChatMessageMetadata(
                streamer=target.streamer_id == author.id,
                moderator=any(
                    (row.channel_id, row.user_id) == (target.id, author.id)
                    for row in world.moderators
                ),
                admin=author.is_admin,
                subscriber=_subscribes(world, author, target.streamer_id),
                platform_supporter_subscriber=author.platform_supporter,
            ),
            is_followed_message=is_follow,
            inserted_at=context.now,
            updated_at=context.now,
        )
    )
    context.publish("chatMessage", target.id, message)
    return message


def check_may_write(context: Context, author: User, target: Channel) -> None:
    """The server's policy: admins always, the streamer unless banned from the site."""
    if author.is_admin:
        return
    if author.id != target.streamer_id:
        ban = _ban_of(context, target, author)
        if ban is not None:
            raise RefusedError(_ban_text(context, ban))
    if author.is_banned:
        raise RefusedError("You are banned from Glimesh.")
    if author.id == target.streamer_id:
        return
    if target.require_confirmed_email and author.confirmed_at is None:
        raise RefusedError("You must confirm your email address before chatting.")
    age = int((context.now - author.inserted_at).total_seconds())
    left = target.minimum_account_age * 60 * 60 - age
    if target.minimum_account_age > 0 and left > 0:
        raise RefusedError(f"You must wait {left // 60} more minutes to chat.")


def _ban_of(context: Context, target: Channel, author: User) -> ChannelBan | None:
    """The ban or timeout that is running; the server fails when it finds two."""
    running = [
        row
        for row in context.world.bans
        if (row.channel_id, row.user_id) == (target.id, author.id)
        and (row.expires_at is None or row.expires_at > context.clock())
    ]
    if len(running) > 1:
        raise Crash(500)
    return running[0] if running else None


def _ban_text(context: Context, ban: ChannelBan) -> str:
    if ban.expires_at is None:
        return "You are permanently banned from this channel."
    seconds = int((ban.expires_at - context.clock()).total_seconds())
    return f"You are banned from this channel for {math.ceil(seconds / 60)} more minutes."


def _subscribes(world: World, subscriber: User, streamer_id: int) -> bool:
    return any(
        (row.user_id, row.streamer_id) == (subscriber.id, streamer_id)
        for row in world.subscriptions
    )


def tokenize(text: str, world: World, author: User, target: Channel) -> list[ChatToken]:
    """The pieces of a message: links when the channel shows them, emotes the author may use."""
    emotes = _emotes(world, author, target)
    tokens: list[ChatToken] = []
    for piece in (part for link in _split(_LINK, text) for part in _split(_EMOTE, link)):
        if not target.disable_hyperlinks and piece.startswith("http") and _LINK.search(piece):
            tokens.append(ChatToken(type="url", text=piece, url=piece))
        elif piece in emotes:
            tokens.append(ChatToken(type="emote", text=piece, src=emotes[piece]))
        else:
            tokens.append(ChatToken(type="text", text=piece))
    return tokens


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """`text` cut before and after every match."""
    pieces: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        pieces += [text[end : match.start()], match[0]]
        end = match.end()
    return [piece for piece in [*pieces, text[end:]] if piece]


def _emotes(world: World, author: User, target: Channel) -> dict[str, str]:
    usable: dict[str, str] = {}
    for emote in world.emotes:
        if emote.channel_id is not None:
            if emote.channel_id != target.id:
                continue
            if emote.subscribers_only and not (
                author.id == target.streamer_id or _subscribes(world, author, target.streamer_id)
            ):
                continue
        usable[f":{emote.name}:"] = emote.src
    return usable


def _emote_src(source: ChatToken, info: GraphQLResolveInfo) -> str | None:
    return context_of(info).full_url(source.src)


FIELDS: Fields = {
    "RootMutationType": {"createChatMessage": _create_chat_message},
    "RootSubscriptionType": {"chatMessage": published},
    "ChatMessage": {"channel": channel(), "user": user()},
    "EmoteToken": {"src": _emote_src},
}
