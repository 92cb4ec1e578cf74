"""Every recorded reply, given to the client over HTTP, becomes the right value or error.

The table below says which, case by case. The types are those an application's documents would
have been compiled to; the requests themselves are in the data.
"""

import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import graphql
import pytest

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConfigurationError,
    GraphQLError,
    InvalidInput,
    MalformedReply,
    NotFound,
    Outcome,
    RefusedError,
    ServerFailure,
    Unsupported,
)
from backchannel.glimesh import ResourceNotFound, Unauthorized
from backchannel.graphql.models import Result
from backchannel.graphql.operation import Operation, Variable
from support import glimesh_exchanges, rawserver
from support.operations import NaiveDateTime
from support.rawserver import RawServer

EXCHANGES = {exchange.case: exchange for exchange in glimesh_exchanges.recorded()}


# --- results


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


class Anything(Reply):
    """What the reply to a request is read as that is answered with an error anyway."""


# --- what is expected


@dataclass(frozen=True)
class Error:
    """An error of exactly this kind, with these words of the server."""

    kind: type[BackchannelError]
    words: str
    outcome: Outcome = Outcome.NOT_SENT
    retry_safe: bool = False


VIEWER = User(id="3")
SOMETIME = datetime(2023, 5, 1, 12, tzinfo=UTC)
LOGIN = "You must be logged in to access the api"
BAD_TOKEN = "Given access token is invalid, revoked, or expired."
CREATED = datetime(2026, 11, 21, 21, 8, 22, tzinfo=UTC)


def cursor(number):
    """The messages stand in the channel in the order of their ids, 1 first, at offset 0."""
    return base64.b64encode(f"arrayconnection:{number - 1}".encode()).decode()


def page(first, last, *, after, before, cursors=True):
    """The page of messages first to last, and whether there are more after and before it."""
    numbers = range(first, last + 1)
    edges = [
        Edge(node=Message(id=str(number)), cursor=cursor(number) if cursors else None)
        for number in numbers
    ]
    info = PageInfo(
        has_next_page=after,
        has_previous_page=before,
        start_cursor=cursor(first) if edges else None,
        end_cursor=cursor(last) if edges else None,
    )
    connection = Connection(count=len(edges), edges=edges, page_info=info)
    return Query(channel=Channel(chat_messages=connection))


def created(number, text, tokens, second=22):
    message = Message(
        id=str(number),
        message=text,
        inserted_at=CREATED.replace(second=second),
        user=User(username="viewer"),
        tokens=tokens,
        metadata=Metadata(
            admin=False,
            moderator=False,
            streamer=False,
            subscriber=False,
            platform_founder_subscriber=True,
        ),
    )
    return Create(create_chat_message=message)


def text(words):
    return TextToken(type="text", text=words)


EMOTE = EmoteToken(
    type="emote", text=":glimchef:", src="http://127.0.0.1:4100/uploads/emotes/glimchef.svg"
)
ABOUT = "https://glimesh.tv/about"
MYSELF = Query(myself=VIEWER)
MY_NAME = Query(myself=User(username="viewer"))
CRASH = Error(ServerFailure, "Internal Server Error", retry_safe=True)
CRASH_WRITING = Error(ServerFailure, "Internal Server Error", Outcome.UNKNOWN)
UNAUTHORIZED = Error(Unauthorized, "unauthorized")
NO_LOGIN = Error(AuthenticationError, LOGIN)
NO_DOCUMENT = Error(GraphQLError, "No query document supplied")
BLANK = Error(GraphQLError, "message: can't be blank")

EXPECTED = {
    "A1": Query(
        channel=Channel(
            id="1",
            title="Live Stream!",
            status="LIVE",
            mature_content=False,
            streamer=User(id="1", username="streamer"),
        )
    ),
    "A2": created(
        13,
        f"Hello :glimchef: see {ABOUT} ok",
        [
            text("Hello "),
            EMOTE,
            text(" see "),
            UrlToken(type="url", text=ABOUT, url=ABOUT),
            text(" ok"),
        ],
    ),
    "A3": Query(
        myself=User(id="3", username="viewer", confirmed_at=SOMETIME, inserted_at=SOMETIME)
    ),
    "A4": {"channel": {"mature_content": False, "blockLinks": False}},
    "A5": Query(channel=Channel(id="1"), user=User(id="3", username="viewer")),
    "A6": MY_NAME,
    "A8": MY_NAME,
    "A9": Query(user=VIEWER),
    "B1": page(1, 2, after=True, before=False),
    "B2": page(3, 4, after=True, before=True),
    "B3": page(12, 13, after=False, before=True),
    "B4": page(10, 11, after=True, before=True),
    "B5": page(1, 0, after=True, before=False),
    "B6": page(1, 0, after=False, before=True),
    "B7": page(1, 13, after=False, before=False),
    "B8": page(1, 0, after=True, before=False),
    "B10": Error(GraphQLError, "Invalid cursor provided as `after` argument"),
    "B11": page(1, 2, after=True, before=False),
    "B12b": CRASH,
    "B13": page(1, 13, after=False, before=False, cursors=False),
    "C1": Error(GraphQLError, 'Cannot query field "nope" on type "Channel".'),
    "C2": Error(GraphQLError, "syntax error before: "),
    "C3": Error(
        GraphQLError, 'In argument "message": Expected type "ChatMessageInput!", found null.'
    ),
    "C4": Error(GraphQLError, 'Argument "id" has invalid value $i.'),
    "C5": Error(GraphQLError, 'Unknown argument "foo" on field "channel"'),
    "C6": Error(
        GraphQLError, 'In argument "message": Expected type "ChatMessageInput!", found null.'
    ),
    "C8": Error(GraphQLError, "Must provide a valid operation name"),
    "C9": Error(GraphQLError, "The provided operation name did not match"),
    "C11": Error(ResourceNotFound, "Could not find resource"),
    "C12": Error(ResourceNotFound, "Could not find resource"),
    "C13": Error(ResourceNotFound, "Could not find resource"),
    "C14": Error(GraphQLError, "Subscriptions cannot be run over HTTP."),
    "D1": NO_LOGIN,
    "D2": NO_LOGIN,
    "D3": NO_LOGIN,
    "D4": Error(AuthenticationError, BAD_TOKEN),
    "D5": Error(AuthenticationError, BAD_TOKEN),
    "D6": NO_LOGIN,
    "D7": NO_LOGIN,
    "D8": UNAUTHORIZED,
    "D9": UNAUTHORIZED,
    "D10": UNAUTHORIZED,
    "D11": CRASH,
    "D13": Error(RefusedError, "Bad Request"),
    "D15": Query(channel=Channel(id="1"), myself=VIEWER),
    "E1": Error(RefusedError, "Bad Request"),
    "E2": Error(RefusedError, "Bad Request"),
    "E3": Error(RefusedError, "Bad Request"),
    "E4": Error(GraphQLError, "syntax error before: "),
    "E5": Error(GraphQLError, "syntax error before: "),
    "E6": NO_DOCUMENT,
    "E7": NO_DOCUMENT,
    "E8": NO_DOCUMENT,
    "E9": Error(GraphQLError, "Variables must be a map."),
    "E11": Error(MalformedReply, "not a GraphQL reply"),
    "E12": Error(GraphQLError, "Can only perform a mutation from a POST request"),
    "E13": Error(RefusedError, "Not Acceptable"),
    "E14": MYSELF,
    "E16": MYSELF,
    "E17": MYSELF,
    "E18": MYSELF,
    "E19": NO_LOGIN,
    "E20": MYSELF,
    "E21": Error(NotFound, "Not Found"),
    "F1": Error(GraphQLError, "complexity is 502 and maximum is 500"),
    "F2": {f"a{number}": {"id": "1"} for number in range(250)},
    "F3": Query(
        channel=Channel(
            chat_messages=Connection(
                edges=[
                    Edge(
                        node=Message(
                            id=str(number),
                            message=f"old message {number}",
                            user=User(username="viewer" if number % 2 else "chatbot"),
                        )
                    )
                    for number in range(1, 13)
                ]
                + [
                    Edge(
                        node=Message(
                            id="13",
                            message=f"Hello :glimchef: see {ABOUT} ok",
                            user=User(username="viewer"),
                        )
                    )
                ]
            )
        )
    ),
    "G1": BLANK,
    "G2": BLANK,
    "G3": BLANK,
    "G4": CRASH_WRITING,
    "G5": created(14, "x" * 255, [text("x" * 255)], second=23),
    "G6": Error(GraphQLError, "message: should be at most 255 character(s)"),
    "G7": CRASH_WRITING,
    "G7c": CRASH_WRITING,
    "G8": Error(NotFound, "Not Found"),
    "G9": Error(NotFound, "Not Found"),
    "G10": Error(RefusedError, "Bad Request"),
    "G11": Error(GraphQLError, "This channel has links disabled!"),
    "G13": created(17, "see https://x.example/a", [text("see https://x.example/a")], second=24),
    "G14": Error(GraphQLError, "You must confirm your email address before chatting."),
    "G15": Error(GraphQLError, "You must wait 1439 more minutes to chat."),
    "G16": Error(GraphQLError, "You are permanently banned from this channel."),
    "G17": Error(GraphQLError, "You are banned from this channel for 240 more minutes."),
    "G18": Error(GraphQLError, "You are banned from Glimesh."),
    "G20": Error(GraphQLError, 'In field "message": Expected type "String", found 5.'),
    "H1": Delete(
        delete_chat_message=Log(
            id="1",
            action="delete_message",
            moderator=User(username="moddy"),
            user=User(username="viewer"),
            channel=Channel(id="1"),
            inserted_at=CREATED.replace(second=24),
        )
    ),
    "H2": Query(
        channel=Channel(
            chat_messages=Connection(
                edges=[
                    Edge(node=Message(id=str(number), message=f"old message {number}"))
                    for number in (1, 2, 3)
                ]
            )
        )
    ),
    "H4": UNAUTHORIZED,
    "H5": UNAUTHORIZED,
    "H6": Error(NotFound, "Not Found"),
    "H8": Timeout(
        short_timeout_user=Log(
            id="4",
            action="short_timeout",
            moderator=User(username="streamer"),
            user=User(username="viewer"),
        )
    ),
    "H9": Error(GraphQLError, "You are banned from this channel for 5 more minutes."),
    "H10": UNAUTHORIZED,
    "H11": CRASH_WRITING,
    # OAuth's replies are no GraphQL; what matters is that they are not taken for some.
    "J1": Error(MalformedReply, "neither data nor errors"),
    "J2": Error(AuthenticationError, "Invalid client_id or client_secret."),
    "J3": Error(RefusedError, "Given scopes are unknown or unauthorized."),
    "J4": Error(RefusedError, "Bad Request"),
    "I1": {
        "__typename": "RootQueryType",
        "__type": {
            "kind": "INPUT_OBJECT",
            "inputFields": [{"name": "message", "type": {"kind": "SCALAR", "name": "String"}}],
        },
        "__schema": {
            "queryType": {"name": "RootQueryType"},
            "mutationType": {"name": "RootMutationType"},
            "subscriptionType": {"name": "RootSubscriptionType"},
            "directives": [{"name": name} for name in ("deprecated", "include", "skip")],
        },
    },
}

# Requests that this client refuses to make, each with the error.
REFUSED_HERE = {
    "C3": InvalidInput,  # no message at all
    "C14": Unsupported,  # a subscription, over HTTP
    "D8": Unsupported,  # writing with a Client-ID
    "D11": Unsupported,  # `myself` with a Client-ID
    "G1": InvalidInput,
    "G2": InvalidInput,
    "G3": InvalidInput,
    "G4": InvalidInput,
    "G6": InvalidInput,
    "G7": InvalidInput,
    "G7c": InvalidInput,
    "G20": InvalidInput,
}

# Requests that this client has no way to make, each with the reason.
CANNOT_BE_MADE = {
    **dict.fromkeys(["A6", "E12"], "it never uses GET"),
    **dict.fromkeys(["E18", "E19"], "it uses no method but POST"),
    **dict.fromkeys(["D1", "D7"], "it always sends a credential"),
    **dict.fromkeys(["A3", "D2", "D3"], "it spells its credentials in one way"),
    **dict.fromkeys(["A8", "E4", "E5", "E16", "E17"], "its Content-Type is application/json"),
    **dict.fromkeys(["E13", "E14"], "its Accept is application/json"),
    **dict.fromkeys(["E1", "E2", "E3", "E6", "E7", "E8"], "a body of its has a document"),
    **dict.fromkeys(["A9", "E9"], "its variables are an object"),
    **dict.fromkeys(["E20", "E21"], "it knows its path"),
    **dict.fromkeys(["J1", "J2", "J3", "J4"], "it takes a token, and does not ask for one"),
    "D6": "an empty token is refused when the client is made",
    "E11": "it sends no batches",
}


def test_the_table_has_every_case():
    assert len(EXPECTED) == 100
    assert EXPECTED.keys() == EXCHANGES.keys()
    assert EXPECTED.keys() >= REFUSED_HERE.keys() | CANNOT_BE_MADE.keys()


def operation_of(exchange, variables=None, *, result=Anything):
    """The recorded document as a compiled operation; those that are none count as queries."""
    [document, *_] = glimesh_exchanges.texts(exchange.request) or [""]
    parsed = glimesh_exchanges.documents(exchange.request)
    node = parsed[0].definitions[0] if parsed else None
    return Operation(
        name=node.name.value if node is not None and node.name else "Recorded",
        kind=node.operation.value if node is not None else "query",
        document=document,
        result=result,
        root=None,
        fields=tuple(field.name.value for field in node.selection_set.selections) if node else (),
        variables={
            definition.variable.name.value: Variable(graphql.print_ast(definition.type))
            for definition in (node.variable_definitions if variables else ())
        },
    )


def as_recorded(reply):
    text = reply.body if "html" in reply.headers["content-type"] else json.dumps(reply.body)
    headers = {name.title(): value for name, value in reply.headers.items()}
    return rawserver.always(rawserver.http(text.encode(), status=reply.status, headers=headers))


@pytest.mark.parametrize("case", EXPECTED)
def test_a_recorded_reply(connect, case):
    exchange, expected = EXCHANGES[case], EXPECTED[case]
    result = Anything if isinstance(expected, Error) else type(expected)
    operation = operation_of(exchange, result=result)
    if operation.kind == "subscription":
        operation.kind = "query"  # or the client would not ask
    with RawServer(as_recorded(exchange.reply)) as server:
        caller = connect(server.url)
        if isinstance(expected, Error):
            with pytest.raises(BackchannelError) as caught:
                caller.execute(operation, {})
            check_error(caught.value, expected, exchange.reply)
        else:
            assert caller.execute(operation, {}) == expected


def check_error(error, expected, reply):
    assert type(error) is expected.kind
    assert expected.words in str(error)
    assert (error.outcome, error.retry_safe) == (expected.outcome, expected.retry_safe)
    assert error.response.status == reply.status
    if isinstance(error, GraphQLError):
        assert error.data == reply.body.get("data")
        assert [as_json(entry) for entry in error.errors] == reply.body["errors"]


def as_json(entry):
    said = {"message": entry.message}
    if entry.path is not None:
        said["path"] = list(entry.path)
    if entry.locations is not None:
        said["locations"] = [{"line": at.line, "column": at.column} for at in entry.locations]
    return said


@pytest.mark.parametrize("case", [case for case in EXPECTED if case not in CANNOT_BE_MADE])
def test_a_recorded_request(connect, case):
    exchange = EXCHANGES[case]
    body = json.loads(exchange.request.body)
    scheme, _, credential = exchange.request.headers["authorization"].partition(" ")
    variables = body.get("variables", {})
    operation = operation_of(exchange, variables)
    with RawServer(as_recorded(exchange.reply)) as server:
        argument = {"Bearer": "token", "Client-ID": "client_id"}[scheme]
        caller = connect(server.url, **{argument: credential})
        if case in REFUSED_HERE:
            with pytest.raises(REFUSED_HERE[case]):
                caller.execute(operation, variables)
            assert server.connections == 0
            return
        with suppress(RefusedError, ServerFailure):
            caller.execute(operation, variables)
    received = server.requests[0]
    assert received.target == exchange.request.path
    assert received.headers["authorization"] == exchange.request.headers["authorization"]
    sent = received.json()
    assert (sent["query"], sent.get("variables", {})) == (body["query"], variables)


def test_an_empty_token_is_refused_when_the_client_is_made(connect):
    with pytest.raises(ConfigurationError, match="token is empty"):
        connect("http://127.0.0.1", token="")
