"""Replies of servers of all ages, and of what stands before them, as values and errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.errors import (
    ApiError,
    AuthenticationError,
    BackchannelError,
    MalformedReply,
    NotFound,
    Outcome,
    PermissionDenied,
    RateLimited,
    RedirectRefused,
    ServerFailure,
)
from backchannel.rocketchat import (
    Attachment,
    AttachmentField,
    EndpointNotFound,
    MessageNotFound,
    NotAuthenticated,
    NotPermitted,
    RoomNotFound,
    TwoFactorRequired,
    UserNotFound,
)
from backchannel.rocketchat.reading import HistoryReply, MessageReply
from backchannel.rocketchat.replies import read_refusal, read_reply, retry_after
from backchannel.wire.messages import Request, Response

NOW = 1_800_000_000.0
SEND = Request(method="POST", url="https://chat.example.org/api/v1/chat.sendMessage", headers={})
READ = Request(
    method="GET", url="https://chat.example.org/api/v1/chat.getMessage", headers={}, effect=False
)
MESSAGE = {"_id": "m", "rid": "r", "ts": "2018-03-01T18:02:26.825Z", "u": {"_id": "u"}}

LOGGED_OUT = "You must be logged in to do this."
NO_PERMISSION = "User does not have the permissions required for this action"
STARRED = "Cannot read properties of undefined (reading 'starred')"
STARRED_BEFORE_NODE_16 = "Cannot read property 'starred' of undefined"
READ_ONLY = "You can't send messages because the room is readonly."
TOO_MANY = (
    "Error, too many requests. Please slow down. You must wait 37 seconds before trying this"
    " endpoint again. [error-too-many-requests]"
)


def failed(**body: object) -> dict[str, object]:
    return {"success": False, **body}


REFUSALS = [
    # status, body, type, code, words of the server
    (
        400,
        failed(
            error="Message size exceeds Message_MaxAllowedSize [error-message-size-exceeded]",
            errorType="error-message-size-exceeded",
            details={"method": "sendMessage"},
        ),
        ApiError,
        "error-message-size-exceeded",
        "Message size exceeds Message_MaxAllowedSize",
    ),
    (
        400,
        failed(error="error-message-size-exceeded"),
        ApiError,
        "error-message-size-exceeded",
        "",
    ),
    (400, failed(error="error-invalid-room"), RoomNotFound, "error-invalid-room", ""),
    (400, failed(error="error-not-allowed"), NotPermitted, "error-not-allowed", ""),
    (400, failed(error="room_is_archived"), ApiError, "room_is_archived", ""),
    (400, failed(error="You_have_been_muted"), NotPermitted, "You_have_been_muted", ""),
    (400, failed(error=READ_ONLY), NotPermitted, "", READ_ONLY),
    (400, failed(error="Not enough permission"), NotPermitted, "", "Not enough permission"),
    (
        400,
        failed(error="not-allowed", errorType="Not Allowed"),
        NotPermitted,
        "not-allowed",
        "Not Allowed",
    ),
    (
        400,
        failed(
            error='The required "roomId" param does not match any channel [error-room-not-found]',
            errorType="error-room-not-found",
        ),
        RoomNotFound,
        "error-room-not-found",
        'The required "roomId" param does not match any channel',
    ),
    (
        400,
        failed(error="[invalid-channel]", errorType="invalid-channel"),
        RoomNotFound,
        "invalid-channel",
        "",
    ),
    (
        400,
        failed(error="Invalid user [error-invalid-user]", errorType="error-invalid-user"),
        UserNotFound,
        "error-invalid-user",
        "Invalid user",
    ),
    (
        400,
        failed(error="must have required property 'message' [invalid-params]"),
        ApiError,
        "invalid-params",
        "must have required property 'message'",
    ),
    (
        400,
        failed(errorType="error-invalid-params", error="must have required property 'message'"),
        ApiError,
        "error-invalid-params",
        "must have required property 'message'",
    ),
    (
        400,
        failed(
            error="TOTP Required [totp-required]",
            errorType="totp-required",
            details={"method": "totp"},
        ),
        TwoFactorRequired,
        "totp-required",
        "TOTP Required",
    ),
    (
        400,
        failed(error="a text [with brackets] in it"),
        ApiError,
        "",
        "a text [with brackets] in it",
    ),
    (
        400,
        failed(error="see [link]", errorType="error-x"),
        ApiError,
        "error-x",
        "see [link]",
    ),
    (
        400,
        failed(error="Unauthorized", errorType="error-unauthorized"),
        NotPermitted,
        "error-unauthorized",
        "Unauthorized",
    ),
    (400, failed(error={"odd": 1}), ApiError, "", '{"odd":1}'),
    (400, failed(), MessageNotFound, "", ""),
    (200, failed(error="error-invalid-room"), RoomNotFound, "error-invalid-room", ""),
    (401, {"status": "error", "message": LOGGED_OUT}, NotAuthenticated, "", LOGGED_OUT),
    (
        401,
        {"success": False, "status": "error", "error": LOGGED_OUT, "message": LOGGED_OUT},
        NotAuthenticated,
        "",
        LOGGED_OUT,
    ),
    (
        401,
        {"status": "error", "error": "Unauthorized", "message": "Unauthorized"},
        NotAuthenticated,
        "Unauthorized",
        "",
    ),
    (
        401,
        {"status": "error", "error": 403, "message": "User has no password set"},
        NotAuthenticated,
        "403",
        "User has no password set",
    ),
    (
        403,
        failed(error=f"{NO_PERMISSION} [error-unauthorized]"),
        NotPermitted,
        "error-unauthorized",
        NO_PERMISSION,
    ),
    (403, failed(error="unauthorized"), NotPermitted, "unauthorized", ""),
    (404, failed(error="Resource not found"), EndpointNotFound, "", "Resource not found"),
    (
        404,
        {"status": "error", "message": "API endpoint does not exist"},
        EndpointNotFound,
        "",
        "API endpoint does not exist",
    ),
    (413, b"<html>too large</html>", ApiError, "", "<html>too large</html>"),
]


@pytest.mark.parametrize(("status", "body", "kind", "code", "prose"), REFUSALS)
def test_a_refusal_becomes_one_error_whatever_its_shape(reply, status, body, kind, code, prose):
    with pytest.raises(ApiError) as caught:
        read_reply(SEND, reply(status, body), MessageReply, now=NOW, unexplained=MessageNotFound)
    error = caught.value
    assert type(error) is kind
    assert error.code == code
    assert prose in str(error)
    assert str(error).startswith("POST https://chat.example.org/api/v1/chat.sendMessage: ")
    assert (error.outcome, error.retry_safe) == (Outcome.NOT_SENT, False)
    if isinstance(body, dict):
        assert error.details == body.get("details")
        refusal = read_refusal(body)
        assert (refusal.code, refusal.prose) == (code, prose)


def test_narrow_errors_are_the_common_ones_too():
    assert issubclass(NotAuthenticated, AuthenticationError)
    assert issubclass(TwoFactorRequired, AuthenticationError)
    assert issubclass(NotPermitted, PermissionDenied)
    assert all(
        issubclass(kind, NotFound)
        for kind in (RoomNotFound, MessageNotFound, UserNotFound, EndpointNotFound)
    )


@pytest.mark.parametrize(
    "error",
    [
        STARRED,
        STARRED_BEFORE_NODE_16,
        "E11000 duplicate key error collection: meteor.rocketchat_message index: _id_ dup key",
    ],
)
def test_what_a_repeated_id_may_mean_leaves_the_outcome_open(reply, error):
    with pytest.raises(ApiError) as caught:
        read_reply(SEND, reply(400, failed(error=error)), MessageReply, now=NOW)
    assert caught.value.outcome is Outcome.UNKNOWN
    with pytest.raises(ApiError) as caught:
        read_reply(READ, reply(400, failed(error=error)), MessageReply, now=NOW)
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {"x_ratelimit_reset": f"{NOW * 1000 + 9500:.0f}"}, failed(error=TOO_MANY), 37.0),
        (400, {}, failed(error=TOO_MANY, errorType="error-too-many-requests"), 37.0),
        (429, {"x_ratelimit_reset": f"{NOW * 1000 + 9500:.0f}"}, b"", 9.5),
        (429, {"x_ratelimit_reset": f"{NOW * 1000 - 9500:.0f}"}, b"", 0.0),
        (429, {"x_ratelimit_reset": "soon"}, b"", None),
        (429, {"x_ratelimit_reset": "9" * 5000}, b"", None),
        (429, {"retry_after": "12"}, b"<html>", 12.0),
        (429, {}, b"<html>", None),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(reply, status, headers, body, seconds):
    response = reply(status, body, **headers)
    with pytest.raises(RateLimited) as caught:
        read_reply(SEND, response, MessageReply, now=NOW)
    assert caught.value.retry_after == seconds == retry_after(response, NOW)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert caught.value.retry_safe


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            429,
            failed(error=TOO_MANY),
            ", wait 37 seconds (429): Error, too many requests. Please slow down. You must wait 37"
            " seconds before trying this endpoint again. [error-too-many-requests]",
        ),
        (400, failed(error="Slowly [error-too-many-requests]"), " (400): Slowly [error-too-many"),
        (429, b"<html>hold on, ?token=hush</html>", " (429): <html>hold on, ?token=***"),
        (429, b"", " (429)"),
    ],
)
def test_a_rate_limit_keeps_the_servers_words(reply, status, body, words):
    with pytest.raises(RateLimited) as caught:
        read_reply(SEND, reply(status, body), MessageReply, now=NOW)
    label = "POST https://chat.example.org/api/v1/chat.sendMessage: too many requests"
    assert str(caught.value).startswith(label + words)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("body", [failed(error="Internal server error"), b"<html>Bad Gateway"])
def test_a_failing_server_leaves_the_outcome_of_a_send_open(reply, status, body):
    with pytest.raises(ServerFailure) as caught:
        read_reply(SEND, reply(status, body), MessageReply, now=NOW)
    assert caught.value.outcome is Outcome.UNKNOWN
    with pytest.raises(ServerFailure) as caught:
        read_reply(READ, reply(status, body), MessageReply, now=NOW)
    assert caught.value.retry_safe


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_names_its_target(reply, status):
    response = reply(status, b"", location="https://user:hush@elsewhere.example/x?token=hush")
    with pytest.raises(RedirectRefused) as caught:
        read_reply(SEND, response, MessageReply, now=NOW)
    assert caught.value.target == "https://elsewhere.example/x"
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON object"),
        (b"<html>Welcome</html>", "<html>Welcome</html>"),
        (b"[" * 100_000, "no JSON object"),
        (b"\xff\xfe", "no JSON object"),
        ([], "no JSON object"),
        ({"message": MESSAGE}, "no `success`"),
        ({"message": MESSAGE, "success": "yes"}, "no `success`"),
        ({"success": True}, "$.message"),
        ({"success": True, "message": None}, "$.message"),
        ({"success": True, "message": {**MESSAGE, "ts": None}}, "$.message.ts"),
        ({"success": True, "message": {**MESSAGE, "ts": "yesterday"}}, "$.message.ts"),
        ({"success": True, "message": {**MESSAGE, "ts": "2018-03-01T18:02:26"}}, "$.message.ts"),
        ({"success": True, "message": {**MESSAGE, "u": {"username": "x"}}}, "$.message.u._id"),
    ],
)
def test_what_is_not_the_reply_asked_for_is_malformed(reply, body, why):
    with pytest.raises(MalformedReply) as caught:
        read_reply(SEND, reply(200, body), MessageReply, now=NOW)
    assert why in str(caught.value)
    assert caught.value.outcome is Outcome.UNKNOWN
    with pytest.raises(MalformedReply) as caught:
        read_reply(READ, reply(200, body), MessageReply, now=NOW)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_malformed_message_in_a_list_names_its_place(reply):
    body = {"success": True, "messages": [MESSAGE, {**MESSAGE, "_id": 5}]}
    with pytest.raises(MalformedReply, match=r"at `\$\.messages\[1\]\._id`"):
        read_reply(READ, reply(200, body), HistoryReply, now=NOW)


def test_nulls_unknown_keys_and_odd_attachments_do_not_lose_a_message(reply):
    stored = {
        **MESSAGE,
        "msg": None,
        "alias": None,
        "tmid": 17,
        "editedAt": {"$date": 5},
        "newInVersion9": {"a": [1]},
        "mentions": [{"_id": "all", "username": "all"}, {"username": "without id"}, None],
        "urls": "none",
        "attachments": [
            {"text": "kept", "ts": 1481302386761, "image_size": 5, "title": ["not a title"]},
            "not an attachment",
            {"fields": [{"title": "T", "value": 5}, {"title": "T", "value": "v", "short": None}]},
            {"ts": "2016-12-09T16:53:06.761Z", "fields": None},
        ],
    }
    message = read_reply(
        READ, reply(200, {"success": True, "message": stored}), MessageReply, now=NOW
    ).message
    assert message.text == ""
    assert message.alias is message.thread_id is message.edited_at is None
    assert [user.id for user in message.mentions] == ["all"]
    assert message.urls == ()
    assert message.attachments == (
        Attachment(text="kept"),
        Attachment(fields=[AttachmentField("T", "v")]),
        Attachment(ts=datetime(2016, 12, 9, 16, 53, 6, 761000, UTC)),
    )


@pytest.mark.parametrize(
    ("kind", "system"), [(None, False), ("e2e", False), ("uj", True), ("discussion-created", True)]
)
def test_notes_of_the_server_are_told_from_messages(kind, system):
    body = json.dumps({"success": True, "message": {**MESSAGE, "t": kind}})
    assert msgspec.json.decode(body, type=MessageReply).message.is_system is system


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    junk=st.dictionaries(
        st.sampled_from(
            [
                "msg",
                "alias",
                "avatar",
                "emoji",
                "attachments",
                "tmid",
                "tshow",
                "mentions",
                "channels",
                "urls",
                "t",
                "editedAt",
                "_updatedAt",
                "other",
            ]
        ),
        json_values | st.lists(st.dictionaries(st.sampled_from(["ts", "fields"]), json_values)),
    )
)
def test_no_value_of_an_optional_key_loses_a_message(junk: dict):
    body = json.dumps({"success": True, "message": {**junk, **MESSAGE}}).encode()
    response = Response(status=200, headers={}, body=body)
    message = read_reply(READ, response, MessageReply, now=NOW).message
    assert (message.id, message.room_id, message.author.id) == ("m", "r", "u")


@given(
    status=st.integers(200, 599),
    body=st.binary()
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(
        st.sampled_from(["success", "status", "error", "errorType", "message", "details"]),
        json_values | st.text(),
    ).map(lambda value: json.dumps(value).encode()),
    reset=st.text(max_size=5),
)
def test_any_reply_is_read_or_raises_an_error_of_the_tree(status, body, reset):
    response = Response(status=status, headers={"x-ratelimit-reset": reset}, body=body)
    with pytest.raises(BackchannelError):
        read_reply(SEND, response, MessageReply, now=NOW)


def test_every_error_can_be_imported_from_the_package():
    from backchannel import rocketchat
    from backchannel.rocketchat import errors

    assert set(errors.__all__) <= set(rocketchat.__all__)
    assert {name for name in rocketchat.__all__ if hasattr(rocketchat, name)} == set(
        rocketchat.__all__
    )
    assert all(issubclass(getattr(errors, name), ApiError) for name in errors.__all__)
