"""From a reply to a value or an error: tables of statuses, bodies and kinds."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from msgspec import UNSET

from backchannel.errors import (
    AuthenticationError,
    BackchannelError,
    GraphQLError,
    MalformedReply,
    NotFound,
    Outcome,
    PermissionDenied,
    RateLimited,
    RedirectRefused,
    RefusedError,
    ServerFailure,
)
from backchannel.graphql.reply import GraphQLErrorEntry, refused_by_resolvers
from backchannel.wire.messages import Request, Response
from support.operations import CREATE_CHAT_MESSAGE, FIND_CHANNEL, Channel

OPERATIONS = {"query": FIND_CHANNEL, "mutation": CREATE_CHAT_MESSAGE}
NOTHING, UNKNOWN, SENT = Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.SENT


def decode(kind: str, status: int, body: bytes, headers: dict[str, str] | None = None) -> object:
    request = Request(
        method="POST", url="https://h/graph?token=t", headers={}, effect=kind == "mutation"
    )
    response = Response(
        status=status,
        headers={"content-type": "text/html; charset=utf-8"} | (headers or {}),
        body=body,
    )
    return OPERATIONS[kind].decode_response(request, response)


# Bodies that a status of 400 or more comes with, and the words that the error must keep.
REFUSED = b'{"errors": [{"message": "go away"}, {"message": "now"}]}'
BODIES = {
    REFUSED: "go away; now",
    b'"Something went wrong"': "Something went wrong",
    b"<html><h1>Bad\nGateway</h1></html>": "<html><h1>Bad Gateway</h1></html>",
    b"": None,
    b'{"errors": [{"mess': '{"errors": [{"mess',
    b'["a", 1]': '["a", 1]',
    b'{"data": {"channel": {"hmacKey": "hunter2"}}}': "its data is not shown",
    b"\xff\xfe": "\ufffd\ufffd",
    b"[" * 100_000: "[[[[",
}
STATUSES = {
    400: (RefusedError, NOTHING),
    401: (AuthenticationError, NOTHING),
    403: (PermissionDenied, NOTHING),
    404: (NotFound, NOTHING),
    422: (RefusedError, NOTHING),
    429: (RateLimited, NOTHING),
    500: (ServerFailure, UNKNOWN),
    502: (ServerFailure, UNKNOWN),
    503: (ServerFailure, UNKNOWN),
}


COMBINATIONS = [
    (status, body)
    for status in STATUSES
    for body in BODIES
    if not (status in {400, 422} and body == REFUSED)  # the next test
]


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize(
    ("status", "body"),
    COMBINATIONS,
    ids=[f"{status}-{body[:12]!r}" for status, body in COMBINATIONS],
)
def test_a_status_of_refusal_or_failure(status: int, body: bytes, kind: str) -> None:
    expected, after_a_mutation = STATUSES[status]
    with pytest.raises(BackchannelError) as caught:
        decode(kind, status, body)
    error = caught.value
    assert type(error) is expected
    assert error.outcome is (after_a_mutation if kind == "mutation" else NOTHING)
    assert error.response.status == status
    assert str(status) in str(error)
    assert "https://h/graph" in str(error)
    assert "token" not in str(error)
    assert len(str(error)) < 400
    words = BODIES[body]
    if words is not None and status < 429:
        assert words in str(error)
    elif words is not None and status >= 500:
        assert words.partition(";")[0] in str(error)


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("status", [400, 422])
def test_errors_that_come_with_a_status_of_refusal_keep_their_entries(
    status: int, kind: str
) -> None:
    with pytest.raises(GraphQLError) as caught:
        decode(kind, status, REFUSED)
    error = caught.value
    assert [entry.message for entry in error.errors] == ["go away", "now"]
    assert error.outcome is NOTHING
    assert error.data is None
    assert error.response.status == status


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize(
    ("body", "after_a_mutation"),
    [
        (b"", UNKNOWN),
        (b"<html></html>", UNKNOWN),
        (b'"Something went wrong"', UNKNOWN),
        (b'{"data": {"chan', UNKNOWN),
        (b"[]", UNKNOWN),
        (b"null", UNKNOWN),
        (b"{}", UNKNOWN),
        (b'{"data": null}', UNKNOWN),
        (b'{"data": null, "errors": []}', UNKNOWN),
        (b'{"errors": [{"no": "message"}]}', UNKNOWN),
        (b'{"errors": [{"message": "m"}], "data": "\xff"}', UNKNOWN),
        (b'{"data": ' + b"[" * 100_000, UNKNOWN),
        (b'{"data": 3}', SENT),
        (b'{"data": {}}', SENT),
        (b'{"data": {"channel": 3, "createChatMessage": 3}}', SENT),
        (b'{"data": {"channel": {"id": 3}, "createChatMessage": {"id": 3}}}', SENT),
        (b'{"data": {"channel": {"id": "\xff"}, "createChatMessage": {"id": "\xff"}}}', SENT),
    ],
    ids=lambda value: str(value[:40]) if isinstance(value, bytes) else value.name,
)
def test_a_reply_of_200_that_makes_no_sense(
    body: bytes, after_a_mutation: Outcome, kind: str
) -> None:
    with pytest.raises(MalformedReply) as caught:
        decode(kind, 200, body)
    assert caught.value.outcome is (after_a_mutation if kind == "mutation" else NOTHING)
    assert caught.value.response.status == 200
    assert "status 200, text/html" in str(caught.value)
    with pytest.raises(MalformedReply):
        OPERATIONS[kind].decode(body)


def test_errors_are_read_before_the_data_is_typed() -> None:
    body = {
        "data": {"channel": {"id": None, "title": 5}},
        "errors": [
            {"message": "m", "path": ["channel", 0, "id"], "locations": [{"line": 1, "column": 2}]},
            {"message": "n", "extensions": {"code": "X"}},
        ],
    }
    with pytest.raises(GraphQLError) as caught:
        decode("query", 200, json.dumps(body).encode())
    error = caught.value
    assert str(error) == "m (at channel.0.id), and 1 more"
    assert error.data == body["data"]
    assert msgspec.to_builtins(error.errors[0]) == body["errors"][0] | {
        "path": ("channel", 0, "id"),
        "locations": ({"line": 1, "column": 2},),
        "extensions": None,
    }
    assert error.errors[1].extensions == {"code": "X"}
    assert error.response.status == 200


def test_a_null_where_the_type_has_none_names_the_path() -> None:
    with pytest.raises(MalformedReply, match=r"\$\.channel`"):
        decode("query", 200, b'{"data": {"channel": null}}')
    with pytest.raises(MalformedReply, match=r"\$\.createChatMessage\.message"):
        decode("mutation", 200, b'{"data": {"createChatMessage": {"id": "1", "message": null}}}')


@pytest.mark.parametrize("bad", ['"yesterday"', "5", "null", "{}", '"0001-01-01T00:00:00+05:00"'])
def test_a_time_that_is_none_names_the_path(bad: str) -> None:
    body = (
        f'{{"data": {{"createChatMessage": {{"id": "1", "message": "m", "insertedAt": {bad}}}}}}}'
    )
    if bad == "null":
        assert decode("mutation", 200, body.encode()).inserted_at is None
        return
    with pytest.raises(MalformedReply, match=r"\$\.createChatMessage\.insertedAt"):
        decode("mutation", 200, body.encode())


@pytest.mark.parametrize(
    "text",
    ["2026-11-21T20:50:44", "2026-11-21T20:50:44Z", "2026-11-21T22:50:44+02:00"],
)
def test_times_are_aware_and_in_utc(text: str) -> None:
    message = {"id": "1", "message": "m", "insertedAt": text}
    body = json.dumps({"data": {"createChatMessage": message}}).encode()
    got = decode("mutation", 200, body).inserted_at
    assert got == datetime(2026, 11, 21, 20, 50, 44, tzinfo=UTC)
    assert got.tzinfo is UTC


def test_a_good_reply_is_unwrapped_and_unknown_fields_are_ignored() -> None:
    body = b'{"data": {"channel": {"id": "1", "new": [1]}}, "extensions": {"a": 1}}'
    assert decode("query", 200, body) == Channel(id="1")
    assert FIND_CHANNEL.decode(body) == Channel(id="1")


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://user:pw@other/a;b?token=t&x=1#f", "https://other/a;b"),
        ("//other:1/a?token=t", "//other:1/a"),
        ("/a?token=t", "/a"),
        ("http://[bad?token=t", "(no URL)"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_names_its_target_without_query_and_user(
    status: int, location: str, target: str
) -> None:
    with pytest.raises(RedirectRefused) as caught:
        decode("mutation", status, b'{"data": {}}', {"location": location})
    assert caught.value.target == target
    assert "token" not in str(caught.value)
    assert "pw" not in str(caught.value)
    assert caught.value.outcome is (NOTHING if status in {307, 308} else UNKNOWN)
    assert not caught.value.retry_safe


def entry(*path: str | int) -> GraphQLErrorEntry:
    return GraphQLErrorEntry(message="m", path=path or None)


@pytest.mark.parametrize(
    ("errors", "data", "outcome", "refused"),
    [
        # The document was refused: nothing was executed.
        ([entry()], UNSET, NOTHING, False),
        # Executed, and nobody says where it failed.
        ([entry()], None, UNKNOWN, False),
        # A null that went up to the root: from the field itself, or from below it.
        ([entry("create")], None, UNKNOWN, True),
        ([entry("create", "user", "name")], None, UNKNOWN, False),
        # The field's resolver ran; something below it failed.
        ([entry("create", "user")], {"create": {"id": "1"}}, SENT, False),
        # The field's own resolver failed: before its effect, or after it.
        ([entry("create")], {"create": None}, UNKNOWN, True),
        # Null without an error of its own: perhaps after the effect.
        ([entry("create", "user")], {"create": None}, UNKNOWN, False),
        ([entry()], {"create": None}, UNKNOWN, False),
        # Of several fields, one happened, or one may have.
        ([entry("a")], {"a": None, "b": {"id": "1"}}, SENT, False),
        ([entry("a")], {"a": None, "b": None}, UNKNOWN, False),
        ([entry("a"), entry("b")], {"a": None, "b": None}, UNKNOWN, True),
        # A value that is false is a value.
        ([entry("create")], {"create": False}, SENT, False),
    ],
)
def test_what_became_of_a_mutation_with_errors(
    errors: list[GraphQLErrorEntry], data: object, outcome: Outcome, refused: bool
) -> None:
    reply = {"errors": [msgspec.to_builtins(error) for error in errors]}
    if data is not UNSET:
        reply["data"] = data
    for kind, expected in (("mutation", outcome), ("query", NOTHING)):
        with pytest.raises(GraphQLError) as caught:
            decode(kind, 200, json.dumps(reply).encode())
        assert caught.value.outcome is expected
        assert refused_by_resolvers(caught.value, roots=1) is refused


def test_with_several_root_fields_a_null_at_the_root_tells_nothing_of_the_others() -> None:
    reply = {"errors": [{"message": "m", "path": ["second"]}], "data": None}
    with pytest.raises(GraphQLError) as caught:
        decode("mutation", 200, json.dumps(reply).encode())
    assert not refused_by_resolvers(caught.value, roots=2)


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "createChatMessage"},
        {"locations": [{"line": 0}]},
        {"locations": "everywhere"},
        {"extensions": "CODE"},
    ],
)
def test_an_odd_detail_of_an_entry_costs_neither_its_message_nor_the_data(odd: object) -> None:
    reply = {"errors": [{"message": "You are banned"} | odd], "data": {"createChatMessage": None}}
    with pytest.raises(GraphQLError, match="You are banned") as caught:
        decode("mutation", 200, json.dumps(reply).encode())
    assert caught.value.data == {"createChatMessage": None}


def test_a_refusal_with_a_400_keeps_the_partial_data() -> None:
    reply = {"errors": [{"message": "no", "path": ["a", "b"]}], "data": {"a": {"b": None}}}
    with pytest.raises(GraphQLError) as caught:
        decode("query", 400, json.dumps(reply).encode())
    assert caught.value.data == {"a": {"b": None}}


def test_data_that_does_not_fit_is_not_shown() -> None:
    reply = {"data": {"channel": {"id": 3, "hmacKey": "hunter2"}}}
    with pytest.raises(MalformedReply) as caught:
        decode("query", 200, json.dumps(reply).encode())
    assert "hunter2" not in str(caught.value)
    assert "$.channel.id" in str(caught.value)
