"""What a Glimesh site holds, as plain values: the seed of a local server, and its state.

Times are timezone-aware UTC. Rows refer to each other by id, as the tables of the site do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OPENED = datetime(2023, 5, 1, 12, tzinfo=UTC)
SCOPES = frozenset({"public", "email", "chat", "streamkey", "follow", "stream_info"})


@dataclass(kw_only=True, slots=True)
class Row:
    """What every table has."""

    id: int
    inserted_at: datetime = OPENED
    updated_at: datetime = OPENED


@dataclass(kw_only=True, slots=True)
class UserSocial(Row):
    """An account elsewhere that a user has linked."""

    platform: str
    identifier: str
    username: str


@dataclass(kw_only=True, slots=True)
class User(Row):
    """An account. `avatar` is a URL or a path on this server; None means a Gravatar."""

    username: str
    displayname: str = ""
    email: str = field(default="", repr=False)
    confirmed_at: datetime | None = OPENED
    is_admin: bool = False
    is_gct: bool = False
    is_banned: bool = False
    can_stream: bool = True
    platform_supporter: bool = False
    avatar: str | None = None
    team_role: str | None = None
    allow_glimesh_newsletter_emails: bool = False
    allow_live_subscription_emails: bool = True
    profile_content_md: str | None = None
    profile_content_html: str | None = None
    social_discord: str | None = None
    social_guilded: str | None = None
    social_instagram: str | None = None
    social_youtube: str | None = None
    youtube_intro_url: str | None = None
    socials: list[UserSocial] = field(default_factory=list[UserSocial])

    def __post_init__(self) -> None:
        self.displayname = self.displayname or self.username


@dataclass(kw_only=True, slots=True)
class Category(Row):
    """What a channel is about, coarsely."""

    name: str
    slug: str


@dataclass(kw_only=True, slots=True)
class Subcategory(Row):
    """A game or a topic within a category."""

    category_id: int
    name: str
    slug: str
    background_image: str | None = None
    user_created: bool = False
    source: str | None = None
    source_id: str | None = None


@dataclass(kw_only=True, slots=True)
class Tag(Row):
    """A label that streamers choose within a category."""

    category_id: int
    name: str
    slug: str
    count_usage: int = 0


@dataclass(kw_only=True, slots=True)
class Channel(Row):
    """A user's channel. `status` is "LIVE" or "OFFLINE"; `minimum_account_age` is in hours."""

    streamer_id: int
    category_id: int = 1
    subcategory_id: int | None = None
    tag_ids: list[int] = field(default_factory=list[int])
    title: str | None = "Live Stream!"
    status: str = "OFFLINE"
    stream_id: int | None = None
    language: str | None = "en"
    mature_content: bool = False
    inaccessible: bool = False
    show_on_homepage: bool = False
    backend: str | None = "ftl"
    hmac_key: str = field(default="", repr=False)
    block_links: bool = False
    disable_hyperlinks: bool = False
    require_confirmed_email: bool = False
    minimum_account_age: int = 0
    show_recent_chat_messages_only: bool = False
    chat_rules_md: str | None = None
    chat_rules_html: str | None = None
    poster: str = "/images/stream-not-started.jpg"
    chat_bg: str = "/images/bg.png"


@dataclass(kw_only=True, slots=True)
class Stream(Row):
    """One broadcast of a channel, running or over."""

    channel_id: int
    category_id: int
    title: str | None
    started_at: datetime
    ended_at: datetime | None = None
    count_viewers: int | None = None
    peak_viewers: int | None = None
    thumbnail: str | None = None


@dataclass(kw_only=True, slots=True)
class StreamMetadata(Row):
    """One measurement of a running stream."""

    stream_id: int
    audio_codec: str | None = None
    ingest_server: str | None = None
    ingest_viewers: int | None = None
    lost_packets: int | None = None
    nack_packets: int | None = None
    recv_packets: int | None = None
    source_bitrate: int | None = None
    source_ping: int | None = None
    stream_time_seconds: int | None = None
    vendor_name: str | None = None
    vendor_version: str | None = None
    video_codec: str | None = None
    video_height: int | None = None
    video_width: int | None = None


@dataclass(kw_only=True, slots=True)
class ChatToken:
    """A piece of a message: `type` is "text", "url" or "emote"."""

    type: str
    text: str
    url: str | None = None
    src: str | None = None


@dataclass(kw_only=True, slots=True)
class ChatMessageMetadata:
    """What the author was in the channel at the time of writing."""

    streamer: bool = False
    moderator: bool = False
    admin: bool = False
    subscriber: bool = False
    platform_founder_subscriber: bool = True
    platform_supporter_subscriber: bool = False


@dataclass(kw_only=True, slots=True)
class ChatMessage(Row):
    """A message. Deleting hides it from the site's own page only: `is_visible`."""

    channel_id: int
    user_id: int
    message: str
    tokens: list[ChatToken] = field(default_factory=list[ChatToken])
    metadata: ChatMessageMetadata = field(default_factory=ChatMessageMetadata)
    is_visible: bool = True
    is_followed_message: bool = False
    is_subscription_message: bool = False


@dataclass(kw_only=True, slots=True)
class ChannelBan(Row):
    """A ban, or a timeout when it expires."""

    channel_id: int
    user_id: int
    expires_at: datetime | None = None
    reason: str | None = None


@dataclass(kw_only=True, slots=True)
class ChannelModerator(Row):
    """A user's rights in somebody else's channel."""

    channel_id: int
    user_id: int
    can_short_timeout: bool = True
    can_long_timeout: bool = True
    can_un_timeout: bool = True
    can_ban: bool = True
    can_unban: bool = True
    can_delete: bool = True


@dataclass(kw_only=True, slots=True)
class ChannelModerationLog(Row):
    """Who did what to whom."""

    channel_id: int
    moderator_id: int
    user_id: int
    action: str


@dataclass(kw_only=True, slots=True)
class Follower(Row):
    """`user_id` follows `streamer_id`."""

    streamer_id: int
    user_id: int
    has_live_notifications: bool = False


@dataclass(kw_only=True, slots=True)
class Emote(Row):
    """`:name:` in a message becomes the image at `src`; of one channel, or of the whole site."""

    name: str
    src: str
    channel_id: int | None = None
    subscribers_only: bool = False


@dataclass(kw_only=True, slots=True)
class EdgeRoute(Row):
    """A server that viewers of some countries watch from."""

    hostname: str
    url: str
    country_codes: list[str] = field(default_factory=list[str])
    priority: int = 1
    available: bool = True


@dataclass(kw_only=True, slots=True)
class Subscription(Row):
    """`user_id` pays for the channel of `streamer_id`."""

    user_id: int
    streamer_id: int


@dataclass(kw_only=True, slots=True)
class OAuthApp(Row):
    """A registered application; its client credentials act as its owner.

    A login may only come back to one of `redirect_uris`, letter for letter.
    """

    client_id: str
    owner_id: int
    secret: str = field(repr=False)
    redirect_uris: list[str] = field(default_factory=list[str])


@dataclass(kw_only=True, slots=True)
class AuthorizationCode(Row):
    """What a user's consent gives an application: good for one token, and for a minute.

    `challenge` is what PKCE asks a verifier for, None without PKCE; `method` is "S256" or "plain".
    """

    value: str = field(repr=False)
    client_id: str
    user_id: int
    redirect_uri: str
    scope: str
    challenge: str | None = None
    method: str = "plain"


@dataclass(kw_only=True, slots=True)
class AccessToken(Row):
    """A token of a user; `scope` holds names with blanks between, and None expires never."""

    value: str = field(repr=False)
    user_id: int
    scope: str = "public chat"
    expires_at: datetime | None = None
    client_id: str | None = None
    refresh_token: str | None = field(default=None, repr=False)
    revoked: bool = False


RowT = TypeVar("RowT", bound=Row)


class Table(Generic[RowT]):
    """Rows by id. Ids are given in ascending order and never twice."""

    def __init__(self, rows: Iterable[RowT] = ()) -> None:
        self._rows = {row.id: row for row in sorted(rows, key=lambda row: row.id)}
        self._last_id = max(self._rows, default=0)

    def get(self, row_id: int | None) -> RowT | None:
        """The row, or None when there is none or no id."""
        return None if row_id is None else self._rows.get(row_id)

    def __getitem__(self, row_id: int) -> RowT:
        return self._rows[row_id]

    def __iter__(self) -> Iterator[RowT]:
        return iter(tuple(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def next_id(self) -> int:
        """A new id. It is spent, whether a row follows or not."""
        self._last_id += 1
        return self._last_id

    def add(self, row: RowT) -> RowT:
        """Keep `row`, whose id came from `next_id`."""
        self._rows[row.id] = row
        return row

    def remove(self, row: RowT) -> None:
        """Forget `row`; its id is not given again."""
        del self._rows[row.id]


@dataclass(kw_only=True, slots=True)
class World:
    """Everything a server knows. Tables take any iterable of rows: `Table([User(...), ...])`."""

    users: Table[User] = field(default_factory=Table[User])
    channels: Table[Channel] = field(default_factory=Table[Channel])
    categories: Table[Category] = field(default_factory=Table[Category])
    subcategories: Table[Subcategory] = field(default_factory=Table[Subcategory])
    tags: Table[Tag] = field(default_factory=Table[Tag])
    streams: Table[Stream] = field(default_factory=Table[Stream])
    stream_metadata: Table[StreamMetadata] = field(default_factory=Table[StreamMetadata])
    messages: Table[ChatMessage] = field(default_factory=Table[ChatMessage])
    bans: Table[ChannelBan] = field(default_factory=Table[ChannelBan])
    moderators: Table[ChannelModerator] = field(default_factory=Table[ChannelModerator])
    moderation_logs: Table[ChannelModerationLog] = field(
        default_factory=Table[ChannelModerationLog]
    )
    followers: Table[Follower] = field(default_factory=Table[Follower])
    emotes: Table[Emote] = field(default_factory=Table[Emote])
    edge_routes: Table[EdgeRoute] = field(default_factory=Table[EdgeRoute])
    subscriptions: Table[Subscription] = field(default_factory=Table[Subscription])
    apps: Table[OAuthApp] = field(default_factory=Table[OAuthApp])
    codes: Table[AuthorizationCode] = field(default_factory=Table[AuthorizationCode])
    tokens: Table[AccessToken] = field(default_factory=Table[AccessToken])
