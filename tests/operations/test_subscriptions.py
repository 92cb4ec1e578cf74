"""Subscriptions over a Phoenix socket that is really there."""

import asyncio
import gc
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    GraphQLError,
    InvalidInput,
    MalformedReply,
    Outcome,
    RateLimited,
    RedirectRefused,
    RefusedError,
    ServerFailure,
    TransportTimeout,
    Unsupported,
)
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
from backchannel.graphql.reply import GraphQLErrorEntry, Location
from backchannel.graphql.socket import Socket, Timing
from support.operations import CHAT_MESSAGE_SENT, FIND_CHANNEL, ChatMessage
from support.phoenix import SUBSCRIPTION, Phoenix, give_up
from support.rawserver import unused_port

TOKEN = "tok-S3cret"


def pushed(number: int, **more: object) -> dict[str, object]:
    return {"data": {"chatMessage": {"id": str(number), "message": f"hi {number}", **more}}}


def client_of(url: str, *, timeout: float = 5.0, heartbeat: float = 30.0) -> AsyncGraphQLClient:
    timing = Timing(timeout=timeout, heartbeat=heartbeat)
    socket = Socket(url=f"{url}?token={TOKEN}", timing=timing)
    return AsyncGraphQLClient("http://127.0.0.1/graph", socket=socket)


async def collect(client: AsyncGraphQLClient, limit: int = 100) -> list[ChatMessage]:
    """The first results, until the connection is lost."""
    results = []
    subscription = client.subscribe(CHAT_MESSAGE_SENT, {"id": "1"}).configure(on_event=give_up)
    async with client, subscription as messages:
        async for message in messages:
            results.append(message)
            if len(results) == limit:
                break
    return results


async def failure(server: Phoenix, **socket: float) -> BackchannelError:
    """What a subscription to the server ends with. Nothing is left behind."""
    async with server:
        with pytest.raises(BackchannelError) as caught:
            await collect(client_of(server.url, **socket))
        await server.emptied()
    assert TOKEN not in str(caught.value)
    assert caught.value.outcome is Outcome.NOT_SENT
    return caught.value


async def test_results_arrive_typed_and_in_order() -> None:
    at = {"insertedAt": "2026-11-21T20:50:44"}
    async with Phoenix(pushed(14, **at), pushed(15), pushed(16)) as server:
        results = await collect(client_of(server.url), limit=3)
    assert results == [
        ChatMessage(
            id="14", message="hi 14", inserted_at=datetime(2026, 11, 21, 20, 50, 44, tzinfo=UTC)
        ),
        ChatMessage(id="15", message="hi 15"),
        ChatMessage(id="16", message="hi 16"),
    ]
    assert server.paths == [f"/socket/websocket?token={TOKEN}"]
    join, document, *_ = server.frames
    assert (join["event"], join["topic"]) == ("phx_join", "__absinthe__:control")
    assert document["payload"]["variables"] == {"id": "1"}


async def test_closing_unsubscribes_and_leaves_no_task_and_no_socket() -> None:
    before = asyncio.all_tasks()
    async with Phoenix(pushed(1)) as server:
        tasks = asyncio.all_tasks()
        messages = client_of(server.url).subscribe(CHAT_MESSAGE_SENT, {"id": "1"})
        await anext(messages)
        assert asyncio.all_tasks() > tasks
        await messages.aclose()
        assert server.events() == ["phx_join", "doc", "unsubscribe", "phx_leave"]
        assert server.frames[2]["payload"] == {"subscriptionId": SUBSCRIPTION}
        assert server.open_connections == 0
    assert asyncio.all_tasks() == before
    gc.collect()  # an unclosed socket would warn now


@pytest.mark.parametrize(
    ("join", "refusal"),
    [("ok", None), ("ok", ""), (None, None)],
    ids=["while waiting for a push", "before the subscription is answered", "while joining"],
)
async def test_cancelling_stays_a_cancellation_and_leaves_nothing(
    join: str | None, refusal: str | None
) -> None:
    before = asyncio.all_tasks()
    async with Phoenix(join=join, refusal=refusal) as server:
        task = asyncio.create_task(collect(client_of(server.url)))
        await server.saw("phx_join" if join is None else "doc")
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.open_connections == 0
    assert asyncio.all_tasks() == before


async def test_heartbeats_are_sent_and_their_replies_disturb_nothing() -> None:
    async with Phoenix() as server:
        task = asyncio.create_task(collect(client_of(server.url, heartbeat=0.02)))
        await server.saw("heartbeat", times=2)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_channel_that_the_server_ends_is_told_after_what_came_before() -> None:
    async with Phoenix(pushed(1), "phx_error") as server, client_of(server.url) as client:
        messages = client.subscribe(CHAT_MESSAGE_SENT, {"id": "1"}).configure(on_event=give_up)
        assert (await anext(messages)).id == "1"
        with pytest.raises(ConnectionLost, match="ended the channel") as caught:
            await anext(messages)
    assert caught.value.retry_safe


@pytest.mark.parametrize("event", ["phx_error", "phx_close", "drop", "nonsense", "abyss"])
async def test_whatever_ends_the_socket_is_told(event: str) -> None:
    error = await failure(Phoenix(event))
    assert type(error) is ConnectionLost


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (401, {}, AuthenticationError),
        (403, {}, AuthenticationError),
        (400, {}, RefusedError),
        (404, {}, RefusedError),
        (429, {"Retry-After": "7"}, RateLimited),
        (500, {}, ServerFailure),
        (503, {}, ServerFailure),
    ],
)
async def test_a_refused_handshake(
    status: int, headers: dict[str, str], expected: type[BackchannelError]
) -> None:
    error = await failure(Phoenix(status=status, headers=headers))
    assert type(error) is expected
    assert str(status) in str(error)
    assert error.response.status == status
    assert getattr(error, "retry_after", None) == (7.0 if status == 429 else None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_socket_follows_no_redirect(status: int) -> None:
    async with Phoenix() as elsewhere:
        location = elsewhere.url.replace("//", "//user:secret@") + "?token=other"
        error = await failure(Phoenix(status=status, headers={"Location": location}))
        assert elsewhere.paths == []
        assert isinstance(error, RedirectRefused)
        assert error.target == elsewhere.url


async def test_nobody_listens() -> None:
    url = f"ws://127.0.0.1:{unused_port()}/socket"
    with pytest.raises(ConnectError) as caught:
        await collect(client_of(url))
    assert str(caught.value) == f"{url}: no connection"


async def test_joining_can_be_refused() -> None:
    error = await failure(Phoenix(join="error"))
    assert type(error) is RefusedError
    assert "not today" in str(error)


async def test_joining_without_an_answer_times_out() -> None:
    error = await failure(Phoenix(join=None), timeout=0.1)
    assert type(error) is TransportTimeout


async def test_a_refused_document_raises_with_its_entries() -> None:
    entry = {"message": 'Cannot query field "nope"', "locations": [{"column": 44, "line": 1}]}
    error = await failure(Phoenix(refusal={"errors": [entry, {"message": "also"}]}))
    assert isinstance(error, GraphQLError)
    assert str(error) == 'Cannot query field "nope", and 1 more'
    assert error.errors == (
        GraphQLErrorEntry(
            message='Cannot query field "nope"', locations=(Location(line=1, column=44),)
        ),
        GraphQLErrorEntry(message="also"),
    )


@pytest.mark.parametrize("refusal", [{"error": "no map"}, {"errors": 3}, ["odd"], "odd"])
async def test_a_document_refused_in_an_unknown_form_is_a_graphql_error(refusal: object) -> None:
    assert type(await failure(Phoenix(refusal=refusal))) is GraphQLError


async def test_a_push_with_errors_raises_with_the_partial_data() -> None:
    push = {
        "data": {"chatMessage": None},
        "errors": [{"message": "gone", "path": ["chatMessage", "user"]}],
    }
    error = await failure(Phoenix(push))
    assert isinstance(error, GraphQLError)
    assert str(error) == "gone (at chatMessage.user)"
    assert error.data == {"chatMessage": None}


async def test_a_push_that_does_not_fit_its_type_names_the_path() -> None:
    error = await failure(Phoenix({"data": {"chatMessage": {"id": "1", "message": None}}}))
    assert isinstance(error, MalformedReply)
    assert "$.chatMessage.message" in str(error)


async def test_subscriptions_of_one_client_share_a_socket() -> None:
    async with (
        Phoenix() as server,
        client_of(server.url) as client,
        client.subscribe(CHAT_MESSAGE_SENT, {"id": "1"}),
        client.subscribe(CHAT_MESSAGE_SENT, {"id": "2"}),
    ):
        assert len(server.paths) == 1
        assert server.events() == ["phx_join", "doc", "doc"]


async def test_what_cannot_be_subscribed_is_refused_at_once() -> None:
    async with client_of("ws://127.0.0.1:1/socket") as client:
        with pytest.raises(Unsupported, match="not a subscription"):
            client.subscribe(FIND_CHANNEL, {})
        with pytest.raises(InvalidInput, match="nope"):
            client.subscribe(CHAT_MESSAGE_SENT, {"nope": 1})
        with pytest.raises(Unsupported, match="is a subscription"):
            await client.execute(CHAT_MESSAGE_SENT, {})
    with pytest.raises(ConfigurationError, match="closed"):
        client.subscribe(CHAT_MESSAGE_SENT, {})
    async with AsyncGraphQLClient("http://127.0.0.1/graph") as without:
        with pytest.raises(Unsupported, match="no socket"):
            without.subscribe(CHAT_MESSAGE_SENT, {})
    with GraphQLClient("http://127.0.0.1/graph") as blocking:
        with pytest.raises(Unsupported, match="is a subscription"):
            blocking.execute(CHAT_MESSAGE_SENT, {})
        with pytest.raises(Unsupported, match="no socket"):
            blocking.subscribe(CHAT_MESSAGE_SENT, {})


def test_a_credential_never_goes_over_a_plain_socket_to_another_machine() -> None:
    socket = Socket(url=f"ws://chat.example.org/socket?token={TOKEN}")
    with pytest.raises(ConfigurationError, match="clear text") as caught:
        AsyncGraphQLClient("https://chat.example.org/graph", socket=socket)
    assert TOKEN not in str(caught.value)
    AsyncGraphQLClient("https://chat.example.org/graph", socket=socket, allow_plain_http=True)


def test_gql_and_websockets_are_loaded_only_when_something_subscribes() -> None:
    code = """
import asyncio, sys
from backchannel.graphql import AsyncGraphQLClient
from support.operations import CHAT_MESSAGE_SENT
from backchannel.graphql.socket import Socket
async def main():
    socket = Socket(url="ws://127.0.0.1:1/")
    async with AsyncGraphQLClient("http://127.0.0.1:1/", socket=socket) as client:
        for asked in (False, True):
            if asked:
                client.subscribe(CHAT_MESSAGE_SENT, {})
            print(sorted({"gql", "graphql", "websockets"} & sys.modules.keys()))
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.splitlines() == ["[]", "['gql', 'graphql', 'websockets']"]


async def test_a_client_closes_its_subscriptions_with_itself() -> None:
    async with Phoenix(pushed(1), pushed(2)) as server:
        client = client_of(server.url)
        waiting, asked = (client.subscribe(CHAT_MESSAGE_SENT, {"id": "1"}) for _ in range(2))
        assert (await anext(waiting)).id == "1"
        await client.close()
        with pytest.raises(ConnectionLost):
            [message async for message in waiting]
        with pytest.raises(ConfigurationError, match="closed"):
            await anext(asked)
        assert server.open_connections == 0


async def test_a_client_closes_a_subscription_that_another_task_waits_for() -> None:
    async with Phoenix() as server:
        client = client_of(server.url)
        messages = client.subscribe(CHAT_MESSAGE_SENT, {"id": "1"})
        waiting = asyncio.create_task(anext(messages))
        await server.saw("doc")
        await client.close()
        with pytest.raises(BackchannelError):
            await waiting
        assert server.open_connections == 0
