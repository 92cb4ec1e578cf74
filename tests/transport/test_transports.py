"""Both transports against servers that misbehave, over real sockets."""

import asyncio
import gzip
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    Outcome,
    ReplyTooLarge,
    TransportTimeout,
)
from backchannel.transport.aiohttp import AiohttpTransport
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import Limits
from support import rawserver
from support.clients import Opener
from support.rawserver import Peer, RawServer, Received, http
from support.threads import in_threads

QUICK = Limits(connect_timeout=0.2, timeout=0.3)
KIB = 1024


def post(url: str, *, effect: bool = True, headers: dict[str, str] | None = None) -> Request:
    return Request(method="POST", url=url, headers=headers or {}, body=b"{}", effect=effect)


@pytest.mark.parametrize("effect", [True, False], ids=["effect", "no effect"])
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (rawserver.close_before_reading, ConnectionLost),
        (rawserver.close_after_reading, ConnectionLost),
        (rawserver.close_amid_headers, ConnectionLost),
        (rawserver.close_amid_body, ConnectionLost),
        (rawserver.close_amid_chunks, ConnectionLost),
        (rawserver.talk_nonsense, ConnectionLost),
        (rawserver.never_answer, TransportTimeout),
        (rawserver.trickle_headers, TransportTimeout),
        (rawserver.trickle_body, TransportTimeout),
        (rawserver.trickle_chunks, TransportTimeout),
        (rawserver.always(http(bytes(65 * KIB))), ReplyTooLarge),
        (
            rawserver.always(http(b"no gzip at all", headers={"Content-Encoding": "gzip"})),
            ConnectionLost,
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_after_the_request_left_only_one_without_effect_certainly_did_nothing(
    opener: Opener, script: rawserver.Script, expected: type[BackchannelError], effect: bool
) -> None:
    # Only what must run into the time limit gets a short one: machines are busy at times.
    timeout = 0.4 if expected is TransportTimeout else 30
    limits = Limits(timeout=timeout, max_reply_bytes=64 * KIB)
    with RawServer(script) as server, pytest.raises(expected) as caught:
        opener.transport(limits).send(post(f"{server.url}/graph?token=tok-1", effect=effect))
    assert type(caught.value) is expected
    assert caught.value.outcome is (Outcome.UNKNOWN if effect else Outcome.NOT_SENT)
    assert f"POST {server.url}/graph" in str(caught.value)
    assert "tok-1" not in str(caught.value)


@pytest.mark.parametrize("host", ["nosuchhost.invalid", "a..b", "x" * 64, "127.0.0.1"])
def test_without_a_connection_nothing_was_sent(opener: Opener, host: str) -> None:
    url = f"http://{host}:{rawserver.unused_port()}"
    with pytest.raises(ConnectError) as caught:
        opener.transport().send(post(url))
    assert caught.value.outcome is Outcome.NOT_SENT
    assert caught.value.retry_safe
    assert url in str(caught.value)


def test_a_certificate_that_cannot_be_verified_is_no_connection(opener: Opener) -> None:
    with (
        RawServer(rawserver.always(http()), tls=True) as server,
        pytest.raises(ConnectError, match="certificate was refused") as caught,
    ):
        opener.transport(Limits(connect_timeout=2, timeout=2)).send(post(server.url))
    assert caught.value.outcome is Outcome.NOT_SENT
    assert server.requests == []


@pytest.mark.parametrize(
    "script", [rawserver.close_before_reading, rawserver.talk_nonsense, rawserver.never_answer]
)
def test_a_failed_tls_handshake_is_no_connection(opener: Opener, script: rawserver.Script) -> None:
    limits = Limits(connect_timeout=0.2, timeout=2)
    with RawServer(script) as server, pytest.raises(ConnectError) as caught:
        opener.transport(limits).send(post(server.url.replace("http:", "https:")))
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
def test_a_body_that_the_server_does_not_take_runs_into_the_timeout(opener: Opener) -> None:
    stop = threading.Event()
    body = bytes(32 * KIB * KIB)
    with RawServer(lambda _: stop.wait(20) and None) as server:
        try:
            request = Request(method="POST", url=server.url, headers={}, body=body)
            with pytest.raises(TransportTimeout) as caught:
                opener.transport(QUICK).send(request)
        finally:
            stop.set()
    assert caught.value.outcome is Outcome.UNKNOWN


def test_the_cap_counts_decoded_bytes(opener: Opener) -> None:
    limits = Limits(max_reply_bytes=64 * KIB)
    reply = rawserver.bomb(96 * KIB * KIB)
    assert len(reply) < 128 * KIB
    with RawServer(rawserver.always(reply)) as server, pytest.raises(ReplyTooLarge):
        opener.transport(limits).send(post(server.url))


@pytest.mark.parametrize("size", [64 * KIB - 1, 64 * KIB])
def test_a_body_of_just_the_cap_is_read(opener: Opener, size: int) -> None:
    with RawServer(rawserver.always(rawserver.bomb(size))) as server:
        reply = opener.transport(Limits(max_reply_bytes=64 * KIB)).send(post(server.url))
    assert reply.body == bytes(size)


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)],
)
def test_a_body_arrives_decoded(
    opener: Opener, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    reply = http(encode(b'{"data": 1}'), headers={"Content-Encoding": encoding})
    with RawServer(rawserver.always(reply)) as server:
        assert opener.transport().send(post(server.url)).body == b'{"data": 1}'


def test_a_request_and_its_reply_arrive_as_they_are(opener: Opener) -> None:
    reply = http(b"[1]", status=418, headers={"X-Answer": "42", "Retry-After": "7"})
    with RawServer(rawserver.always(reply)) as server:
        sent = Request(
            method="PUT",
            url=f"{server.url}/a%2Fb/c?q=%20&r=1#fragment",
            headers={"Authorization": "Bearer tok-1", "User-Agent": "me", "Accept": "text/plain"},
            body=b"\x00\xff",
        )
        got = opener.transport().send(sent)
    assert got == Response(
        status=418,
        headers={
            "content-type": "application/json",
            "content-length": "3",
            "x-answer": "42",
            "retry-after": "7",
        },
        body=b"[1]",
    )
    [received] = server.requests
    assert (received.method, received.target) == ("PUT", "/a%2Fb/c?q=%20&r=1")
    assert received.body == b"\x00\xff"
    assert received.headers["host"] == f"127.0.0.1:{server.port}"
    assert (
        sent.headers.items()
        <= {
            {"authorization": "Authorization", "user-agent": "User-Agent", "accept": "Accept"}.get(
                name, name
            ): value
            for name, value in received.headers.items()
        }.items()
    )


@pytest.mark.parametrize(
    ("path", "target"), [("", "/"), ("?a=1", "/?a=1"), ("//twice", "//twice"), ("/a?", "/a")]
)
def test_the_target_of_an_unusual_path(opener: Opener, path: str, target: str) -> None:
    with RawServer(rawserver.always(http())) as server:
        opener.transport().send(post(server.url + path))
    assert server.requests[0].target.rstrip("?") == target


def test_two_calls_share_a_connection(opener: Opener) -> None:
    with RawServer(rawserver.always(http())) as server:
        transport = opener.transport()
        for _ in range(2):
            assert transport.send(post(server.url)).status == 200
    assert (server.connections, len(server.requests)) == (1, 2)


def test_a_connection_with_an_unread_rest_is_not_used_again(opener: Opener) -> None:
    replies = iter([http(bytes(KIB * KIB)), http(b"[2]")])
    with RawServer(rawserver.answering(lambda _: next(replies))) as server:
        transport = opener.transport(Limits(max_reply_bytes=64 * KIB))
        with pytest.raises(ReplyTooLarge):
            transport.send(post(server.url))
        assert transport.send(post(server.url)).body == b"[2]"
    assert server.connections == 2


def test_bytes_beyond_the_length_are_not_taken_for_the_next_reply(opener: Opener) -> None:
    forged = http(b'"forged"')
    replies = iter([http(b"[1]" + forged, length=3), http(b"[2]")])
    with RawServer(rawserver.answering(lambda _: next(replies))) as server:
        transport = opener.transport()
        assert transport.send(post(server.url)).body == b"[1]"
        assert transport.send(post(server.url)).body == b"[2]"


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(opener: Opener) -> None:
    def once(peer: Peer) -> None:
        peer.read()
        peer.write(http())

    with RawServer(once) as server:
        transport = opener.transport()
        transport.send(post(server.url))
        rawserver.wait_until(lambda: not server.open_connections)
        opener.run_the_loop()
        assert transport.send(post(server.url)).status == 200
    assert server.connections == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_returned_and_not_followed(opener: Opener, status: int) -> None:
    with (
        RawServer(rawserver.always(http())) as elsewhere,
        RawServer(rawserver.redirect(status, f"{elsewhere.url}/x")) as server,
    ):
        reply = opener.transport().send(post(server.url))
    assert (reply.status, reply.headers["location"]) == (status, f"{elsewhere.url}/x")
    assert (len(server.requests), elsewhere.connections) == (1, 0)


def test_cookies_are_not_kept(opener: Opener) -> None:
    with RawServer(rawserver.always(http(headers={"Set-Cookie": "a=1; Path=/"}))) as server:
        transport = opener.transport()
        for _ in range(2):
            transport.send(post(server.url))
    assert "cookie" not in server.requests[1].headers


def test_the_environment_is_not_asked(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with (
        RawServer(rawserver.always(http())) as proxy,
        RawServer(rawserver.always(http())) as server,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        transport = opener.transport()
        transport.send(post(server.url, headers={"Authorization": "Bearer tok-1"}))
        transport.send(post(server.url))
    assert proxy.connections == 0
    assert [got.headers.get("authorization") for got in server.requests] == ["Bearer tok-1", None]


def test_a_proxy_is_used_if_it_is_given(opener: Opener) -> None:
    with RawServer(rawserver.always(http(b"[1]"))) as proxy:
        transport = opener.transport(proxy=proxy.url)
        assert transport.send(post("http://chat.invalid/graph?a=1")).body == b"[1]"
    assert proxy.requests[0].target == "http://chat.invalid/graph?a=1"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_cannot_be_reached_is_no_connection(opener: Opener, scheme: str) -> None:
    transport = opener.transport(None, f"http://me:secret-1@127.0.0.1:{rawserver.unused_port()}")
    with pytest.raises(ConnectError, match="proxy") as caught:
        transport.send(post(f"{scheme}://chat.invalid/graph"))
    assert caught.value.outcome is Outcome.NOT_SENT
    assert "secret-1" not in str(caught.value)


def test_a_proxy_that_refuses_the_tunnel_is_no_connection(opener: Opener) -> None:
    with (
        RawServer(rawserver.always(http(b"", status=407))) as proxy,
        pytest.raises(ConnectError, match="proxy") as caught,
    ):
        opener.transport(proxy=proxy.url).send(post("https://chat.invalid/graph"))
    assert caught.value.outcome is Outcome.NOT_SENT
    assert [got.method for got in proxy.requests] == ["CONNECT"]


def test_closing_hangs_up(opener: Opener) -> None:
    with RawServer(rawserver.always(http())) as server:
        transport = opener.transport()
        transport.send(post(server.url))
        assert server.open_connections == 1
        transport.close()
        rawserver.wait_until(lambda: not server.open_connections)


def test_a_closed_transport_opens_no_connection_again(opener: Opener) -> None:
    with RawServer(rawserver.always(http())) as server:
        transport = opener.transport()
        transport.send(post(server.url))
        transport.close()
        with pytest.raises(ConfigurationError, match="closed"):
            transport.send(post(server.url))
        assert len(server.requests) == 1


def test_an_async_transport_in_another_event_loop_is_an_error_that_says_so() -> None:
    async def use(transport: AiohttpTransport, url: str) -> None:
        await transport.send(post(url))

    with RawServer(rawserver.always(http())) as server, asyncio.Runner() as first:
        transport = AiohttpTransport()
        first.run(use(transport, server.url))
        with asyncio.Runner() as second, pytest.raises(ConfigurationError, match="event loop"):
            second.run(use(transport, server.url))
        first.run(transport.close())


def test_threads_share_the_blocking_transport_without_mixing_replies() -> None:
    def echo(received: Received) -> bytes:
        return http(received.body)

    transport = RequestsTransport()
    with RawServer(rawserver.answering(echo)) as server:

        def call(number: int) -> bytes:
            request = Request(method="POST", url=server.url, headers={}, body=b"%d" % number)
            return transport.send(request).body

        assert in_threads(call, threads=8, calls=10) == [b"%d" % n for n in range(80)]
        transport.close()
