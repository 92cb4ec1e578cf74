"""Refusals of servers of all ages, and of what stands before them, as errors."""

from __future__ import annotations

import pytest

from backchannel.errors import (
    ApiError,
    AuthenticationError,
    NotFound,
    Outcome,
    PermissionDenied,
    RateLimited,
)
from backchannel.rocketchat import (
    EndpointNotFound,
    MessageNotFound,
    MessageTooLong,
    Muted,
    NotAuthenticated,
    NotInRoom,
    NotPermitted,
    RoomArchived,
    RoomBlocked,
    RoomNotFound,
    RoomReadOnly,
    TwoFactorExhausted,
    TwoFactorInvalid,
    TwoFactorRequired,
    UserNotFound,
)
from backchannel.rocketchat.quota import retry_after
from backchannel.rocketchat.reading import MessageReply
from backchannel.rocketchat.replies import read_refusal, read_reply
from support.rocketchat_requests import NOW, READ, SEND, failed

LOGGED_OUT = "You must be logged in to do this."
NO_PERMISSION = "User does not have the permissions required for this action"
STARRED = "Cannot read properties of undefined (reading 'starred')"
STARRED_BEFORE_NODE_16 = "Cannot read property 'starred' of undefined"
READ_ONLY = "You can't send messages because the room is readonly."
NO_RID = "The 'rid' property on the message object is missing."
TOO_MANY = (
    "Error, too many requests. Please slow down. You must wait 37 seconds before trying this"
    " endpoint again. [error-too-many-requests]"
)


REFUSALS = [
    # status, body, type, code, words of the server
    (
        400,
        failed(
            error="Message size exceeds Message_MaxAllowedSize [error-message-size-exceeded]",
            errorType="error-message-size-exceeded",
            details={"method": "sendMessage"},
        ),
        MessageTooLong,
        "error-message-size-exceeded",
        "Message size exceeds Message_MaxAllowedSize",
    ),
    (
        400,
        failed(error="error-message-size-exceeded"),
        MessageTooLong,
        "error-message-size-exceeded",
        "",
    ),
    (400, failed(error="error-invalid-room"), RoomNotFound, "error-invalid-room", ""),
    (400, failed(error="error-not-allowed"), NotInRoom, "error-not-allowed", ""),
    (
        400,
        failed(error="Not allowed [error-not-allowed]", errorType="error-not-allowed"),
        NotPermitted,
        "error-not-allowed",
        "Not allowed",
    ),
    (400, failed(error="room_is_archived"), RoomArchived, "room_is_archived", ""),
    (400, failed(error="room_is_blocked"), RoomBlocked, "room_is_blocked", ""),
    (400, failed(error="You_have_been_muted"), Muted, "You_have_been_muted", ""),
    (400, failed(error=READ_ONLY), RoomReadOnly, "", READ_ONLY),
    (400, failed(error=NO_RID), ApiError, "", NO_RID),
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
        failed(error="TOTP Invalid [totp-invalid]", errorType="totp-invalid"),
        TwoFactorInvalid,
        "totp-invalid",
        "TOTP Invalid",
    ),
    (
        400,
        failed(
            error="TOTP Maximun Failed Attempts Reached [totp-max-attempts]",
            errorType="totp-max-attempts",
        ),
        TwoFactorExhausted,
        "totp-max-attempts",
        "TOTP Maximun Failed Attempts Reached",
    ),
    (
        401,
        {"status": "error", "error": "totp-required", "message": "TOTP Required"},
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
        failed(status="error", error="Unauthorized", message="Unauthorized"),
        NotAuthenticated,
        "Unauthorized",
        "",
    ),
    (
        401,
        {
            "status": "error",
            "error": "error-login-blocked-for-user",
            "message": "Login has been temporarily blocked For User",
        },
        NotAuthenticated,
        "error-login-blocked-for-user",
        "Login has been temporarily blocked For User",
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
    (
        200,
        {"status": "error", "message": "API endpoint does not exist"},
        ApiError,
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
    assert error.request == SEND.label
    assert error.response.status == status
    assert str(error).startswith("POST https://chat.example.org/api/v1/chat.sendMessage: ")
    assert (error.outcome, error.retry_safe) == (Outcome.NOT_SENT, False)
    if isinstance(body, dict):
        assert (error.words, error.details) == (prose, body.get("details"))
        refusal = read_refusal(body)
        assert (refusal.code, refusal.prose) == (code, prose)


def test_narrow_errors_are_the_common_ones_too():
    assert issubclass(NotAuthenticated, AuthenticationError)
    assert issubclass(TwoFactorRequired, AuthenticationError)
    assert issubclass(NotPermitted, PermissionDenied)
    assert all(
        issubclass(kind, NotPermitted)
        for kind in (NotInRoom, RoomArchived, RoomReadOnly, RoomBlocked, Muted)
    )
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
        # The server's clock is a day behind, and it says so.
        (
            429,
            {"x_ratelimit_reset": "951782405000", "date": "Tue, 29 Feb 2000 00:00:00 GMT"},
            b"",
            5.0,
        ),
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
