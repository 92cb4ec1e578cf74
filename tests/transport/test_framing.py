"""How requests and replies are framed, by both transports, over real sockets."""

import gzip

import pytest

from backchannel.errors import ConfigurationError, ConnectionLost
from backchannel.transport.exchange import encode_request
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.messages import Request
from support import rawserver
from support.clients import Opener
from support.rawserver import Peer, RawServer, http


def post(url: str, body: bytes | None = b"{}") -> Request:
    return Request(method="POST", url=url, headers={}, body=body)


def chunked(*chunks: bytes, headers: str = "") -> bytes:
    body = b"".join(b"%x;extension\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = f"HTTP/1.1 200 OK\r\n{headers}Transfer-Encoding: chunked\r\n\r\n".encode()
    return head + body + b"0\r\nX-Trailer: 1\r\n\r\n"


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        pytest.param(http(b"[1]"), b"[1]", id="length"),
        pytest.param(http(b""), b"", id="nothing"),
        pytest.param(http(bytes(1 << 20)), bytes(1 << 20), id="more than a buffer"),
        pytest.param(chunked(b"[1", b",2]"), b"[1,2]", id="chunks"),
        pytest.param(
            chunked(gzip.compress(b"[1]"), headers="Content-Encoding: gzip\r\n"),
            b"[1]",
            id="gzip in chunks",
        ),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", b"", id="204"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"[1]"), b"[1]", id="100 before it"),
        pytest.param(
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + http(b"[1]"),
            b"[1]",
            id="103 before it",
        ),
        pytest.param(b"HTTP/1.1 200\r\ncontent-length:3\r\n\r\n[1]", b"[1]", id="terse"),
    ],
)
def test_a_reply_is_read_to_its_end_and_the_connection_used_again(
    opener: Opener, reply: bytes, body: bytes
) -> None:
    with RawServer(rawserver.always(reply)) as server:
        transport = opener.transport()
        assert [transport.send(post(server.url)).body for _ in range(3)] == [body] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close",
        "HTTP/1.1 200 OK\r\nConnection: close",
        "HTTP/1.0 200 OK\r\nContent-Length: 3",
        "HTTP/1.0 200 OK",
    ],
)
def test_a_connection_that_the_server_ends_is_not_used_again(opener: Opener, head: str) -> None:
    def once(peer: Peer) -> None:
        peer.read()
        peer.write(f"{head}\r\n\r\n[1]".encode())

    with RawServer(once) as server:
        transport = opener.transport()
        assert [transport.send(post(server.url)).body for _ in range(2)] == [b"[1]"] * 2
    assert server.connections == 2


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 2",
        "HTTP/1.1 200 OK\r\nContent-Length: -3",
        "HTTP/1.1 200 OK\r\nContent-Length: 3 bytes",
        "HTTP/1.1 200 OK\r\nno header",
        "HTTP/1.1 200 OK\r\nX-Long: " + "x" * 70_000,
        "HTTP/1.1 2oo OK\r\nContent-Length: 3",
        "HTTP/3 200 OK\r\nContent-Length: 3",
    ],
)
def test_a_head_that_makes_no_sense_is_no_reply(opener: Opener, head: str) -> None:
    reply = f"{head}\r\n\r\n[1]".encode()
    with RawServer(rawserver.always(reply)) as server, pytest.raises(ConnectionLost):
        opener.transport().send(post(server.url))


def test_the_blocking_transport_keeps_a_tls_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(rawserver.TLS / "certificate.pem"))
    replies = [http(bytes(1 << 20)), chunked(b"[1", b",2]"), rawserver.bomb(1 << 20)]
    answers = iter(replies)
    with RawServer(rawserver.answering(lambda _: next(answers)), tls=True) as server:
        transport = RequestsTransport()
        bodies = [transport.send(post(server.url, bytes(1 << 20))).body for _ in replies]
        transport.close()
    assert bodies == [bytes(1 << 20), b"[1,2]", bytes(1 << 20)]
    assert server.connections == 1


def test_the_blocking_transport_keeps_a_tunnel_and_tells_only_the_proxy_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(rawserver.TLS / "certificate.pem"))
    with (
        RawServer(rawserver.always(http(b"[1]")), tls=True) as server,
        RawServer(rawserver.tunnel) as proxy,
    ):
        transport = RequestsTransport(proxy=proxy.url.replace("//", "//me:secret-1@"))
        request = Request(method="POST", url=f"{server.url}/a", headers={"Authorization": "x"})
        assert [transport.send(request).body for _ in range(2)] == [b"[1]"] * 2
        transport.close()
    assert (proxy.connections, server.connections) == (1, 1)
    [connect] = proxy.requests
    assert connect.headers["proxy-authorization"] == "Basic bWU6c2VjcmV0LTE="
    assert "authorization" not in connect.headers
    assert [received.target for received in server.requests] == ["/a", "/a"]
    assert all("proxy-authorization" not in received.headers for received in server.requests)


@pytest.mark.parametrize("field", ["Transfer-Encoding: rot13", "Content-Length : 3"])
def test_the_blocking_transport_takes_no_length_that_others_may_read_otherwise(field: str) -> None:
    reply = f"HTTP/1.1 200 OK\r\n{field}\r\n\r\n[1]".encode()
    with RawServer(rawserver.always(reply)) as server:
        transport = RequestsTransport()
        with pytest.raises(ConnectionLost):
            transport.send(post(server.url))
        transport.close()


def test_a_header_that_goes_on_in_the_next_line_is_one(opener: Opener) -> None:
    reply = b"HTTP/1.1 200 OK\r\nX-Way: a\r\n  b\r\nContent-Length: 0\r\n\r\n"
    with RawServer(rawserver.always(reply)) as server:
        got = opener.transport().send(post(server.url)).headers["x-way"]
    assert got.split() == ["a", "b"]


def test_the_end_of_a_compressed_body_that_was_cut_is_missed(opener: Opener) -> None:
    whole = gzip.compress(bytes(range(256)) * 64)

    def cut(peer: Peer) -> None:
        peer.read()
        encoding = {"Content-Encoding": "gzip"}
        peer.write(http(whole[:-20], length=len(whole), headers=encoding))

    with RawServer(cut) as server, pytest.raises(ConnectionLost):
        opener.transport().send(post(server.url))


def test_values_of_a_header_that_comes_twice_are_joined(opener: Opener) -> None:
    reply = b"HTTP/1.1 200 OK\r\nX-Way: a\r\nx-way: b\r\nContent-Length: 0\r\n\r\n"
    with RawServer(rawserver.always(reply)) as server:
        assert opener.transport().send(post(server.url)).headers["x-way"] == "a, b"


def test_a_server_may_refuse_a_long_body_before_it_has_read_it(opener: Opener) -> None:
    def refuse(peer: Peer) -> None:
        peer.write(http(b"too long", status=413, headers={"Connection": "close"}))
        peer.idle()

    with RawServer(refuse) as server:
        reply = opener.transport().send(post(server.url, bytes(64 * 1024)))
    assert (reply.status, reply.body) == (413, b"too long")


@pytest.mark.parametrize(("body", "length"), [(b"", "0"), (None, "0"), (b"[1]", "3")])
def test_a_post_tells_the_length_of_its_body(
    opener: Opener, body: bytes | None, length: str
) -> None:
    with RawServer(rawserver.always(http())) as server:
        opener.transport().send(post(server.url, body))
    assert server.requests[0].headers["content-length"] == length


def test_a_get_has_no_body_and_no_length(opener: Opener) -> None:
    with RawServer(rawserver.always(http())) as server:
        opener.transport().send(Request(method="GET", url=server.url, headers={}))
    assert "content-length" not in server.requests[0].headers


@pytest.mark.parametrize("name", ["Host", "host"])
def test_a_host_that_is_given_is_the_only_one(opener: Opener, name: str) -> None:
    with RawServer(rawserver.always(http())) as server:
        headers = {name: "chat.invalid"}
        opener.transport().send(Request(method="GET", url=server.url, headers=headers))
    assert server.requests[0].headers["host"] == "chat.invalid"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://chat.invalid/", "chat.invalid"),
        ("http://chat.invalid:80/", "chat.invalid"),
        ("http://chat.invalid:8080/", "chat.invalid:8080"),
        ("http://[::1]:80/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ],
)
def test_the_host_has_a_port_if_it_is_not_the_usual_one(
    opener: Opener, url: str, host: str
) -> None:
    with RawServer(rawserver.always(http())) as proxy:
        opener.transport(proxy=proxy.url).send(post(url))
    assert proxy.requests[0].headers["host"] == host


def test_a_proxy_is_told_its_own_password(opener: Opener) -> None:
    with RawServer(rawserver.always(http())) as proxy:
        url = proxy.url.replace("//", "//me:secret-1@")
        opener.transport(proxy=url).send(post("http://chat.invalid/"))
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0LTE="


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a b", {}),
        ("/a\r\nX-Forged: 1", {}),
        ("/ä", {}),
        ("/", {"X-Text": "a\r\nX-Forged: 1"}),
        ("/", {"X-Text": "a\nb"}),
        ("/", {"X-Text\r\nX-Forged": "1"}),
        ("/", {"X-Text": "secret-ä"}),
        ("/", {"X-Text": "secret-\x00"}),
    ],
)
def test_what_would_break_the_head_is_refused(target: str, headers: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        encode_request("POST", target, "chat.invalid", headers, b"{}")
    assert "secret" not in str(caught.value)


def test_a_request_is_written_in_one_piece() -> None:
    written = encode_request("POST", "/a?b=1", "chat.invalid", {"X-Text": "a\tb c"}, b"[1]")
    assert written == (
        b"POST /a?b=1 HTTP/1.1\r\nHost: chat.invalid\r\nX-Text: a\tb c\r\n"
        b"Content-Length: 3\r\n\r\n[1]"
    )
