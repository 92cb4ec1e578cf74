"""Bodies that are read while they are sent, and written while they come."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from backchannel.errors import ConnectionLost, Outcome, ReplyTooLarge, TransportTimeout
from backchannel.wire.messages import Request
from backchannel.wire.streams import BodyStream, Sink
from support import rawserver
from support.clients import Opener
from support.rawserver import RawServer, http

CHUNKS = [b"a" * 70_000, b"", b"b" * 70_000]


@pytest.fixture(params=["sync", "async"])
def opener(request: pytest.FixtureRequest) -> Iterator[Opener]:
    with ExitStack() as stack:
        yield Opener(request.param, stack)


def post(server: RawServer, body: BodyStream, **more: object) -> Request:
    return Request(method="POST", url=f"{server.url}/up", headers={}, body=body, **more)


def get(server: RawServer, sink: Sink, **more: object) -> Request:
    return Request(method="GET", url=f"{server.url}/f", headers={}, effect=False, sink=sink, **more)


class Kept:
    """What a sink took."""

    def __init__(self, max_bytes: int = 1_000_000) -> None:
        self.data = b""
        self.sink = Sink(self._begin, self._write, max_bytes)

    def _begin(self) -> None:
        self.data = b""

    def _write(self, chunk: bytes) -> None:
        self.data += chunk


def test_a_stream_arrives_with_its_length_and_tells_how_far_it_is(opener):
    told: list[tuple[int, int]] = []
    stream = BodyStream(140_000, lambda: iter(CHUNKS), lambda *sent: told.append(sent))
    with RawServer(rawserver.always(http())) as server:
        sending = opener.transport()
        for _ in range(2):
            assert sending.send(post(server, stream)).status == 200
    for request in server.requests:
        assert request.headers["content-length"] == "140000"
        assert "transfer-encoding" not in request.headers
        assert request.body == b"".join(CHUNKS)
    assert told == [(70_000, 140_000), (70_000, 140_000), (140_000, 140_000)] * 2


@pytest.mark.parametrize("failure", [OSError("unplugged"), BrokenPipeError(), ValueError("odd")])
def test_what_reading_the_stream_raises_is_raised_as_it_is(opener, failure):
    def chunks() -> Iterator[bytes]:
        yield b"a" * 10
        raise failure

    with RawServer(rawserver.always(http())) as server:
        with pytest.raises(type(failure)) as caught:
            opener.transport().send(post(server, BodyStream(20, chunks)))
        assert caught.value is failure
        assert server.requests == []


def test_a_server_that_refuses_before_it_has_read_all_is_heard(opener):
    def refuse(peer: rawserver.Peer) -> None:
        peer.write(http(b"too much", status=413, headers={"Connection": "close"}))
        peer.idle()

    stream = BodyStream(140_000, lambda: iter(CHUNKS))
    with RawServer(refuse) as server:
        assert opener.transport().send(post(server, stream)).status == 413


def test_a_lost_connection_leaves_it_open_what_became_of_the_stream(opener):
    stream = BodyStream(140_000, lambda: iter(CHUNKS))
    with (
        RawServer(rawserver.close_after_reading) as server,
        pytest.raises(ConnectionLost) as caught,
    ):
        opener.transport().send(post(server, stream))
    assert caught.value.outcome is Outcome.UNKNOWN


def test_a_sink_takes_a_good_reply_and_no_other(opener):
    kept = Kept()
    replies = iter([http(b"x" * 200_000), http(b"no", status=404), http(b"again")])
    with RawServer(rawserver.answering(lambda _: next(replies))) as server:
        sending = opener.transport()
        assert sending.send(get(server, kept.sink)).body == b""
        assert kept.data == b"x" * 200_000
        refused = sending.send(get(server, kept.sink))
        assert (refused.status, refused.body, kept.data) == (404, b"no", b"x" * 200_000)
        sending.send(get(server, kept.sink))
        assert kept.data == b"again"


@pytest.mark.parametrize(
    "script", [rawserver.always(http(b"x" * 100)), rawserver.always(rawserver.bomb(100))]
)
def test_a_sink_has_a_cap_of_its_own(opener, script):
    kept = Kept(max_bytes=99)
    with RawServer(script) as server:
        with pytest.raises(ReplyTooLarge, match="over 99 bytes"):
            opener.transport().send(get(server, kept.sink))
        kept.sink.max_bytes = 100
        opener.transport().send(get(server, kept.sink))
    assert len(kept.data) == 100


def test_what_writing_the_sink_raises_is_raised_as_it_is(opener):
    failure = OSError("disk full")

    def write(chunk: bytes) -> None:
        raise failure

    with (
        RawServer(rawserver.always(http(b"x"))) as server,
        pytest.raises(OSError, match="disk full") as caught,
    ):
        opener.transport().send(get(server, Sink(lambda: None, write, 10)))
    assert caught.value is failure


def test_half_a_reply_is_no_reply(opener):
    with RawServer(rawserver.close_amid_body) as server, pytest.raises(ConnectionLost):
        opener.transport().send(get(server, Kept().sink))


def test_a_request_may_have_a_time_limit_of_its_own(opener):
    with (
        RawServer(rawserver.never_answer) as server,
        pytest.raises(TransportTimeout, match=r"within 0\.1 seconds"),
    ):
        opener.transport().send(get(server, Kept().sink, timeout=0.1))


def swallow(peer: rawserver.Peer) -> None:
    """Take a body and keep nothing of it; give as much back."""
    peer.discard(SIZE)
    peer.write(http(b"", length=SIZE))
    for _ in range(SIZE // len(PIECE)):
        peer.write(PIECE)


PIECE = bytes(64 * 1024)
SIZE = 512 * len(PIECE)


def test_neither_a_stream_nor_a_sink_is_held_in_memory(opener):
    taken = 0

    def take(chunk: bytes) -> None:
        nonlocal taken
        taken += len(chunk)

    stream = BodyStream(SIZE, lambda: (PIECE for _ in range(SIZE // len(PIECE))))
    with RawServer(swallow) as server:
        sending = opener.transport()
        tracemalloc.start()
        try:
            sending.send(post(server, stream, sink=Sink(lambda: None, take, SIZE)))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert taken == SIZE
    assert peak < SIZE / 4
