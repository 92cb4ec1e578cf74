"""The world in which the recorded exchanges of tests/data/wire-http.jsonl were made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backchannel.local.glimesh.world import (
    OPENED,
    SCOPES,
    AccessToken,
    Category,
    Channel,
    ChannelBan,
    ChannelModerator,
    ChatMessage,
    ChatToken,
    EdgeRoute,
    Emote,
    OAuthApp,
    Stream,
    Subcategory,
    Table,
    Tag,
    User,
    World,
)

STREAMER, CHATBOT, VIEWER, MODERATOR = 1, 2, 3, 4
UNCONFIRMED, NEWBIE, CHANNEL_BANNED, TIMED_OUT, BANNED, ADMIN = 5, 6, 7, 8, 9, 10

USERNAMES: Final = {
    STREAMER: "streamer",
    CHATBOT: "chatbot",
    VIEWER: "viewer",
    MODERATOR: "moddy",
    UNCONFIRMED: "unconfirmed",
    NEWBIE: "newbie",
    CHANNEL_BANNED: "chbanned",
    TIMED_OUT: "timeout",
    BANNED: "banned",
    ADMIN: "admin",
    11: "nolinks",
    12: "confirmedonly",
    13: "grownups",
    14: "plaintext",
}


def seed(now: datetime) -> World:
    """A small site at the time `now` (timezone-aware).

    Channels: 1 is plain (streamer `streamer`, twelve messages), 2 blocks links, 3 wants a confirmed
    email, 4 an account of 24 hours, 5 shows links as text. Tokens are named `tok-` and the user:
    viewer, streamer, mod, chatbot, unconfirmed, newbie, chbanned, timeout, banned, admin; and
    public, noscope, expired for what is wrong with a token of the viewer. The application
    11111111-2222-4333-8444-555555555555 is the chatbot's; its secret is sim-secret.
    """
    return World(
        users=_users(now),
        categories=Table(
            [Category(id=1, name="Gaming", slug="gaming"), Category(id=2, name="Art", slug="art")]
        ),
        subcategories=Table([Subcategory(id=1, category_id=1, name="Chess", slug="chess")]),
        tags=Table([Tag(id=1, category_id=1, name="Chill", slug="chill", count_usage=1)]),
        channels=_channels(),
        streams=Table(
            [Stream(id=1, channel_id=1, category_id=1, title="Live Stream!", started_at=OPENED)]
        ),
        messages=Table(_message(number) for number in range(1, 13)),
        bans=_bans(now),
        moderators=Table([ChannelModerator(id=1, channel_id=1, user_id=MODERATOR)]),
        emotes=_emotes(),
        edge_routes=_edge_routes(),
        apps=_apps(),
        tokens=_tokens(now),
    )


def _users(now: datetime) -> Table[User]:
    users = Table(
        User(id=user_id, username=name, email=f"{name}@example.com")
        for user_id, name in USERNAMES.items()
    )
    users[UNCONFIRMED].confirmed_at = None
    # Old enough that a minute of the 24 hours has begun, and not over.
    users[NEWBIE].inserted_at = now - timedelta(seconds=30)
    users[BANNED].is_banned = True
    users[ADMIN].is_admin = True
    return users


def _channels() -> Table[Channel]:
    return Table(
        [
            Channel(
                id=1,
                streamer_id=STREAMER,
                status="LIVE",
                stream_id=1,
                subcategory_id=1,
                tag_ids=[1],
                show_on_homepage=True,
                hmac_key="local-hmac-key",
            ),
            Channel(id=2, streamer_id=11, title="No links", block_links=True),
            Channel(id=3, streamer_id=12, title="Confirmed", require_confirmed_email=True),
            Channel(id=4, streamer_id=13, title="Grown-ups", minimum_account_age=24),
            Channel(id=5, streamer_id=14, title="Plain text", disable_hyperlinks=True),
        ]
    )


def _message(number: int) -> ChatMessage:
    text = f"old message {number}"
    sent = OPENED + timedelta(minutes=number)
    return ChatMessage(
        id=number,
        channel_id=1,
        user_id=VIEWER if number % 2 else CHATBOT,
        message=text,
        tokens=[ChatToken(type="text", text=text)],
        inserted_at=sent,
        updated_at=sent,
    )


def _bans(now: datetime) -> Table[ChannelBan]:
    timeout = now + timedelta(hours=4)
    return Table(
        [
            ChannelBan(id=1, channel_id=1, user_id=CHANNEL_BANNED),
            ChannelBan(id=2, channel_id=1, user_id=TIMED_OUT, expires_at=timeout),
        ]
    )


def _emotes() -> Table[Emote]:
    return Table(
        [
            Emote(id=1, name="glimchef", src="/uploads/emotes/glimchef.svg"),
            Emote(id=2, name="glimlove", src="/uploads/emotes/glimlove.svg"),
        ]
    )


def _edge_routes() -> Table[EdgeRoute]:
    url = "https://edge.example/janus"
    return Table([EdgeRoute(id=1, hostname="edge.example", url=url, country_codes=["US"])])


def _apps() -> Table[OAuthApp]:
    return Table(
        [
            OAuthApp(
                id=1,
                client_id="11111111-2222-4333-8444-555555555555",
                secret="sim-secret",  # noqa: S106  # a local server's, known to everybody
                owner_id=CHATBOT,
                redirect_uris=["http://127.0.0.1:8765/", "https://bot.example/callback"],
            )
        ]
    )


def _tokens(now: datetime) -> Table[AccessToken]:
    everything = " ".join(sorted(SCOPES))
    tokens = [
        ("tok-viewer", VIEWER, "public chat", None),
        ("tok-public", VIEWER, "public", None),
        ("tok-noscope", VIEWER, "", None),
        ("tok-expired", VIEWER, "public chat", now - timedelta(seconds=1)),
        ("tok-streamer", STREAMER, everything, None),
        ("tok-chatbot", CHATBOT, "public chat follow", None),
        ("tok-mod", MODERATOR, "public chat", None),
        ("tok-unconfirmed", UNCONFIRMED, "public chat", None),
        ("tok-newbie", NEWBIE, "public chat", None),
        ("tok-chbanned", CHANNEL_BANNED, "public chat", None),
        ("tok-timeout", TIMED_OUT, "public chat", None),
        ("tok-banned", BANNED, "public chat", None),
        ("tok-admin", ADMIN, everything, None),
    ]
    return Table(
        AccessToken(id=number, value=value, user_id=user_id, scope=scope, expires_at=expires)
        for number, (value, user_id, scope, expires) in enumerate(tokens, start=1)
    )
