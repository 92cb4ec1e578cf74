"""The server's errors over real HTTP, and the receipts that tell of them."""

import pytest

import glimesh_api as api
from backchannel.errors import (
    AuthenticationError,
    GraphQLError,
    NotFound,
    Outcome,
    PermissionDenied,
    RefusedError,
    ServerFailure,
)
from backchannel.glimesh import ResourceNotFound, Unauthorized
from backchannel.graphql.operation import Operation
from backchannel.local.glimesh.world import ChannelBan

CHANNELS = {"streamer": 1, "nolinks": 2, "confirmedonly": 3, "grownups": 4, "plaintext": 5}


def query(document, **variables):
    return Operation(
        name="Recorded",
        kind="mutation" if document.startswith("mutation") else "query",
        document=document,
        result=dict,
        root=None,
        fields=(),
        variables=variables,
    )


@pytest.mark.parametrize("token", ["nobodys", "tok-expired"])
def test_a_token_that_is_none(site, connect, token):
    caller = connect(site.url, token)
    with pytest.raises(AuthenticationError, match="invalid, revoked, or expired") as caught:
        caller.call(api.myself)
    assert caught.value.response.status == 401
    assert not caught.value.retry_safe
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    ("client_id", "error"),
    [("no-uuid", RefusedError), ("99999999-2222-4333-8444-555555555555", ServerFailure)],
)
def test_a_client_id_that_is_none(site, connect, client_id, error):
    with pytest.raises(error) as caught:
        connect(site.url, client_id=client_id).call(api.categories)
    assert type(caught.value) is error


def test_a_missing_scope(site, connect):
    with pytest.raises(Unauthorized) as caught:
        connect(site.url, "tok-public").call(
            api.create_chat_message, channel_id="1", message=api.ChatMessageInput(message="hi")
        )
    error = caught.value
    assert isinstance(error, PermissionDenied)
    assert isinstance(error, GraphQLError)
    assert str(error) == "unauthorized (at createChatMessage)"
    [entry] = error.errors
    assert (entry.message, entry.path) == ("unauthorized", ("createChatMessage",))
    assert entry.locations
    assert error.data == {"createChatMessage": None}
    assert (error.outcome, error.retry_safe) == (Outcome.NOT_SENT, False)


def test_partial_data_is_plain_json_on_the_error(site, connect):
    with pytest.raises(Unauthorized) as caught:
        connect(site.url).call(api.my_email)
    assert caught.value.data == {"myself": {"id": "3", "username": "viewer", "email": None}}
    assert str(caught.value) == "unauthorized (at myself.email)"


def test_partial_data_of_a_mutation_says_that_it_happened(site, connect):
    document = (
        'mutation Recorded { createChatMessage(channelId: 1, message: {message: "hi"})'
        " { id user { id email } } }"
    )
    with pytest.raises(Unauthorized) as caught:
        connect(site.url).execute(query(document), {})
    assert caught.value.data == {
        "createChatMessage": {"id": "13", "user": {"id": "3", "email": None}}
    }
    assert caught.value.outcome is Outcome.SENT
    assert site.texts() == ["hi"]


def test_several_errors_are_all_there_in_order(site, connect):
    document = 'query Recorded { a: user(username: "no") { id } channel(id: 1) { hmacKey id } }'
    with pytest.raises(GraphQLError) as caught:
        connect(site.url).execute(query(document), {})
    error = caught.value
    assert {entry.path for entry in error.errors} == {("a",), ("channel", "hmacKey")}
    assert error.data == {"a": None, "channel": {"hmacKey": None, "id": "1"}}
    assert str(error).endswith(", and 1 more")


@pytest.mark.parametrize("document", ["query Recorded { channel(id: 1) { id ", "nonsense"])
def test_a_document_that_does_not_parse(site, connect, document):
    with pytest.raises(GraphQLError, match="syntax error before") as caught:
        connect(site.url).execute(query(document), {})
    assert caught.value.response.status == 200
    assert caught.value.data is None
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("channel_id", "error", "words", "status", "outcome"),
    [
        ("99", NotFound, "Not Found", 404, Outcome.NOT_SENT),
        ("abc", RefusedError, "Bad Request", 400, Outcome.NOT_SENT),
        ("9" * 30, ServerFailure, "Internal Server Error", 500, Outcome.UNKNOWN),
    ],
)
def test_a_resolver_that_raises(site, connect, channel_id, error, words, status, outcome):
    with pytest.raises(error) as caught:
        connect(site.url).call(
            api.create_chat_message,
            channel_id=channel_id,
            message=api.ChatMessageInput(message="hi"),
        )
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert (caught.value.response.status, caught.value.outcome) == (status, outcome)
    assert len(site.requests) == 1


def two_timeouts(world):
    """The server fails when it finds two running timeouts of one user in one channel."""
    ban = next(ban for ban in world.bans if ban.user_id == 8)
    world.bans.add(
        ChannelBan(id=world.bans.next_id(), channel_id=1, user_id=8, expires_at=ban.expires_at)
    )


REFUSALS = [
    ("tok-public", "id=1", "hi", "unauthorized"),
    ("tok-chbanned", "streamer", "hi", "You are permanently banned from this channel."),
    ("tok-timeout", "streamer", "hi", "You are banned from this channel for 240 more minutes."),
    ("tok-banned", "streamer", "hi", "You are banned from Glimesh."),
    (
        "tok-unconfirmed",
        "confirmedonly",
        "hi",
        "You must confirm your email address before chatting.",
    ),
    ("tok-newbie", "grownups", "hi", "You must wait 1439 more minutes to chat."),
    ("tok-viewer", "nolinks", "see http://x.example", "This channel has links disabled!"),
    ("tok-admin", "nolinks", "see https://x.example", "This channel has links disabled!"),
]


@pytest.mark.parametrize(("token", "name", "text", "words"), REFUSALS)
def test_a_refusal_is_a_receipt_with_the_servers_words(site, connect, token, name, text, words):
    receipt = connect(site.url, token).send(f"glimesh:{name}", text)
    assert (receipt.outcome, receipt.message) == (Outcome.NOT_SENT, None)
    assert isinstance(receipt.error, GraphQLError)
    assert [entry.message for entry in receipt.error.errors] == [words]
    assert (str(receipt.address), receipt.text) == (f"glimesh:{name}", text)
    assert not receipt.error.retry_safe
    with pytest.raises(GraphQLError) as caught:
        receipt.require()
    assert caught.value is receipt.error
    assert site.operations == ["FindChatRoom", "CreateChatMessage"]
    assert len(site.world.messages) == 12


@pytest.mark.parametrize(
    ("token", "name", "text"),
    [
        ("tok-viewer", "plaintext", "see https://x.example"),
        ("tok-viewer", "nolinks", "see www.example.com"),
        ("tok-unconfirmed", "streamer", "hi"),
        ("tok-admin", "confirmedonly", "hi"),
    ],
)
def test_where_the_rule_does_not_hold_the_same_is_sent(site, connect, token, name, text):
    receipt = connect(site.url, token).send(f"glimesh:{name}", text)
    assert receipt.outcome is Outcome.SENT
    assert site.texts(CHANNELS[name]) == [text]


def test_a_server_that_fails_at_the_send_leaves_the_outcome_open(site, connect):
    two_timeouts(site.world)
    receipt = connect(site.url, "tok-timeout").send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.UNKNOWN
    assert isinstance(receipt.error, ServerFailure)
    assert "Internal Server Error" in str(receipt.error)
    assert site.operations == ["FindChatRoom", "CreateChatMessage", *["ReadBack"] * 3]
    with pytest.raises(ServerFailure):
        receipt.require()


@pytest.mark.parametrize("name", ["nobody", "id=99", "banned"])
def test_a_room_that_is_not_there(site, connect, name):
    caller = connect(site.url)
    for attempt in (
        lambda: caller.send(f"glimesh:{name}", "hi"),
        lambda: caller.history(f"glimesh:{name}"),
    ):
        with pytest.raises(ResourceNotFound, match="Could not find resource"):
            attempt()
    assert site.operations == ["FindChatRoom", "FindChannelId"]
