"""What an application's documents would have been compiled to, for the recorded requests."""

from backchannel.graphql.models import Result
from support.operations import NaiveDateTime


class Reply(Result, rename="camel"):
    pass


class User(Reply):
    id: str | None = None
    username: str | None = None
    confirmed_at: NaiveDateTime | None = None
    inserted_at: NaiveDateTime | None = None


class TextToken(Reply, tag="TextToken", tag_field="__typename"):
    type: str
    text: str


class UrlToken(Reply, tag="UrlToken", tag_field="__typename"):
    type: str
    text: str
    url: str


class EmoteToken(Reply, tag="EmoteToken", tag_field="__typename"):
    type: str
    text: str
    src: str


class Metadata(Reply):
    admin: bool
    moderator: bool
    streamer: bool
    subscriber: bool
    platform_founder_subscriber: bool


class Message(Reply):
    id: str
    message: str | None = None
    inserted_at: NaiveDateTime | None = None
    user: User | None = None
    tokens: list[TextToken | UrlToken | EmoteToken] | None = None
    metadata: Metadata | None = None


class Edge(Reply):
    node: Message
    cursor: str | None = None


class PageInfo(Reply):
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class Connection(Reply):
    edges: list[Edge]
    count: int | None = None
    page_info: PageInfo | None = None


class Channel(Reply):
    id: str | None = None
    title: str | None = None
    status: str | None = None
    mature_content: bool | None = None
    streamer: User | None = None
    chat_messages: Connection | None = None


class Log(Reply):
    id: str
    action: str
    moderator: User
    user: User
    channel: Channel | None = None
    inserted_at: NaiveDateTime | None = None


class Query(Reply):
    channel: Channel | None = None
    myself: User | None = None
    user: User | None = None


class Create(Reply):
    create_chat_message: Message


class Delete(Reply):
    delete_chat_message: Log


class Timeout(Reply):
    short_timeout_user: Log
