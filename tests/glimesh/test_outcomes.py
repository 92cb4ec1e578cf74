"""What is known of a message when the network or the server fails: faults on real sockets."""

import pytest

import glimesh_api as api
from backchannel.drive import AsyncTransport, Transport
from backchannel.errors import (
    ConnectError,
    ConnectionLost,
    MalformedReply,
    Outcome,
    RateLimited,
    RedirectRefused,
    ServerFailure,
    TransportTimeout,
)
from backchannel.glimesh import Glimesh
from backchannel.local.glimesh import LocalGlimesh
from backchannel.transport.aiohttp import AiohttpTransport
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.retry import NO_RETRY
from backchannel.wire.rules import Limits
from support import rawserver

LOOKED_UP_AND_SENT = ["FindChatRoom", "CreateChatMessage"]
SEND = "CreateChatMessage"


def well_then(site):
    """The first request, which looks the room up, goes well; faults ordered next are the send's."""
    site.faults.delay(seconds=0)
    return site.faults


def create(caller):
    return caller.call(
        api.create_chat_message, channel_id="1", message=api.ChatMessageInput(message="hi")
    )


# What goes wrong at the send: the order, the error of the receipt, its outcome, and the texts in
# the channel afterwards.
AT_THE_SEND = {
    "cut after it was applied": (
        lambda faults: faults.cut_after_apply(),
        ConnectionLost,
        Outcome.UNKNOWN,
        ["hi"],
    ),
    "cut before it was applied": (
        lambda faults: faults.cut_before_apply(),
        ConnectionLost,
        Outcome.UNKNOWN,
        [],
    ),
    "cut amid the reply": (
        lambda faults: faults.close_mid_body(),
        ConnectionLost,
        Outcome.UNKNOWN,
        ["hi"],
    ),
    "503": (
        lambda faults: faults.answer(status=503),
        ServerFailure,
        Outcome.UNKNOWN,
        [],
    ),
    "502 of a proxy, applied": (
        lambda faults: faults.html(apply=True),
        ServerFailure,
        Outcome.UNKNOWN,
        ["hi"],
    ),
    "200 of a proxy, applied": (
        lambda faults: faults.html(status=200, apply=True),
        MalformedReply,
        Outcome.UNKNOWN,
        ["hi"],
    ),
    "a reply without what it must have": (
        lambda faults: faults.answer(
            status=200,
            body=b'{"data": {"createChatMessage": {"id": "13"}}}',
            headers={"content-type": "application/json"},
            apply=True,
        ),
        MalformedReply,
        Outcome.SENT,
        ["hi"],
    ),
    "a redirect": (
        lambda faults: faults.answer(status=307, headers={"location": "/elsewhere"}),
        RedirectRefused,
        Outcome.NOT_SENT,
        [],
    ),
}


@pytest.mark.parametrize("case", AT_THE_SEND)
def test_a_fault_at_the_send_becomes_a_receipt(site, connect, case):
    order, kind, outcome, texts = AT_THE_SEND[case]
    order(well_then(site))
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    # Sent once, whatever happened; and looked for, where that is open.
    assert site.operations[:2] == LOOKED_UP_AND_SENT
    assert site.operations.count(SEND) == 1
    assert site.texts() == texts
    if texts:
        assert (receipt.outcome, receipt.read_back, receipt.error) == (Outcome.SENT, True, None)
        assert receipt.require().id == "13"
        assert site.operations[2:] == ["ReadBack"]
        return
    assert (type(receipt.error), receipt.outcome) == (kind, outcome)
    assert (receipt.message, receipt.read_back) == (None, False)
    assert receipt.error.outcome is outcome
    assert site.operations[2:] == ["ReadBack"] * (3 if outcome is Outcome.UNKNOWN else 0)
    with pytest.raises(kind):
        receipt.require()


@pytest.mark.parametrize("case", AT_THE_SEND)
def test_the_generated_function_raises_the_same(site, connect, case):
    order, kind, outcome, texts = AT_THE_SEND[case]
    order(site.faults)
    with pytest.raises(kind) as caught:
        create(connect(site.url))
    assert type(caught.value) is kind
    assert caught.value.outcome is outcome
    assert caught.value.may_have_happened is (outcome is not Outcome.NOT_SENT)
    assert not caught.value.retry_safe
    assert site.operations == ["CreateChatMessage"]
    assert site.texts() == texts


@pytest.mark.parametrize("case", ["cut before it was applied", "cut amid the reply", "503"])
def test_looking_the_room_up_is_tried_again(site, connect, case):
    order, *_ = AT_THE_SEND[case]
    order(site.faults)
    order(site.faults)
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.SENT
    assert site.operations == ["FindChatRoom", "FindChatRoom", *LOOKED_UP_AND_SENT]
    assert site.texts() == ["hi"]


@pytest.mark.parametrize(
    ("case", "kind"), [("503", ServerFailure), ("cut before it was applied", ConnectionLost)]
)
def test_a_room_that_cannot_be_looked_up_raises(site, connect, case, kind):
    order, *_ = AT_THE_SEND[case]
    for _ in range(3):
        order(site.faults)
    with pytest.raises(kind) as caught:
        connect(site.url).send("glimesh:streamer", "hi")
    assert caught.value.outcome is Outcome.NOT_SENT
    assert caught.value.retry_safe
    assert site.operations == ["FindChatRoom"] * 3
    assert site.texts() == []


def test_a_send_that_was_too_early_for_the_server_is_tried_again(site, connect):
    well_then(site).answer(status=429, headers={"retry-after": "0"})
    receipt = connect(site.url).send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.SENT
    assert site.texts() == ["hi"]


def test_a_send_that_is_always_too_early_is_not_sent(site, connect):
    well_then(site).answer(status=429, headers={"retry-after": "7"}, times=3)
    receipt = connect(site.url, retry=NO_RETRY).send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.NOT_SENT
    assert isinstance(receipt.error, RateLimited)
    assert receipt.error.retry_after == 7


def test_nobody_listens(connect):
    caller = connect(f"http://127.0.0.1:{rawserver.unused_port()}")
    with pytest.raises(ConnectError) as caught:
        caller.send("glimesh:streamer", "hi")
    assert caught.value.outcome is Outcome.NOT_SENT
    with pytest.raises(ConnectError):
        caller.history("glimesh:streamer")


class Split:
    """A transport for what only reads, and another for what writes."""

    def __init__(self, reading: Transport | AsyncTransport, writing: Transport | AsyncTransport):
        self.reading = reading
        self.writing = writing

    def send(self, request):
        return (self.writing if request.effect else self.reading).send(request)

    def close(self):
        raise AssertionError("a client closes only a transport that it made itself")


@pytest.fixture
def split(connect):
    """Makes a client that reads as usual, and writes as the given transport does."""
    opened = []

    def split(url, limits=None, proxy=None):
        make = RequestsTransport
        if not isinstance(connect(url).client, Glimesh):
            make = AiohttpTransport
        transport = Split(make(), make(limits, proxy))
        caller = connect(url, transport=transport)
        opened.append((caller, transport))
        return caller

    yield split
    for caller, transport in opened:
        for each in (transport.reading, transport.writing):
            caller.finish(each.close())


def test_no_connection_for_the_send_is_a_receipt(site, split):
    caller = split(site.url, proxy=f"http://127.0.0.1:{rawserver.unused_port()}")
    receipt = caller.send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.NOT_SENT
    assert isinstance(receipt.error, ConnectError)
    assert receipt.error.retry_safe
    assert site.operations == ["FindChatRoom"]


def test_a_message_whose_effect_comes_after_the_looks_is_unknown(site, split):
    well_then(site).delay(seconds=0.3)
    receipt = split(site.url, Limits(timeout=0.05)).send("glimesh:streamer", "hi")
    assert receipt.outcome is Outcome.UNKNOWN
    assert isinstance(receipt.error, TransportTimeout)
    # And a success it was.
    rawserver.wait_until(lambda: site.texts() == ["hi"])
    assert site.operations == [*LOOKED_UP_AND_SENT, *["ReadBack"] * 3]


def test_the_local_server_takes_orders_for_faults():
    with (
        LocalGlimesh() as server,
        Glimesh(token="tok-viewer", url=server.url, retry=NO_RETRY) as client,
    ):
        server.faults.cut_after_apply("/api/graph")
        with pytest.raises(ConnectionLost):
            api.create_chat_message(
                client, channel_id="1", message=api.ChatMessageInput(message="hi")
            )
        assert server.faults.pending == 0
        newest = api.chat_messages(client, channel_id="1", last=2).chat_messages.edges
        assert [edge.node.message for edge in newest] == ["old message 12", "hi"]
