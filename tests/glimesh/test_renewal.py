"""A token is had, renewed before it ends or when it is refused, and only once for all."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import glimesh_api as api
from backchannel import AsyncGlimesh, Glimesh
from backchannel.drive import Chance, Driver
from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    ConfigurationError,
    ConnectionLost,
    Outcome,
    ServerFailure,
    Unsupported,
)
from backchannel.glimesh.grants import ClientCredentials
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.retry import NO_RETRY
from support.oauth import (
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN_PATH,
    Clocks,
    asked_for_tokens,
    end_tokens,
    granted,
)
from support.rawserver import wait_until

LIFETIME = 86400


def client_credentials(**options: object) -> ClientCredentials:
    return ClientCredentials(CLIENT_ID, CLIENT_SECRET, **options)


def graph_tokens(site) -> list[str]:
    """The access token of each request to the API."""
    return [asked.headers["authorization"] for asked in site.requests if asked.path == "/api/graph"]


def test_a_token_is_asked_for_at_the_first_call_with_its_scopes(site, connect):
    caller = connect(site.url, None, credentials=client_credentials())
    assert site.requests == []
    assert caller.call(api.myself).username == "chatbot"
    caller.call(api.myself)
    assert asked_for_tokens(site) == [
        {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "public chat",
        }
    ]


def test_what_it_may_do_is_what_was_asked_for(site, connect):
    caller = connect(site.url, None, credentials=client_credentials(scopes=["follow"]))
    assert caller.call(api.follow, streamer_id=1).id
    before = len(site.requests)
    with pytest.raises(Unsupported, match=r"needs the scope chat, .* ask for follow"):
        caller.call(api.create_chat_message, channel_id="1", message={"message": "hi"})
    assert len(site.requests) == before


@pytest.mark.parametrize("scopes", ["", [], "public chat", ["chat", "admin"], [""]])
def test_scopes_that_cannot_work_are_refused_here(scopes):
    with pytest.raises(ConfigurationError, match="one or more of chat, email"):
        client_credentials(scopes=scopes)


# --- in time


@pytest.mark.parametrize(
    ("margin", "seconds", "renewed"),
    [
        (60, LIFETIME - 60.5, False),
        (60, LIFETIME - 60, True),
        (0, LIFETIME - 0.5, False),
        (0, LIFETIME, True),
        (3600, LIFETIME - 3601, False),
        (3600, LIFETIME - 3600, True),
        # Half of its life, where the margin would leave less.
        (LIFETIME, LIFETIME / 2 - 1, False),
        (LIFETIME, LIFETIME / 2, True),
    ],
)
def test_it_is_renewed_the_margin_before_its_end(site, connect, margin, seconds, renewed):
    clocks = Clocks()
    caller = connect(
        site.url, None, credentials=client_credentials(margin=margin), chance=clocks.chance
    )
    caller.call(api.myself)
    clocks.ticks += seconds
    caller.call(api.myself)
    assert len(asked_for_tokens(site)) == 1 + renewed


@pytest.mark.parametrize("jump", [-1e9, -LIFETIME, LIFETIME, 1e9])
def test_setting_the_clock_renews_nothing_and_delays_nothing(site, connect, jump):
    clocks = Clocks()
    caller = connect(site.url, None, credentials=client_credentials(), chance=clocks.chance)
    caller.call(api.myself)
    clocks.wall += jump
    clocks.ticks += LIFETIME - 61
    caller.call(api.myself)
    assert len(asked_for_tokens(site)) == 1
    clocks.ticks += 1
    caller.call(api.myself)
    assert len(asked_for_tokens(site)) == 2


@pytest.mark.parametrize(("expires_in", "requests"), [(None, 1), (0, 3), (-5, 3), (1e-3, 1)])
def test_a_token_with_an_odd_lifetime_is_used_at_least_once(site, connect, expires_in, requests):
    site.faults.answer(
        TOKEN_PATH, status=200, body=granted("tok-viewer", expires_in=expires_in), times=9
    )
    clocks = Clocks()
    caller = connect(site.url, None, credentials=client_credentials(), chance=clocks.chance)
    for _ in range(3):
        assert caller.call(api.myself).username == "viewer"
    assert len(asked_for_tokens(site)) == requests


@pytest.mark.parametrize("margin", [-1, float("inf"), float("nan")])
def test_a_margin_that_cannot_work(margin):
    with pytest.raises(ConfigurationError, match="margin"):
        client_credentials(margin=margin)


# --- refused


def test_a_refused_token_is_renewed_and_the_call_repeated(site, connect):
    caller = connect(site.url, None, credentials=client_credentials())
    caller.call(api.myself)
    end_tokens(site.world)
    sent = caller.call(api.create_chat_message, channel_id="1", message={"message": "hi"})
    assert sent.message == "hi"
    assert site.texts() == ["hi"]
    assert len(asked_for_tokens(site)) == 2
    old, refused, new = graph_tokens(site)
    assert old == refused != new


def test_a_token_that_is_refused_again_is_an_error_not_a_loop(site, connect):
    caller = connect(site.url, None, credentials=client_credentials())
    site.faults.answer("/api/graph", status=401, body=b'{"errors":[{"message":"no"}]}', times=99)
    with pytest.raises(AuthenticationError, match="no"):
        caller.call(api.myself)
    assert len(asked_for_tokens(site)) == len(graph_tokens(site)) == 2


def test_a_fixed_token_is_not_tried_twice(site, connect):
    caller = connect(site.url, "tok-expired")
    with pytest.raises(AuthenticationError):
        caller.call(api.myself)
    assert len(site.requests) == 1


# --- once


def together(count, function):
    """Call a function in threads that start at once; what each returned or raised."""
    barrier = threading.Barrier(count)

    def run(_):
        barrier.wait()
        try:
            return function()
        except BackchannelError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_threads_ask_for_one_token(site):
    site.faults.delay(TOKEN_PATH, seconds=0.1)
    with Glimesh(credentials=client_credentials(), url=site.url) as glimesh:
        users = together(50, lambda: api.myself(glimesh))
        assert {user.username for user in users} == {"chatbot"}
        assert len(asked_for_tokens(site)) == 1
        end_tokens(site.world)
        users = together(50, lambda: api.myself(glimesh))
        assert {user.username for user in users} == {"chatbot"}
        assert len(asked_for_tokens(site)) == 2


async def test_two_hundred_tasks_ask_for_one_token(site):
    site.faults.delay(TOKEN_PATH, seconds=0.1)
    async with AsyncGlimesh(credentials=client_credentials(), url=site.url) as glimesh:
        for requests in (1, 2):
            users = await asyncio.gather(*(api.myself(glimesh) for _ in range(200)))
            assert {user.username for user in users} == {"chatbot"}
            assert len(asked_for_tokens(site)) == requests
            end_tokens(site.world)


def test_who_comes_late_to_a_renewal_finds_it_done(site):
    credentials = client_credentials()
    credentials.bind(site.url, Chance())
    transport = RequestsTransport()
    driver = Driver(transport)
    # Both have seen that there is no token; then one is quicker.
    steps = [next(credentials.headers()) for _ in range(2)]
    for step in steps:
        driver.run(step.flow())
    transport.close()
    assert len(asked_for_tokens(site)) == 1


def test_threads_and_event_loops_share_the_credentials(site):
    site.faults.delay(TOKEN_PATH, seconds=0.1)
    credentials = client_credentials()

    async def ask():
        async with AsyncGlimesh(credentials=credentials, url=site.url) as glimesh:
            return await asyncio.gather(*(api.myself(glimesh) for _ in range(5)))

    with Glimesh(credentials=credentials, url=f"{site.url}/") as glimesh:
        turns = iter([lambda: asyncio.run(ask()), lambda: api.myself(glimesh)] * 4)

        def take_a_turn():
            return next(turns)()

        results = together(8, take_a_turn)
    assert [result for result in results if isinstance(result, BackchannelError)] == []
    assert len(asked_for_tokens(site)) == 1


def test_credentials_belong_to_one_server(site):
    credentials = client_credentials()
    Glimesh(credentials=credentials, url=site.url).close()
    with pytest.raises(ConfigurationError, match=r"in use with .* as well"):
        AsyncGlimesh(credentials=credentials, url="https://other.example")


# --- failing


def test_those_who_wait_get_the_failure_and_the_next_call_tries_anew(site):
    site.faults.delay(TOKEN_PATH, seconds=0.2)
    right = client_credentials()
    wrong = ClientCredentials(CLIENT_ID, "wrong")
    with Glimesh(credentials=wrong, url=site.url) as glimesh:
        errors = together(20, lambda: api.myself(glimesh))
    assert all(isinstance(error, AuthenticationError) for error in errors)
    assert len({id(error) for error in errors}) == 20
    assert len(asked_for_tokens(site)) < 20
    with Glimesh(credentials=right, url=site.url, retry=NO_RETRY) as glimesh:
        site.faults.answer(TOKEN_PATH, status=503)
        with pytest.raises(ServerFailure) as caught:
            api.myself(glimesh)
        assert caught.value.retry_safe
        assert api.myself(glimesh).username == "chatbot"


@pytest.mark.parametrize("fault", ["cut_before_apply", "cut_after_apply", "close_mid_body"])
def test_a_lost_reply_with_client_credentials_is_asked_for_again(site, connect, fault):
    getattr(site.faults, fault)(TOKEN_PATH)
    caller = connect(site.url, None, credentials=client_credentials())
    assert caller.call(api.myself).username == "chatbot"
    assert len(asked_for_tokens(site)) == 2


def test_a_mutation_whose_token_could_not_be_had_was_not_sent(site, connect):
    site.faults.cut_after_apply(TOKEN_PATH, times=9)
    caller = connect(site.url, None, credentials=client_credentials())
    with pytest.raises(ConnectionLost) as caught:
        caller.call(api.create_chat_message, channel_id="1", message={"message": "hi"})
    assert caught.value.outcome is Outcome.NOT_SENT
    # Nothing is spent, so there is nothing to warn of.
    assert "the call itself" not in str(caught.value)
    assert graph_tokens(site) == []


# --- cancelled


async def test_a_renewal_goes_on_when_the_call_that_began_it_is_cancelled(site):
    site.faults.delay(TOKEN_PATH, seconds=0.3)
    async with AsyncGlimesh(credentials=client_credentials(), url=site.url) as glimesh:
        first = asyncio.create_task(api.myself(glimesh))
        second = asyncio.create_task(api.myself(glimesh))
        await asyncio.to_thread(wait_until, lambda: asked_for_tokens(site))
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert (await second).username == "chatbot"
    assert len(asked_for_tokens(site)) == 1


async def test_closing_waits_for_a_renewal_that_nobody_waits_for(site):
    site.faults.delay(TOKEN_PATH, seconds=0.2)
    credentials = client_credentials()
    async with AsyncGlimesh(credentials=credentials, url=site.url) as glimesh:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(api.myself(glimesh), 0.05)
    assert len(asyncio.all_tasks()) == 1
    async with AsyncGlimesh(credentials=credentials, url=site.url) as glimesh:
        assert (await api.myself(glimesh)).username == "chatbot"
    assert len(asked_for_tokens(site)) == 1


def test_a_thread_does_it_itself_when_the_loop_that_did_it_ends(site):
    site.faults.delay(TOKEN_PATH, seconds=5)
    credentials = client_credentials()
    asked = threading.Event()

    async def ask_and_end():
        async with AsyncGlimesh(credentials=credentials, url=site.url) as glimesh:
            call = asyncio.create_task(api.myself(glimesh))
            await asyncio.to_thread(wait_until, lambda: asked_for_tokens(site))
            asked.set()
            await asyncio.sleep(0.1)
            # As asyncio.run does at its end: all tasks, the renewal's too.
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    with ThreadPoolExecutor(1) as pool, Glimesh(credentials=credentials, url=site.url) as glimesh:
        ending = pool.submit(asyncio.run, ask_and_end())
        assert asked.wait(10)
        assert api.myself(glimesh).username == "chatbot"
        ending.result()
    assert len(asked_for_tokens(site)) == 2


# --- for sockets


def test_a_socket_asks_for_query_parameters(site):
    credentials = client_credentials()
    transport = RequestsTransport()
    run = Driver(transport).run
    with Glimesh(credentials=credentials, url=site.url):
        query = run(credentials.query())
        headers = run(credentials.headers())
        assert headers == {"Authorization": f"Bearer {query['token']}"}
        assert credentials.invalidate(query)
        fresh = run(credentials.query())
        assert fresh != query
        # Late: another has had it renewed since.
        assert credentials.invalidate(headers)
        assert run(credentials.query()) == fresh
    assert len(asked_for_tokens(site)) == 2
    transport.close()


@pytest.mark.parametrize("kind", [Glimesh, AsyncGlimesh])
def test_credentials_are_instead_of_a_token(kind):
    for more in ({"token": "t"}, {"client_id": "c"}):
        with pytest.raises(ConfigurationError, match="one of the three"):
            kind(credentials=client_credentials(), **more)
    with pytest.raises(ConfigurationError, match="clear text"):
        kind(credentials=client_credentials(), url="http://glimesh.example")
