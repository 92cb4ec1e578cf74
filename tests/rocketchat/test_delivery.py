"""Sending at most once, step by step: what is asked after which answer, and what is known then."""

from __future__ import annotations

import json

import msgspec
import pytest

from backchannel.drive import Chance
from backchannel.errors import (
    ApiError,
    ConnectError,
    ConnectionLost,
    MalformedReply,
    Outcome,
    RateLimited,
    RedirectRefused,
    ServerFailure,
    TransportTimeout,
)
from backchannel.message import Address, Draft
from backchannel.rocketchat import (
    MessageDropped,
    MessageIdTaken,
    NotAuthenticated,
    OutgoingMessage,
    RocketChatBackend,
    RoomNotFound,
)
from backchannel.rocketchat.sending import send_message
from backchannel.wire.budget import RetryBudget
from backchannel.wire.retry import NO_RETRY, RetryPolicy

DRAFT = OutgoingMessage(room_id="GENERAL", text="hi")
STORED = {
    "_id": "new-id",
    "rid": "GENERAL",
    "msg": "hi",
    "ts": "2018-03-01T18:02:26.825Z",
    "u": {"_id": "me", "username": "me"},
}


def lost() -> ConnectionLost:
    return ConnectionLost("the connection ended", outcome=Outcome.UNKNOWN)


def late() -> TransportTimeout:
    return TransportTimeout("no reply", outcome=Outcome.UNKNOWN)


def unreachable() -> ConnectError:
    return ConnectError("no connection")


@pytest.fixture
def answers(reply):
    """The answers that the tests below are made of, by name."""
    starred = {"success": False, "error": "Cannot read properties of undefined (reading 'starred')"}
    repeated = {"success": False, "error": "E11000 duplicate key error index: _id_ dup key"}
    return {
        "stored": reply(200, {"success": True, "message": STORED}),
        "unknown id": reply(400, {"success": False}),
        "not in room": reply(400, {"success": False, "error": "error-not-allowed"}),
        "elsewhere": reply(200, {"success": True, "message": {**STORED, "rid": "OTHER"}}),
        "by another": reply(200, {"success": True, "message": {**STORED, "u": {"_id": "you"}}}),
        "another id": reply(200, {"success": True, "message": {**STORED, "_id": "x"}}),
        "starred": reply(400, starred),
        "E11000": reply(400, repeated),
        "invalid room": reply(400, {"success": False, "error": "error-invalid-room"}),
        "logged out": reply(401, {"status": "error", "message": "You must be logged in."}),
        "busy": reply(429, {"success": False, "error": "You must wait 7 seconds before trying"}),
        "page": reply(200, b"<html>Welcome to the network of this hotel</html>"),
        "bad gateway": reply(502, b"<html>Bad Gateway</html>"),
        "moved": reply(308, b"", location="https://elsewhere.example/"),
    }


def resolve(answers, name):
    errors = {"lost": lost, "late": late, "unreachable": unreachable}
    return errors[name]() if name in errors else answers[name]


def paths(played) -> list[str]:
    return [request.url.rpartition("/")[2].partition("?")[0] for request in played.requests]


SEND, LOOK = "chat.sendMessage", "chat.getMessage"


@pytest.mark.parametrize(
    ("script", "asked", "deduplicated"),
    [
        (["stored"], [SEND], False),
        (["unreachable", "stored"], [SEND, SEND], False),
        (["busy", "stored"], [SEND, SEND], False),
        (["lost", "stored"], [SEND, LOOK], True),
        (["late", "stored"], [SEND, LOOK], True),
        (["bad gateway", "stored"], [SEND, LOOK], True),
        (["starred", "stored"], [SEND, LOOK], True),
        (["E11000", "stored"], [SEND, LOOK], True),
        (["page", "stored"], [SEND, LOOK], True),
        (["another id", "stored"], [SEND, LOOK], True),
        (["lost", "unknown id", "stored"], [SEND, LOOK, SEND], False),
        (["late", "unknown id", "starred", "stored"], [SEND, LOOK, SEND, LOOK], True),
        (["late", "unknown id", "lost", "unknown id", "stored"], [SEND, LOOK, SEND, LOOK, SEND], 0),
        (["lost", "unreachable", "stored"], [SEND, LOOK, LOOK], True),
        (["lost", "busy", "unknown id", "stored"], [SEND, LOOK, LOOK, SEND], False),
    ],
)
def test_the_message_is_sent_once(session, play, answers, script, asked, deduplicated):
    played = play(send_message(session, DRAFT), *(resolve(answers, name) for name in script))
    assert played.error is None
    assert paths(played) == asked
    assert (played.result.message.id, played.result.deduplicated) == ("new-id", bool(deduplicated))
    sent = [request for request in played.requests if request.method == "POST"]
    assert {json.loads(request.body)["message"]["_id"] for request in sent} == {"new-id"}
    looked = [request for request in played.requests if request.method == "GET"]
    assert all(request.url.endswith("?msgId=new-id") for request in looked)


@pytest.mark.parametrize(
    ("script", "kind", "outcome"),
    [
        # The server said no, or nothing was sent.
        (["invalid room"], RoomNotFound, Outcome.NOT_SENT),
        (["logged out"], NotAuthenticated, Outcome.NOT_SENT),
        (["moved"], RedirectRefused, Outcome.NOT_SENT),
        (["unreachable"] * 3, ConnectError, Outcome.NOT_SENT),
        (["busy"] * 3, RateLimited, Outcome.NOT_SENT),
        (["starred", "unknown id"], MessageDropped, Outcome.NOT_SENT),
        (["starred", "elsewhere"], MessageIdTaken, Outcome.NOT_SENT),
        (["lost", "by another"], MessageIdTaken, Outcome.NOT_SENT),
        # Nobody knows: the look failed, or was perhaps too early.
        (["lost", "logged out"], ConnectionLost, Outcome.UNKNOWN),
        (["lost", "not in room"], ConnectionLost, Outcome.UNKNOWN),
        (["lost", "page"], ConnectionLost, Outcome.UNKNOWN),
        (["lost", *["unreachable"] * 3], ConnectionLost, Outcome.UNKNOWN),
        (["E11000", "unknown id"], ApiError, Outcome.UNKNOWN),
        (["page", "unknown id"], MalformedReply, Outcome.UNKNOWN),
        (["late", "unknown id"] * 3, TransportTimeout, Outcome.UNKNOWN),
        (["bad gateway", "unknown id"] * 3, ServerFailure, Outcome.UNKNOWN),
        # An earlier try may yet be carried out, whatever the last one met.
        (["late", "unknown id", "unreachable", "unreachable"], ConnectError, Outcome.UNKNOWN),
        (["late", "unknown id", "invalid room"], RoomNotFound, Outcome.UNKNOWN),
        (["late", "unknown id", "starred", "unknown id"], MessageDropped, Outcome.UNKNOWN),
    ],
)
def test_the_message_is_not_known_to_be_sent(session, play, answers, script, kind, outcome):
    played = play(send_message(session, DRAFT), *(resolve(answers, name) for name in script))
    assert type(played.error) is kind
    assert played.error.outcome is outcome


def test_a_dropped_message_says_who_may_have_dropped_it(session, play, answers):
    played = play(send_message(session, DRAFT), answers["starred"], answers["unknown id"])
    assert "an app or filter of the server prevented it" in str(played.error)


def test_an_unanswered_look_names_its_own_error_as_the_cause(session, play, answers):
    played = play(send_message(session, DRAFT), lost(), answers["logged out"])
    assert isinstance(played.error.__cause__, NotAuthenticated)


def test_without_retries_a_lost_reply_is_still_looked_up(session, play, answers):
    session = msgspec.structs.replace(session, retry=NO_RETRY)
    played = play(send_message(session, DRAFT), lost(), answers["stored"])
    assert played.result.deduplicated
    played = play(send_message(session, DRAFT), lost(), answers["unknown id"])
    assert played.error.outcome is Outcome.UNKNOWN


def test_waits_grow_and_follow_the_servers_word(session, play, answers):
    played = play(send_message(session, DRAFT), unreachable(), unreachable(), answers["stored"])
    assert played.pauses == [0.5, 1.0]
    played = play(send_message(session, DRAFT), answers["busy"], answers["stored"])
    assert played.pauses == [7.0]


def test_a_budget_that_is_spent_ends_the_tries(session, play, answers):
    session = msgspec.structs.replace(session, budget=RetryBudget(1.0))
    played = play(send_message(session, DRAFT), answers["busy"], answers["busy"])
    assert (played.pauses, played.error.outcome) == ([7.0], Outcome.NOT_SENT)
    played = play(send_message(session, DRAFT), answers["busy"])
    assert (played.pauses, played.error.outcome) == ([], Outcome.NOT_SENT)


def test_looking_up_does_not_outlast_the_deadline_of_the_send(session, play, answers):
    time = iter(range(0, 1000, 50))
    session = msgspec.structs.replace(
        session,
        retry=RetryPolicy(base=1.0, deadline=60.0),
        chance=Chance(monotonic=lambda: float(next(time)), draw=lambda: 0.0),
    )
    played = play(send_message(session, DRAFT), lost(), answers["busy"])
    assert (paths(played), played.pauses) == ([SEND, LOOK], [])
    assert played.error.outcome is Outcome.UNKNOWN


def test_an_answer_in_a_thread_is_found_wherever_the_thread_is(session, play, answers):
    draft = msgspec.structs.replace(DRAFT, thread_id="first")
    played = play(send_message(session, draft), lost(), answers["elsewhere"])
    assert played.result.deduplicated
    assert played.result.message.room_id == "OTHER"


def test_the_callers_id_is_kept(session, play, reply):
    draft = msgspec.structs.replace(DRAFT, id="order:17")
    stored = reply(200, {"success": True, "message": {**STORED, "_id": "order:17"}})
    played = play(send_message(session, draft), lost(), stored)
    assert played.result.message.id == "order:17"
    assert played.requests[1].url.endswith("?msgId=order%3A17")


ROOM = {"_id": "GENERAL", "t": "c", "name": "general"}
ADDRESS = Address("rocketchat", "general")


@pytest.mark.parametrize(
    ("script", "outcome", "kind"),
    [
        (["invalid room"], Outcome.NOT_SENT, RoomNotFound),
        (["lost", "logged out"], Outcome.UNKNOWN, ConnectionLost),
        (["late", "unknown id"] * 3, Outcome.UNKNOWN, TransportTimeout),
    ],
)
def test_once_a_message_is_under_way_there_is_a_receipt(
    session, play, reply, answers, script, outcome, kind
):
    room = reply(200, {"success": True, "room": ROOM})
    flow = RocketChatBackend(session).send(ADDRESS, Draft(text="hi"))
    played = play(flow, room, *(resolve(answers, name) for name in script))
    receipt = played.result
    assert (receipt.address, receipt.text, receipt.message) == (ADDRESS, "hi", None)
    assert (receipt.outcome, type(receipt.error)) == (outcome, kind)
    assert receipt.idempotency_key == "new-id"
    with pytest.raises(kind):
        receipt.require()


def test_a_receipts_key_repeats_the_send_without_doubling_it(session, play, reply, answers):
    room = reply(200, {"success": True, "room": ROOM})
    stored = reply(200, {"success": True, "message": {**STORED, "_id": "key"}})
    flow = RocketChatBackend(session).send(ADDRESS, Draft(text="hi", idempotency_key="key"))
    played = play(flow, room, answers["starred"], stored)
    receipt = played.result
    assert (receipt.outcome, receipt.deduplicated, receipt.error) == (Outcome.SENT, True, None)
    assert receipt.idempotency_key == "key"
    assert receipt.require().id == "key"


def test_before_that_an_error_is_raised(session, play, answers):
    played = play(RocketChatBackend(session).send(ADDRESS, Draft(text="hi")), answers["logged out"])
    assert isinstance(played.error, NotAuthenticated)
    assert played.error.outcome is Outcome.NOT_SENT
    refused = play(RocketChatBackend(session).send(ADDRESS, Draft(text=" ")))
    assert (refused.requests, refused.error.argument) == ([], "text")
