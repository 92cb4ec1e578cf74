"""What each recorded reply becomes, and which of the recorded requests the client never makes."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    GraphQLError,
    InvalidInput,
    MalformedReply,
    NotFound,
    Outcome,
    RefusedError,
    ServerFailure,
    Unsupported,
)
from backchannel.glimesh import (
    AccountTooYoung,
    BannedFromChannel,
    BannedFromSite,
    LinksBlocked,
    MessageRejected,
    ResourceNotFound,
    Unauthorized,
    UnconfirmedEmail,
)
from support.glimesh_results import (
    Channel,
    Connection,
    Create,
    Delete,
    Edge,
    EmoteToken,
    Log,
    Message,
    Metadata,
    PageInfo,
    Query,
    TextToken,
    Timeout,
    UrlToken,
    User,
)


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
BLANK = Error(MessageRejected, "message: can't be blank")

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
    "G6": Error(MessageRejected, "message: should be at most 255 character(s)"),
    "G7": CRASH_WRITING,
    "G7c": CRASH_WRITING,
    "G8": Error(NotFound, "Not Found"),
    "G9": Error(NotFound, "Not Found"),
    "G10": Error(RefusedError, "Bad Request"),
    "G11": Error(LinksBlocked, "This channel has links disabled!"),
    "G13": created(17, "see https://x.example/a", [text("see https://x.example/a")], second=24),
    "G14": Error(UnconfirmedEmail, "You must confirm your email address before chatting."),
    "G15": Error(AccountTooYoung, "You must wait 1439 more minutes to chat."),
    "G16": Error(BannedFromChannel, "You are permanently banned from this channel."),
    "G17": Error(BannedFromChannel, "You are banned from this channel for 240 more minutes."),
    "G18": Error(BannedFromSite, "You are banned from Glimesh."),
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
    "H9": Error(BannedFromChannel, "You are banned from this channel for 5 more minutes."),
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
