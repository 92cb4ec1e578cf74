"""What the server would refuse, or fail at, is refused before anything is sent."""

import pytest

import glimesh_api as api
from backchannel.errors import InvalidInput, Outcome, Unsupported
from backchannel.glimesh import MAX_MESSAGE_LENGTH
from backchannel.graphql.models import UNSET
from backchannel.graphql.operation import Operation, Variable
from glimesh_api import operations

APPLICATION = "11111111-2222-4333-8444-555555555555"
FAMILY = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET}"

# Texts, each with the limit that the error names and what it says was given.
BAD_TEXTS = {
    "empty": ("", "must not be blank", "''"),
    "blanks": (" \t\n", "must not be blank", "' \\t\\n'"),
    "other blanks": ("\N{NO-BREAK SPACE}\N{EM SPACE}", "must not be blank", "'\\xa0\\u2003'"),
    "256": ("x" * 256, "must be at most 255 code points", "256 code points"),
    "255 graphemes": (FAMILY * 255, "must be at most 255 code points", "765 code points"),
    "NUL": ("a\0b", "must not hold a NUL", "a NUL at character 1"),
    "half a pair": ("ab\ud83d", "must not hold a lone surrogate", "U+D83D at character 2"),
    "None": (None, "must be text", "nothing"),
    "number": (5, "must be text", "int"),
}
GOOD_TEXTS = {
    "255": "x" * 255,
    "255 outside the BMP": "\N{ROCKET}" * 255,
    "85 graphemes": FAMILY * 85,
    "blanks around": "  hi\n",
    "one": ".",
}

# An application's own operations, with names of its own.
IN_AN_INPUT: Operation[object] = Operation(
    name="Say",
    kind="mutation",
    document=(
        "mutation Say($where: ID!, $said: ChatMessageInput!)"
        " { createChatMessage(channelId: $where, message: $said) { id message } }"
    ),
    result=dict,
    root=None,
    fields=("createChatMessage",),
    variables={
        "where": Variable("ID!", uses=("RootMutationType.createChatMessage(channelId:)",)),
        "said": Variable(
            "ChatMessageInput!", uses=("RootMutationType.createChatMessage(message:)",)
        ),
    },
)
AS_A_TEXT: Operation[object] = Operation(
    name="Shout",
    kind="mutation",
    document=(
        'mutation Shout($words: String = "Hurray") {'
        " createChatMessage(channelId: 1, message: {message: $words}) { id message } }"
    ),
    result=dict,
    root=None,
    fields=("createChatMessage",),
    variables={"words": Variable("String", uses=("ChatMessageInput.message",), has_default=True)},
)

WAYS = {
    "generated function": lambda caller, text: caller.call(
        api.create_chat_message, channel_id="1", message=api.ChatMessageInput(message=text)
    ),
    "own operation, an input": lambda caller, text: caller.execute(
        IN_AN_INPUT, {"where": "1", "said": api.ChatMessageInput(message=text)}
    ),
    "own operation, plain JSON": lambda caller, text: caller.execute(
        IN_AN_INPUT, {"where": "1", "said": {"message": text}}
    ),
    "own operation, a text": lambda caller, text: caller.execute(AS_A_TEXT, {"words": text}),
    "dispatcher": lambda caller, text: caller.send("glimesh:streamer", text),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", BAD_TEXTS)
def test_a_text_that_the_server_would_not_take_is_not_sent(site, connect, way, case):
    text, limit, given = BAD_TEXTS[case]
    with pytest.raises(InvalidInput) as caught:
        WAYS[way](connect(site.url), text)
    error = caught.value
    assert (error.argument, error.limit, error.given) == ("message", limit, given)
    assert str(error) == f"message: {limit}; given: {given}"
    assert error.outcome is Outcome.NOT_SENT
    assert site.requests == []


@pytest.mark.parametrize(
    ("operation", "variables"),
    [
        (IN_AN_INPUT, {"where": "1"}),
        (IN_AN_INPUT, {"where": "1", "said": UNSET}),
        (IN_AN_INPUT, {"where": "1", "said": None}),
        (IN_AN_INPUT, {"where": "1", "said": {}}),
        (IN_AN_INPUT, {"where": "1", "said": api.ChatMessageInput()}),
        (AS_A_TEXT, {"words": None}),
    ],
)
def test_a_message_that_is_left_out_is_not_sent(site, connect, operation, variables):
    with pytest.raises(InvalidInput, match="message: must be text; given: nothing"):
        connect(site.url).execute(operation, variables)
    assert site.requests == []


@pytest.mark.parametrize("variables", [{}, {"words": UNSET}])
def test_a_default_in_the_document_is_no_missing_text(site, connect, variables):
    sent = connect(site.url).execute(AS_A_TEXT, variables)
    assert sent["createChatMessage"]["message"] == "Hurray"
    assert site.texts() == ["Hurray"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", GOOD_TEXTS)
def test_a_text_within_the_limits_is_stored_as_it_is(site, connect, way, case):
    assert len(GOOD_TEXTS[case]) <= MAX_MESSAGE_LENGTH
    WAYS[way](connect(site.url), GOOD_TEXTS[case])
    assert site.texts() == [GOOD_TEXTS[case]]


ARGUMENTS = {
    "channelId": "1",
    "userId": "3",
    "messageId": "5",
    "streamId": "1",
    "streamerId": "1",
    "title": "x",
    "country": "US",
    "message": api.ChatMessageInput(message="hi"),
    "metadata": api.StreamMetadataInput(),
}


def generated(kind):
    return [name for name in operations.__all__ if getattr(operations, name).kind == kind]


def required(operation):
    return {
        name: ARGUMENTS[name]
        for name, variable in operation.variables.items()
        if variable.declared.endswith("!")
    }


@pytest.mark.parametrize(
    "name", [name for name in generated("mutation") if name != "WATCH_CHANNEL"]
)
def test_a_client_id_writes_nothing(site, connect, name):
    operation = getattr(operations, name)
    with pytest.raises(Unsupported, match=f"{operation.name} writes, .*Client-ID.*use a token"):
        connect(site.url, client_id=APPLICATION).execute(operation, required(operation))
    assert site.requests == []


def test_a_client_id_may_be_counted_as_a_viewer(site, connect):
    caller = connect(site.url, client_id=APPLICATION)
    assert caller.call(api.watch_channel, channel_id="1", country="US").hostname == "edge.example"


def test_a_client_id_sends_nothing_through_the_dispatcher(site, connect):
    with pytest.raises(Unsupported, match="use a token"):
        connect(site.url, client_id=APPLICATION).send("glimesh:streamer", "hi")
    assert site.requests == []


@pytest.mark.parametrize(
    ("operation", "variables"),
    [(IN_AN_INPUT, {"where": "1", "said": {"message": "hi"}}), (AS_A_TEXT, {"words": "hi"})],
)
def test_a_client_id_writes_nothing_by_an_own_operation(site, connect, operation, variables):
    with pytest.raises(Unsupported, match=operation.name):
        connect(site.url, client_id=APPLICATION).execute(operation, variables)
    assert site.requests == []


WATCH_AND_FOLLOW: Operation[object] = Operation(
    name="WatchAndFollow",
    kind="mutation",
    document=(
        'mutation WatchAndFollow { watchChannel(channelId: 1, country: "US") { id }'
        " follow(streamerId: 1) { id } }"
    ),
    result=dict,
    root=None,
    fields=("watchChannel", "follow"),
    variables={},
)


def test_watching_does_not_let_another_field_through(site, connect):
    with pytest.raises(Unsupported):
        connect(site.url, client_id=APPLICATION).execute(WATCH_AND_FOLLOW, {})
    assert site.requests == []


@pytest.mark.parametrize("function", [api.myself, api.my_email])
def test_a_client_id_is_nobody(site, connect, function):
    with pytest.raises(Unsupported, match="belongs to no user: use a token"):
        connect(site.url, client_id=APPLICATION).call(function)
    assert site.requests == []


SUBJECTS = {
    "streamerUsername": "streamer",
    "username": "viewer",
    "slug": "gaming",
    "categorySlug": "gaming",
    "streamerId": 1,
    "last": 1,
}
FOR_NO_CLIENT_ID = {"MYSELF", "MY_EMAIL", "CHANNEL_KEYS", "READ_BACK"}


@pytest.mark.parametrize("name", [n for n in generated("query") if n not in FOR_NO_CLIENT_ID])
def test_a_client_id_reads_everything_else(site, connect, name):
    operation = getattr(operations, name)
    variables = {key: SUBJECTS[key] for key in operation.variables if key in SUBJECTS}
    if name == "CHANNELS":
        variables["status"] = "LIVE"  # a category counts only together with one
    connect(site.url, client_id=APPLICATION).execute(operation, variables)
    assert site.operations == [operation.name]
