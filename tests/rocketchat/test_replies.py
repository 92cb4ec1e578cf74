"""Replies as values, and as errors where they are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.errors import (
    ApiError,
    BackchannelError,
    MalformedReply,
    Outcome,
    RedirectRefused,
    ServerFailure,
)
from backchannel.rocketchat import (
    Attachment,
    AttachmentField,
)
from backchannel.rocketchat.reading import HistoryReply, MessageReply
from backchannel.rocketchat.replies import read_reply
from backchannel.wire.messages import Response
from support.rocketchat_requests import NOW, READ, SEND, failed

MESSAGE = {"_id": "m", "rid": "r", "ts": "2018-03-01T18:02:26.825Z", "u": {"_id": "u"}}


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
