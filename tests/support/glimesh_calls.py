"""Calls of every function of glimesh_api to the seeded site, and what is to come of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import glimesh_api as api
from backchannel.local.glimesh import World

STREAMER, CHATBOT, VIEWER, MODERATOR, BANNED_IN_CHANNEL, NO_LINKS = 1, 2, 3, 4, 7, 11
NEW_TITLE = "Gone fishing"


@dataclass
class Row:
    """A call, values of its result by their paths, and what it changes on the site."""

    result: dict[str, object]
    arguments: dict[str, object] = field(default_factory=dict)
    token: str = "tok-viewer"
    effect: Callable[[World], object] | None = None
    leaves: object = None


def page(first, last, *, after=False, before=False):
    """What every page says of itself."""
    return {
        "page_info.has_next_page": after,
        "page_info.has_previous_page": before,
        "page_info.start_cursor": first,
        "page_info.end_cursor": last,
    }


def under(name, values):
    return {f"{name}.{path}": value for path, value in values.items()}


def new_bans(world):
    """The bans that were not there from the start."""
    return list(world.bans)[2:]


CURSORS = [f"YXJyYXljb25uZWN0aW9uO{end}" for end in ("jA=", "jE=", "jI=")]
ONLY = page(CURSORS[0], CURSORS[0])
MODERATION = {"channel.id": "1", "moderator.username": "streamer", "user.username": "viewer"}
ON_VIEWER = {"channel_id": "1", "user_id": "3"}

ROWS = {
    "BAN_USER": Row(
        {"action": "ban", **MODERATION},
        ON_VIEWER,
        "tok-streamer",
        effect=lambda world: [(ban.user_id, ban.expires_at) for ban in new_bans(world)],
        leaves=[(VIEWER, None)],
    ),
    "CATEGORIES": Row({"0.name": "Gaming", "0.slug": "gaming", "1.id": "2", "1.slug": "art"}),
    "CHANNELS": Row(
        {
            **page(CURSORS[1], CURSORS[2], after=True, before=True),
            "edges.0.node.title": "Confirmed",
            "edges.0.node.require_confirmed_email": True,
            "edges.1.cursor": CURSORS[2],
            "edges.1.node.streamer.username": "grownups",
        },
        {"status": api.ChannelStatus.OFFLINE, "first": 2, "after": CURSORS[0]},
    ),
    "CHANNEL_BANS": Row(
        {
            **under("bans", page(CURSORS[0], CURSORS[1])),
            "id": "1",
            "bans.edges.0.node.user.username": "chbanned",
            "bans.edges.0.node.expires_at": None,
            "bans.edges.1.node.user.username": "timeout",
        },
        {"streamer_username": "streamer"},
    ),
    "CHANNEL_KEYS": Row(
        {"stream_key": "1-local-hmac-key", "hmac_key": "local-hmac-key"},
        {"channel_id": "1"},
        "tok-admin",
    ),
    "CHANNEL_MODERATION_LOGS": Row(
        {
            **under("moderation_logs", ONLY),
            "moderation_logs.edges.0.node.action": "unban",
            "moderation_logs.edges.0.node.moderator.username": "moddy",
        },
        {"channel_id": "1"},
    ),
    "CHANNEL_MODERATORS": Row(
        {
            **under("moderators", ONLY),
            "moderators.edges.0.node.user.username": "moddy",
            "moderators.edges.0.node.can_un_timeout": True,
        },
        {"channel_id": "1"},
    ),
    "CHANNEL_STREAMS": Row(
        {
            **under("streams", ONLY),
            "streams.edges.0.node.title": "Live Stream!",
            "streams.edges.0.node.ended_at": None,
            "streams.edges.0.node.category.slug": "gaming",
        },
        {"channel_id": "1", "last": 1},
    ),
    "CHAT_MESSAGES": Row(
        {
            **under("chat_messages", page(CURSORS[0], CURSORS[1], after=True)),
            "chat_messages.edges.1.node.message": "old message 2",
            "chat_messages.edges.1.node.tokens.0.text": "old message 2",
            "chat_messages.edges.1.node.user.username": "chatbot",
        },
        {"streamer_username": "Streamer", "first": 2},
    ),
    "CREATE_CHAT_MESSAGE": Row(
        {"id": "13", "message": "hi", "user.username": "viewer", "metadata.streamer": False},
        {"channel_id": "1", "message": api.ChatMessageInput(message="hi")},
        effect=lambda world: world.messages[13].message,
        leaves="hi",
    ),
    "CURRENT_STREAM_METADATA": Row(
        {
            **under("stream.metadata", ONLY),
            "stream.id": "1",
            "stream.metadata.edges.0.node.video_codec": "h264",
            "stream.metadata.edges.0.node.source_bitrate": 6000,
        },
        {"channel_id": "1"},
    ),
    "DELETE_CHAT_MESSAGE": Row(
        {"action": "delete_message", **MODERATION},
        {"channel_id": "1", "message_id": "5"},
        "tok-streamer",
        effect=lambda world: world.messages[5].is_visible,
        leaves=False,
    ),
    "END_STREAM": Row(
        {"id": "1", "channel.id": "1"},
        {"stream_id": "1"},
        "tok-admin",
        effect=lambda world: (world.channels[1].status, world.streams[1].ended_at is None),
        leaves=("OFFLINE", False),
    ),
    "FIND_CATEGORY": Row({"id": "2", "name": "Art"}, {"slug": "art"}),
    "FIND_CHANNEL": Row(
        {
            "id": "1",
            "title": "Live Stream!",
            "status": api.ChannelStatus.LIVE,
            "streamer.username": "streamer",
            "subcategory.name": "Chess",
            "tags.0.name": "Chill",
            "stream.title": "Live Stream!",
        },
        {"streamer_id": STREAMER},
    ),
    "FIND_CHANNEL_ID": Row(
        {"id": "5", "streamer.username": "plaintext"}, {"streamer_username": "PlainText"}
    ),
    "FIND_CHAT_ROOM": Row(
        {"id": "1", "streamer.username": "streamer", "chat_messages.edges.0.node.id": "12"},
        {"streamer_username": "streamer", "last": 1},
    ),
    "FIND_USER": Row(
        {"id": "1", "displayname": "streamer", "channel.id": "1", "count_followers": 1},
        {"id": STREAMER},
    ),
    "FOLLOW": Row(
        {"has_live_notifications": True, "streamer.username": "streamer", "user.id": "2"},
        {"streamer_id": "1", "live_notifications": True},
        "tok-chatbot",
        effect=lambda world: [(row.user_id, row.streamer_id) for row in world.followers],
        leaves=[(VIEWER, STREAMER), (CHATBOT, NO_LINKS), (CHATBOT, STREAMER)],
    ),
    "FOLLOWED_LIVE_CHANNELS": Row(
        {
            **under("following_live_channels", ONLY),
            "following_live_channels.edges.0.node.streamer.username": "streamer",
        },
        {"username": "viewer"},
    ),
    "FOLLOWERS": Row(
        {"edges.0.node.user.username": "viewer", "edges.0.node.has_live_notifications": False},
        {"streamer_id": "1", "user_id": "3", "first": 1},
    ),
    "HOMEPAGE_CHANNELS": Row({**ONLY, "edges.0.node.show_on_homepage": True}),
    "LOG_STREAM_METADATA": Row(
        {"id": "2"},
        {
            "stream_id": "2",
            "metadata": api.StreamMetadataInput(video_codec="av1", source_ping=7),
        },
        "tok-admin",
        effect=lambda world: [(row.stream_id, row.video_codec) for row in world.stream_metadata],
        leaves=[(1, "h264"), (2, "av1")],
    ),
    "LONG_TIMEOUT_USER": Row(
        {"action": "long_timeout", **MODERATION},
        ON_VIEWER,
        "tok-streamer",
        effect=lambda world: [ban.expires_at - ban.inserted_at for ban in new_bans(world)],
        leaves=[timedelta(minutes=15)],
    ),
    "MYSELF": Row({"username": "viewer", "socials.0.platform": "twitter", "count_following": 1}),
    "MY_EMAIL": Row({"email": "streamer@example.com"}, token="tok-streamer"),
    "READ_BACK": Row(
        {
            "myself.id": "3",
            "channel.chat_messages.page_info.has_previous_page": True,
            "channel.chat_messages.edges.1.node.message": "old message 12",
        },
        {"channel_id": "1", "last": 2},
    ),
    "SHORT_TIMEOUT_USER": Row(
        {"action": "short_timeout", **MODERATION},
        ON_VIEWER,
        "tok-streamer",
        effect=lambda world: [ban.expires_at - ban.inserted_at for ban in new_bans(world)],
        leaves=[timedelta(minutes=5)],
    ),
    "START_STREAM": Row(
        {"id": "3", "title": "No links", "channel.id": "2", "ended_at": None},
        {"channel_id": "2"},
        "tok-admin",
        effect=lambda world: (world.channels[2].status, world.channels[2].stream_id),
        leaves=("LIVE", 3),
    ),
    "SUBCATEGORIES": Row(
        {**under("subcategories", ONLY), "subcategories.edges.0.node.slug": "chess"},
        {"category_slug": "gaming"},
    ),
    "TAGS": Row(
        {**under("tags", ONLY), "id": "1", "tags.edges.0.node.count_usage": 1},
        {"category_slug": "gaming", "last": 5},
    ),
    "UNBAN_USER": Row(
        {"action": "unban", "user.username": "chbanned", "moderator.username": "moddy"},
        {"channel_id": "1", "user_id": str(BANNED_IN_CHANNEL)},
        "tok-mod",
        effect=lambda world: BANNED_IN_CHANNEL in {ban.user_id for ban in world.bans},
        leaves=False,
    ),
    "UNFOLLOW": Row(
        {"streamer.username": "nolinks", "user.username": "chatbot"},
        {"streamer_id": str(NO_LINKS)},
        "tok-chatbot",
        effect=lambda world: [row.user_id for row in world.followers],
        leaves=[VIEWER],
    ),
    "UPDATE_STREAM_INFO": Row(
        {"id": "1", "title": NEW_TITLE},
        {"channel_id": "1", "title": NEW_TITLE},
        "tok-streamer",
        effect=lambda world: world.channels[1].title,
        leaves=NEW_TITLE,
    ),
    "USERS": Row(
        {
            **page(CURSORS[1], CURSORS[2], after=True, before=True),
            "edges.0.node.username": "chatbot",
            "edges.1.node.username": "viewer",
        },
        {"first": 2, "after": CURSORS[0]},
    ),
    "WATCH_CHANNEL": Row(
        {"id": "1", "hostname": "edge.example", "country_codes": ["US"]},
        {"channel_id": "1", "country": "US"},
    ),
}

USER = {"id": "3", "username": "viewer", "displayname": "Viewer", "avatarUrl": "https://a.example"}
TIMES = {"insertedAt": "2023-05-01T12:11:00", "updatedAt": "2023-05-01T12:11:00"}

# What is pushed, and values of what the function gives for it.
SUBSCRIPTIONS = {
    "CHAT_MESSAGE_SENT": (
        {},
        {
            "chatMessage": {
                "id": "14",
                "message": "hi",
                "channel": {"id": "1"},
                "user": USER,
                "tokens": [{"__typename": "TextToken", "type": "text", "text": "hi"}],
                "metadata": None,
                **TIMES,
            }
        },
        {"id": "14", "message": "hi", "user.username": "viewer", "tokens.0.text": "hi"},
    ),
    "CHANNEL_UPDATED": (
        {"channel_id": "1"},
        {"channel": None},
        {"title": "Live Stream!", "status": api.ChannelStatus.LIVE},
    ),
    "FOLLOWER_ADDED": (
        {"streamer_id": "3"},
        {
            "followers": {
                "id": "1",
                "hasLiveNotifications": True,
                "streamer": USER,
                "user": USER,
                **TIMES,
            }
        },
        {"has_live_notifications": True, "user.username": "viewer"},
    ),
}
