"""The GraphQL clients over real HTTP: what they send, refuse, repeat and share."""

import inspect
import json
import re
from urllib.parse import urlsplit

import pytest

from backchannel.chat import AsyncChat, Chat
from backchannel.drive import Chance
from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    ConnectionLost,
    InvalidInput,
    RedirectRefused,
    ServerFailure,
)
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.retry import RetryPolicy
from support import rawserver
from support.clients import Opener
from support.operations import CHAT_MESSAGE_SENT, CREATE_CHAT_MESSAGE, FIND_CHANNEL, Channel
from support.rawserver import RawServer, Received, http
from support.threads import in_threads

FOUND = http(b'{"data": {"channel": {"id": "6", "title": "t"}}}')
AT_ONCE = RetryPolicy(base=0)
MESSAGE = {"id": "6", "message": {"message": "hi"}}


def test_an_operation_is_one_post_of_json(opener: Opener) -> None:
    with RawServer(rawserver.always(FOUND)) as server:
        client = opener.client(
            f"{server.url}/api/graph?v=1", headers={"Authorization": "Bearer tok-1", "X-My": "1"}
        )
        assert client.execute(FIND_CHANNEL, {"id": "6"}) == Channel(id="6", title="t")
    [received] = server.requests
    assert (received.method, received.target) == ("POST", "/api/graph?v=1")
    assert received.json() == {
        "query": FIND_CHANNEL.document,
        "operationName": "FindChannel",
        "variables": {"id": "6"},
    }
    sent = received.headers
    assert sent.pop("user-agent").startswith("backchannel")
    assert sent == {
        "host": urlsplit(server.url).netloc,
        "content-length": str(len(received.body)),
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "authorization": "Bearer tok-1",
        "x-my": "1",
    }


TARGETS = {
    "same host, other path": "{own}/other",
    "path only": "/other",
    "other host": "http://localhost:{port}/other",
    "other port": "http://127.0.0.1:{port}/other",
    "no scheme": "//127.0.0.1:{port}/other",
    "user@host": "http://user:S3cret@127.0.0.1:{port}/other",
    "downgrade": "http://127.0.0.1:{port}/other",
    "upper case": "HTTP://LOCALHOST:{port}/other",
}


@pytest.mark.parametrize(
    "operation", [FIND_CHANNEL, CREATE_CHAT_MESSAGE], ids=["query", "mutation"]
)
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_nothing_else_is_sent(
    opener: Opener, status: int, target: str, operation: object
) -> None:
    location = ""

    def respond(_: Received) -> bytes:
        return http(b"", status=status, headers={"Location": location})

    with (
        RawServer(rawserver.always(FOUND)) as elsewhere,
        RawServer(rawserver.answering(respond)) as server,
    ):
        bare = target.format(own=server.url, port=elsewhere.port)
        location = f"{bare}?token=S3cret#S3cret"
        client = opener.client(server.url, headers={"Authorization": "Bearer tok-1"}, retry=AT_ONCE)
        variables = MESSAGE if operation is CREATE_CHAT_MESSAGE else {"id": "6"}
        with pytest.raises(RedirectRefused) as caught:
            client.execute(operation, variables)
    assert (len(server.requests), server.connections, elsewhere.connections) == (1, 1, 0)
    named = bare.replace("user:S3cret@", "").replace("HTTP://", "http://")
    assert caught.value.target == named
    assert named in str(caught.value)
    assert "S3cret" not in str(caught.value)


def failing(times: int, reply: bytes, *, then: bytes = FOUND) -> rawserver.Script:
    left = [reply] * times
    return rawserver.answering(lambda _: left.pop() if left else then)


def test_a_query_is_repeated_while_the_server_fails(opener: Opener) -> None:
    with RawServer(failing(2, http(b"", status=503))) as server:
        client = opener.client(server.url, retry=AT_ONCE)
        assert client.execute(FIND_CHANNEL) == Channel(id="6", title="t")
    assert len(server.requests) == 3
    assert len({received.body for received in server.requests}) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_mutation_is_never_repeated_when_it_may_have_happened(
    opener: Opener, status: int
) -> None:
    with RawServer(failing(9, http(b"", status=status))) as server:
        client = opener.client(server.url, retry=AT_ONCE)
        with pytest.raises(ServerFailure) as caught:
            client.execute(CREATE_CHAT_MESSAGE, MESSAGE)
    assert caught.value.may_have_happened
    assert len(server.requests) == 1


def test_a_mutation_is_not_repeated_when_the_connection_is_lost(opener: Opener) -> None:
    with RawServer(rawserver.close_after_reading) as server:
        client = opener.client(server.url, retry=AT_ONCE)
        with pytest.raises(ConnectionLost):
            client.execute(CREATE_CHAT_MESSAGE, MESSAGE)
    assert (server.connections, len(server.requests)) == (1, 1)


def test_a_mutation_is_repeated_after_a_refusal_for_too_many_requests(opener: Opener) -> None:
    created = http(b'{"data": {"createChatMessage": {"id": "1", "message": "hi"}}}')
    limited = http(b"", status=429, headers={"Retry-After": "0"})
    with RawServer(failing(1, limited, then=created)) as server:
        assert opener.client(server.url, retry=AT_ONCE).execute(CREATE_CHAT_MESSAGE, MESSAGE)
    assert len(server.requests) == 2


def test_what_is_refused_here_is_never_sent(opener: Opener) -> None:
    with RawServer(rawserver.always(FOUND)) as server:
        client = opener.client(server.url)
        with pytest.raises(InvalidInput):
            client.execute(FIND_CHANNEL, {"name": "x"})
        with pytest.raises(InvalidInput):
            client.execute(CREATE_CHAT_MESSAGE, {"id": "\ud83d"})
        with pytest.raises(BackchannelError, match="subscription"):
            client.execute(CHAT_MESSAGE_SENT)
    assert server.connections == 0


def test_a_closed_client_says_so_and_has_hung_up(opener: Opener) -> None:
    with RawServer(rawserver.always(FOUND)) as server:
        client = opener.client(server.url)
        client.execute(FIND_CHANNEL)
        client.close()
        rawserver.wait_until(lambda: not server.open_connections)
        with pytest.raises(ConfigurationError, match="closed"):
            client.execute(FIND_CHANNEL)
        client.close()


def test_a_transport_that_was_given_stays_open() -> None:
    transport = RequestsTransport()
    with RawServer(rawserver.always(FOUND)) as server:
        for _ in range(2):
            with GraphQLClient(server.url, transport=transport) as client:
                client.execute(FIND_CHANNEL, {})
        assert server.connections == 1
        transport.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "chat.example.org",
        "ftp://chat.example.org",
        "http://",
        "http://[bad",
        "http://h:port",
        "http://h:99999",
        "http://h:0",
        "https://h/a b",
        "https://h/\n",
        "https://h/é",
        "https://user:S3cret@h/",
        "ftp://user:S3cret@h/?token=S3cret",
    ],
)
@pytest.mark.parametrize("kind", [GraphQLClient, AsyncGraphQLClient])
def test_a_url_that_cannot_work_is_refused_at_once(kind: type, url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(url)
    assert "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "headers", "allowed"),
    [
        ("https://chat.example.org/graph", {"Authorization": "Bearer t"}, True),
        ("http://localhost/graph", {"Authorization": "Bearer t"}, True),
        ("http://127.0.0.2/graph", {"Authorization": "Bearer t"}, True),
        ("http://[::1]/graph", {"Authorization": "Bearer t"}, True),
        ("http://chat.example.org/graph", {}, True),
        ("http://chat.example.org/graph", {"Accept-Language": "en"}, True),
        ("http://chat.example.org/graph", {"Authorization": "Bearer t"}, False),
        ("http://chat.example.org/graph", {"AUTHORIZATION": "Bearer t"}, False),
        ("http://chat.example.org/graph", {"X-Api-Key": "t"}, False),
        ("http://chat.example.org/graph", {"X-Hasura-Admin-Secret": "t"}, False),
        ("http://chat.example.org/graph?token=t", {}, False),
        ("http://127.0.0.1.example.org/graph", {"Authorization": "Bearer t"}, False),
        ("http://localhost.example.org/graph", {"Authorization": "Bearer t"}, False),
        ("http://10.0.0.1/graph", {"Authorization": "Bearer t"}, False),
    ],
)
@pytest.mark.parametrize("kind", [GraphQLClient, AsyncGraphQLClient])
def test_a_credential_goes_in_clear_text_only_to_this_machine(
    kind: type, url: str, headers: dict[str, str], allowed: bool
) -> None:
    if allowed:
        kind(url, headers=headers)
    else:
        with pytest.raises(ConfigurationError, match="clear text"):
            kind(url, headers=headers)
    kind(url, headers=headers, allow_plain_http=True)


def test_threads_share_one_client_and_each_gets_its_own_answer() -> None:
    def respond(received: Received) -> bytes:
        number = received.json()["variables"]["id"]
        return http(
            json.dumps({"data": {"channel": {"id": number, "title": f"t{number}"}}}).encode()
        )

    with RawServer(rawserver.answering(respond)) as server, GraphQLClient(server.url) as client:

        def call(number: int) -> Channel:
            return client.execute(FIND_CHANNEL, {"id": str(number)})

        results = in_threads(call, threads=16, calls=20)
    assert results == [Channel(id=str(number), title=f"t{number}") for number in range(320)]
    assert len(server.requests) == 320
    assert server.connections <= 16


def test_the_clock_and_the_dice_are_the_ones_given() -> None:
    drawn = []

    def draw() -> float:
        drawn.append(0.5)
        return 0.5

    with (
        RawServer(failing(2, http(b"", status=503))) as server,
        GraphQLClient(server.url, retry=AT_ONCE, chance=Chance(draw=draw)) as client,
    ):
        client.execute(FIND_CHANNEL, {})
    assert len(drawn) == 2


PAIRS = [(GraphQLClient, AsyncGraphQLClient), (Chat, AsyncChat), (Glimesh, AsyncGlimesh)]
CLOSING = {"__enter__": "__aenter__", "__exit__": "__aexit__"}


def methods(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(member)
        for base in reversed(kind.__mro__[:-1])
        for name, member in vars(base).items()
        if inspect.isfunction(member) and (not name.startswith("_") or name.startswith("__"))
    }


@pytest.mark.parametrize(("sync", "twin"), PAIRS)
def test_the_twins_have_the_same_methods_parameters_and_defaults(sync: type, twin: type) -> None:
    ours, theirs = methods(sync), methods(twin)
    assert {CLOSING.get(name, name) for name in ours} == theirs.keys()
    for name, signature in ours.items():
        other = theirs[CLOSING.get(name, name)]
        parameters = list(other.parameters.values())
        assert [(p.name, p.kind, p.default) for p in signature.parameters.values()] == [
            (p.name, p.kind, p.default) for p in parameters
        ], name
        annotations = {
            p.name: re.sub(r"\bAsync", "", p.annotation)
            for p in parameters
            if isinstance(p.annotation, str)
        }
        assert annotations == {
            p.name: p.annotation
            for p in signature.parameters.values()
            if isinstance(p.annotation, str)
        }, name
    assert {name for name in dir(sync) if not name.startswith("_")} == {
        name for name in dir(twin) if not name.startswith("_")
    }
