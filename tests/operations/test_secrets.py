"""No secret reaches a repr, a message, a context of an error, or a log record."""

import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest
from rich.pretty import pretty_repr

from backchannel.errors import BackchannelError, ConfigurationError
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.glimesh.credentials import choose_credential
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
from backchannel.graphql.socket import Socket, Timing
from backchannel.wire.messages import Request
from backchannel.wire.rules import Limits
from backchannel.wire.secrets import Secret
from support import rawserver
from support.clients import Opener
from support.operations import CHAT_MESSAGE_SENT, CREATE_CHAT_MESSAGE, FIND_CHANNEL
from support.phoenix import Event, Phoenix, give_up
from support.rawserver import RawServer, http

TOKEN = "tok-S3cret"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}", "X-Auth-Token": TOKEN, "X-Api-Key": TOKEN}


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Each test runs with the root logger at DEBUG, and its records are searched at the end."""
    with caplog.at_level(logging.DEBUG):
        yield
    for record in caplog.get_records("call"):
        for said in (logging.Formatter().format(record), repr(record.__dict__), record.args):
            assert TOKEN not in str(said)


def said_by(error: BaseException) -> list[str]:
    """All that an error and those behind it say of themselves."""
    said = ["".join(traceback.format_exception(error))]
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is not None:
            said += [str(current), repr(current), repr(current.args), repr(vars(current))]
            pending += [current.__cause__, current.__context__]
    return said


def assert_silent(error: BaseException) -> None:
    for text in said_by(error):
        assert TOKEN not in text


FAULTS: dict[str, rawserver.Script] = {
    "not answering": rawserver.never_answer,
    "closing": rawserver.close_after_reading,
    "cut off": rawserver.close_amid_body,
    "no HTTP": rawserver.talk_nonsense,
    "401": rawserver.always(http(b'{"errors": [{"message": "bad token"}]}', status=401)),
    "403": rawserver.always(http(b"no", status=403)),
    "429": rawserver.always(http(b"no", status=429)),
    "500": rawserver.always(http(b'"no"', status=500)),
    "redirect": rawserver.redirect(307, f"https://user:{TOKEN}@other/x?token={TOKEN}#{TOKEN}"),
    "no JSON": rawserver.always(http(b"<html>")),
    "errors": rawserver.always(http(b'{"errors": [{"message": "m"}]}')),
    "too large": rawserver.always(http(bytes(2048))),
}


@pytest.mark.parametrize(
    "operation", [FIND_CHANNEL, CREATE_CHAT_MESSAGE], ids=["query", "mutation"]
)
@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS)
def test_a_failing_call(opener: Opener, script: rawserver.Script, operation: object) -> None:
    limits = Limits(timeout=0.5, max_reply_bytes=1024)
    with RawServer(script) as server:
        client = opener.client(server.url, headers=AUTHORIZED, limits=limits)
        with pytest.raises(BackchannelError) as caught:
            client.execute(operation, {"id": "1"})
    assert TOKEN in server.requests[0].headers["authorization"]
    assert_silent(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}", "https://127.0.0.1:{port}", "https://nosuchhost.invalid"]
)
def test_a_refused_connection(opener: Opener, url: str) -> None:
    url = url.format(port=rawserver.unused_port())
    with pytest.raises(BackchannelError) as caught:
        opener.client(url, headers=AUTHORIZED).execute(FIND_CHANNEL)
    assert_silent(caught.value)


def test_a_certificate_that_is_refused(opener: Opener) -> None:
    with RawServer(rawserver.always(http()), tls=True) as server:
        client = opener.client(server.url, headers=AUTHORIZED)
        with pytest.raises(BackchannelError) as caught:
            client.execute(FIND_CHANNEL)
    assert_silent(caught.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("status", [407, 502])
def test_a_proxy_with_a_password(opener: Opener, scheme: str, status: int) -> None:
    with RawServer(rawserver.always(http(b"", status=status))) as proxy:
        transport = opener.transport(None, proxy.url.replace("//", f"//me:{TOKEN}@"))
        request = Request(method="POST", url=f"{scheme}://chat.invalid/", headers=AUTHORIZED)
        if scheme == "http":
            assert transport.send(request).status == status
        else:
            with pytest.raises(BackchannelError) as caught:
                transport.send(request)
            assert_silent(caught.value)


def test_a_call_that_works(opener: Opener) -> None:
    with RawServer(rawserver.always(http(b'{"data": {"channel": {"id": "1"}}}'))) as server:
        opener.client(server.url, headers=AUTHORIZED).execute(FIND_CHANNEL)
    assert TOKEN in server.requests[0].headers["authorization"]


def test_a_call_with_a_token_in_its_url(opener: Opener) -> None:
    with RawServer(rawserver.always(http(b'{"data": {"channel": {"id": "1"}}}'))) as server:
        opener.client(f"{server.url}?token={TOKEN}").execute(FIND_CHANNEL)
    assert TOKEN in server.requests[0].target


BAD = [f"{TOKEN}\n", f"{TOKEN}\r\nX-Evil: 1", f" {TOKEN}", f"{TOKEN}\0", f"{TOKEN}é", f"{TOKEN} "]


@pytest.mark.parametrize("token", BAD)
@pytest.mark.parametrize(
    "make",
    [
        lambda token: GraphQLClient("https://h/", headers={"Authorization": token}),
        lambda token: AsyncGraphQLClient("https://h/", headers={"X-Auth-Token": token}),
        lambda token: GraphQLClient("https://h/", headers={f"X-{token}": "1"}),
        lambda token: Glimesh(token=token),
        lambda token: AsyncGlimesh(client_id=token),
    ],
)
def test_a_value_that_cannot_stand_in_a_header(make: Callable[[str], object], token: str) -> None:
    with pytest.raises(BackchannelError) as caught:
        make(token)
    assert_silent(caught.value)


@pytest.mark.parametrize(
    ("arguments", "events"),
    [
        ({"status": 403}, []),
        ({"status": 400}, []),
        ({"status": 500}, []),
        ({"status": 302, "headers": {"Location": f"/x?token={TOKEN}"}}, []),
        ({"join": "error"}, []),
        ({"join": None}, []),
        ({"refusal": {"errors": [{"message": "m"}]}}, []),
        ({}, ["phx_error"]),
        ({}, ["phx_close"]),
        ({}, ["drop"]),
        ({}, ["nonsense"]),
        ({}, [{"data": {"chatMessage": {"id": 3}}}]),
        ({}, [{"errors": [{"message": "m"}]}]),
    ],
)
async def test_a_socket_that_fails(arguments: dict[str, object], events: list[Event]) -> None:
    async with Phoenix(*events, **arguments) as server:
        timing = Timing(timeout=0.3)
        socket = Socket(url=f"{server.url}?token={TOKEN}&client_id=1", timing=timing)
        async with AsyncGraphQLClient("https://h/", socket=socket) as client:
            with pytest.raises(BackchannelError) as caught:
                await anext(client.subscribe(CHAT_MESSAGE_SENT, {}).configure(on_event=give_up))
    assert TOKEN in server.paths[0]
    assert_silent(caught.value)


async def test_a_socket_that_nobody_serves() -> None:
    url = f"ws://127.0.0.1:{rawserver.unused_port()}/?token={TOKEN}"
    async with AsyncGraphQLClient("https://h/", socket=Socket(url=url)) as client:
        with pytest.raises(BackchannelError) as caught:
            await anext(client.subscribe(CHAT_MESSAGE_SENT, {}))
    assert_silent(caught.value)


async def test_a_socket_that_works() -> None:
    push = {"data": {"chatMessage": {"id": "1", "message": "m"}}}
    async with (
        Phoenix(push) as server,
        AsyncGlimesh(token=TOKEN, url=server.url.replace("ws:", "http:")) as client,
        aclosing(client.subscribe(CHAT_MESSAGE_SENT, {})) as messages,
    ):
        assert (await anext(messages)).id == "1"
    assert TOKEN in server.paths[0]


CREDENTIAL = choose_credential(TOKEN, None)
OBJECTS = {
    "Glimesh": Glimesh(token=TOKEN),
    "AsyncGlimesh": AsyncGlimesh(client_id=TOKEN),
    "Endpoint": GraphQLClient("https://h/", headers=AUTHORIZED).endpoint,
    "client with a query": GraphQLClient(f"https://h/?token={TOKEN}"),
    "endpoint with a query": GraphQLClient(f"https://h/?token={TOKEN}").endpoint,
    "Request": Request(method="POST", url=f"https://h/?token={TOKEN}", headers=AUTHORIZED),
    "Socket": Socket(url=f"wss://h/?token={TOKEN}"),
    "Secret": Secret(TOKEN),
    "Credential": CREDENTIAL,
}


QUERIES = {"client with a query", "endpoint with a query"}


@pytest.mark.parametrize("show", [repr, str, "{}".format, pretty_repr])
@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_that_holds_it(name: str, show: Callable[[object], str]) -> None:
    shown = show(OBJECTS[name])
    assert shown
    assert TOKEN not in shown
    assert TOKEN not in show({"nested": [OBJECTS[name]]})


@pytest.mark.parametrize("name", sorted(OBJECTS.keys() - {"Request", "Socket"} - QUERIES))
def test_an_object_that_holds_it_in_a_header_cannot_be_pickled(name: str) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(OBJECTS[name])


@pytest.mark.parametrize("kind", [Glimesh, AsyncGlimesh])
def test_a_client_that_could_not_be_made(kind: type[Glimesh | AsyncGlimesh]) -> None:
    half_made = kind.__new__(kind)
    with pytest.raises(ConfigurationError):
        half_made.__init__(token=TOKEN, url="http://example.org")
    assert repr(half_made) == f"{kind.__name__}(not made)"


def test_the_search_finds_what_a_context_says() -> None:
    def hide() -> None:
        try:
            raise OSError(TOKEN)
        except OSError:
            raise ValueError("said nothing") from None

    with pytest.raises(ValueError, match="said nothing") as caught:
        hide()
    assert any(TOKEN in text for text in said_by(caught.value))
