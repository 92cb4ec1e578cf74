"""The local Glimesh socket where the recorded exchanges leave a question open."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.local.glimesh import LocalGlimesh
from backchannel.local.glimesh.world import AccessToken
from support.glimesh_site import post, write
from support.glimesh_socket import CONTROL, SOCKET, VIEWER, dial, receive


@pytest.fixture(scope="module")
def server():
    with LocalGlimesh() as running:
        yield running


class Client:
    """A joined socket that numbers its messages."""

    def __init__(self, server, path=VIEWER):
        self.socket = dial(server, path)
        self.ref = 0
        assert self.ask("phx_join", {})["status"] == "ok"

    def send(self, event, payload):
        self.ref += 1
        self.socket.send(json.dumps(["1", str(self.ref), CONTROL, event, payload]))

    def receive(self):
        return json.loads(receive(self.socket))

    def ask(self, event, payload):
        self.send(event, payload)
        return self.receive()[4]

    def run(self, query, **variables):
        return self.ask("doc", {"query": query, "variables": variables})

    def is_dead(self):
        return self.receive() == ["1", "1", CONTROL, "phx_error", {}]

    def result(self):
        return self.receive()[4]["result"]


@pytest.fixture
def client(server):
    client = Client(server)
    yield client
    client.socket.close()


class TestAfterASyntaxError:
    @pytest.fixture(params=[{"query": "{ channel("}, {"query": ""}, {}], ids=str)
    def poisoned(self, client, request):
        assert client.ask("doc", request.param)["status"] == "error"
        return client

    @pytest.mark.parametrize(
        "query",
        [
            "{ myself { id } }",
            'mutation { createChatMessage(channelId: 1, message: {message: "x"}) { id } }',
            "subscription { chatMessage { id } }",
            "{ user(id: 3) { email } }",
        ],
    )
    def test_what_needs_the_login_ends_the_channel(self, poisoned, query):
        poisoned.send("doc", {"query": query})
        assert poisoned.is_dead()

    def test_the_rest_is_answered(self, poisoned):
        for _ in range(2):
            assert poisoned.run("{ channel(id: 1) { id } }")["status"] == "ok"

    def test_joining_again_cures(self, poisoned):
        assert poisoned.ask("phx_join", {})["status"] == "ok"
        assert poisoned.receive()[3] == "phx_close"
        assert poisoned.run("{ myself { id } }")["status"] == "ok"


def test_a_document_that_is_only_invalid_harms_nothing(client):
    assert client.run("{ nope }")["status"] == "error"
    assert client.run("{ myself { username } }")["response"] == {
        "data": {"myself": {"username": "viewer"}}
    }


@pytest.mark.parametrize(
    "document",
    [
        "subscription { chatMessage(channelId: 1) { message } }",
        'subscription { chatMessage(channelId: "1") { message } }',
        "subscription { chatMessage { message } }",
        "subscription { chatMessage(channelId: null) { message } }",
        "subscription { chat_message(channel_id: 1) { message } }",
        "subscription { ... on RootSubscriptionType { chatMessage { message } } }",
        "subscription { ...F } fragment F on RootSubscriptionType { chatMessage { message } }",
    ],
)
def test_however_a_subscription_is_written(server, client, document):
    assert client.run(document)["status"] == "ok"
    write(server, "hi")
    (result,) = client.result()["data"].values()
    assert result == {"message": "hi"}


def test_equal_documents_of_different_people_give_each_what_he_may_see(server, client):
    tokens = server.world.tokens
    tokens.add(AccessToken(id=tokens.next_id(), value="own", user_id=3, scope="email"))
    other = Client(server, f"{SOCKET}?vsn=2.0.0&token=own")
    reader = Client(server, f"{SOCKET}?vsn=2.0.0&client_id=11111111-2222-4333-8444-555555555555")
    for each in (client, other, reader):
        each.run("subscription { chatMessage { user { email } } }")
    write(server, "hi")
    assert other.result() == {"data": {"chatMessage": {"user": {"email": "viewer@example.com"}}}}
    for each in (client, reader):
        assert each.result()["errors"][0]["message"] == "unauthorized"
    for each in (other, reader):
        each.socket.close()


def test_a_subscription_of_another_socket_cannot_be_ended(server, client):
    other = Client(server)
    asked = client.run("subscription { chatMessage { message } }")["response"]
    assert other.ask("unsubscribe", asked) == {"status": "ok", "response": asked}
    other.socket.close()
    write(server, "still here")
    assert client.result()["data"]["chatMessage"]["message"] == "still here"
    assert client.ask("unsubscribe", asked) == {"status": "ok", "response": asked}
    write(server, "not here any more")
    assert client.ask("unsubscribe", asked) == {"status": "ok", "response": asked}


def test_following_pushes_the_follower_and_then_his_message(server, client):
    client.run("subscription { followers { user { username } } }")
    client.run("subscription { chatMessage { message isFollowedMessage } }")
    post(server, "mutation { follow(streamerId: 1) { id } }", token="tok-admin")
    assert client.result()["data"] == {"followers": {"user": {"username": "admin"}}}
    told = {"message": " just followed the stream!", "isFollowedMessage": True}
    assert client.result()["data"] == {"chatMessage": told}
    # Following again changes a setting, and is told to nobody.
    post(server, "mutation { follow(streamerId: 1) { id } }", token="tok-admin")
    write(server, "after")
    assert client.result()["data"]["chatMessage"]["message"] == "after"


def test_a_push_that_the_server_cannot_make_is_left_out(server, client):
    client.run("subscription { channel { chatMessages(first: -2) { count } } }")
    client.run("subscription { channel { title } }")
    change = 'mutation { updateStreamInfo(channelId: 1, title: "Hi") { id } }'
    post(server, change, token="tok-streamer")
    assert client.result()["data"] == {"channel": {"title": "Hi"}}


def test_a_stream_that_begins_is_a_change_of_its_channel(server, client):
    client.run("subscription { channel(id: 5) { status } }")
    start = "mutation { startStream(channelId: 5) { id } }"
    stream = post(server, start, token="tok-admin").body["data"]["startStream"]["id"]
    post(server, f"mutation {{ endStream(streamId: {stream}) {{ id }} }}", token="tok-admin")
    told = [client.result()["data"]["channel"]["status"] for _ in range(2)]
    assert told == ["LIVE", "OFFLINE"]


def test_the_first_version_does_not_tell_of_which_join_an_error_is(server):
    with dial(server, f"{SOCKET}?token=tok-viewer") as socket:
        for event, ref in (("phx_join", "1"), ("nonsense", "2")):
            socket.send(json.dumps({"topic": CONTROL, "event": event, "payload": {}, "ref": ref}))
        receive(socket)
        error = {"topic": CONTROL, "event": "phx_error", "payload": {}, "ref": None}
        assert json.loads(receive(socket)) == error


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
TOPICS = st.sampled_from([CONTROL, "phoenix", "room:lobby", "__absinthe__:x"]) | JSON
EVENTS = st.sampled_from(["phx_join", "phx_leave", "doc", "unsubscribe", "heartbeat"]) | JSON
PAYLOADS = JSON | st.fixed_dictionaries({"query": JSON, "variables": JSON})


@settings(max_examples=30)
@given(st.lists(st.tuples(JSON, JSON, TOPICS, EVENTS, PAYLOADS), max_size=8))
def test_whatever_is_sent_the_socket_answers_afterwards(server, messages):
    with dial(server) as socket:
        for message in messages:
            socket.send(json.dumps(message))
        socket.send('[null,"last","phoenix","heartbeat",{}]')
        while json.loads(receive(socket))[1] != "last":
            pass


@given(st.text(max_size=40) | JSON.map(json.dumps))
def test_what_is_no_message_ends_the_connection(server, text):
    try:
        is_message = isinstance(json.loads(text), list) and len(json.loads(text)) >= 5
    except ValueError:
        is_message = False
    if not is_message:
        with dial(server) as socket:
            socket.send(text)
            assert receive(socket) == "(connection closed: code=1011 reason='')"


def test_bytes_are_no_message(client):
    client.socket.send(b"[1]")
    assert receive(client.socket) == "(connection closed: code=1011 reason='')"


def test_a_message_in_pieces_is_one(client):
    client.socket.send(iter(['["1","2","phoenix"', ',"heartbeat"', ",{}]"]))
    assert client.receive()[1] == "2"
