"""The local Rocket.Chat server, row by row of what real servers answer: what is not sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import (
    ADMIN,
    ARCHIVED,
    BOB,
    BOT,
    GENERAL,
    READ_ONLY,
    STAFF,
    TEAM,
)
from support.rocketchat_calls import Caller, assert_refused

since_7 = pytest.mark.parametrize("server", [7, 8], indirect=True, ids="age{}".format)


class TestBodies:
    """What is refused before a handler looks at the message."""

    @since_7
    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ({}, "must have required property 'message'"),
            ({"message": None}, "must be object"),
            ({"message": {"rid": GENERAL, "attachments": {}}}, "must be array"),
            ({"message": {"rid": GENERAL, "attachments": ["x"]}}, "must be object"),
            ({"message": {"rid": GENERAL}, "extra": 1}, "must NOT have additional properties"),
            ({"message": {"rid": GENERAL, "msg": {}}}, "must be string"),
            ([], "must be object"),
        ],
    )
    def test_a_body_that_does_not_fit_the_schema(self, chat: Caller, body: object, text: str):
        error = f"{text} [invalid-params]"
        reply = chat.post("chat.sendMessage", body)
        assert_refused(reply, 400, success=False, error=error, errorType="invalid-params")

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ('{"message": {"rid": "GENERAL"', "application/json"),
            ('{"message": {"rid": "GENERAL"}}', "text/plain"),
            ('{"message": {"rid": "GENERAL"}}', None),
        ],
    )
    def test_broken_json_and_other_content_types_are_not_read(
        self, chat: Caller, server: LocalRocketChat, body: str, content_type: str | None
    ):
        headers = {"Content-Type": content_type}
        reply = chat.request("POST", "chat.sendMessage", data=body.encode(), headers=headers)
        code = "error-invalid-params" if server.age == 3 else "invalid-params"
        assert (reply.status_code, reply.json()["errorType"]) == (400, code)

    @since_7
    def test_scalars_are_coerced(self, chat: Caller):
        parent = chat.sent(msg="parent")["_id"]
        message = chat.sent(msg=5, tshow="true", tmid=parent)
        assert (message["msg"], message["tshow"]) == ("5", True)

    @since_7
    def test_preview_urls_choose_the_links(self, chat: Caller):
        body = {
            "message": {"rid": GENERAL, "msg": "https://a.org https://b.org"},
            "previewUrls": ["https://b.org"],
        }
        message = chat.post("chat.sendMessage", body).json()["message"]
        assert message["urls"] == [
            {"url": "https://a.org", "meta": {}, "ignoreParse": True},
            {"url": "https://b.org", "meta": {}},
        ]

    def test_typed_routes_look_at_the_body_before_the_token(self, fresh: Callable[..., Caller]):
        body = {"roomId": GENERAL}
        missing = "must have required property 'msgId'"
        text = f"{missing}\n {missing}\n must match exactly one schema in oneOf"
        reply = fresh(age=8).post("chat.update", body, account=None)
        assert_refused(reply, 400, success=False, error=text, errorType="invalid-params")
        assert fresh(age=7).post("chat.update", body, account=None).status_code == 401


class TestHandlerChecks:
    """What only the handler refuses; the schema lets it through."""

    @pytest.mark.parametrize(
        ("message", "error"),
        [
            ({"avatar": "not a url"}, "Invalid href value provided"),
            ({"avatar": "javascript:alert(1)//a/b"}, "Invalid href value provided"),
            ({"attachments": [{"title_link": "/relative"}]}, "Invalid href value provided"),
            ({"attachments": [{"image_url": "ftp://a.org"}]}, "Invalid href value provided"),
            (
                {"attachments": [{"color": 5}]},
                "Match error: Match error: Expected string, got number in field color",
            ),
            (
                {"attachments": [{"collapsed": "no"}]},
                "Match error: Match error: Expected boolean, got string in field collapsed",
            ),
            (
                {"attachments": [{"fields": {}}]},
                "Match error: Match error: Expected array, got {} in field fields",
            ),
            (
                {"attachments": [{"fields": [{"title": 1, "value": "v"}]}]},
                "Match error: Match error: Expected string, got number in field title",
            ),
            (
                {"attachments": [{"ts": False}]},
                "Match error: Match error: Failed Match.OneOf, Match.Maybe or Match.Optional "
                "validation in field ts",
            ),
        ],
    )
    def test_wrong_types_and_addresses(self, chat: Caller, message: dict[str, object], error: str):
        assert_refused(chat.send(BOT, **message), 400, success=False, error=error)

    def test_relative_avatars_uploads_and_data_are_fine(self, chat: Caller):
        assert chat.sent(BOT, avatar="/avatar/alice")["avatar"] == "/avatar/alice"
        for address in ("/file-upload/a/b.png", "data:image/png;base64,AA", "http://a.org"):
            assert chat.sent(attachments=[{"image_url": address}])

    def test_null_keys_and_no_attachments_are_fine(self, chat: Caller):
        message = chat.sent(msg="x", alias=None, attachments=[])
        assert (message["alias"], message["attachments"]) == (None, [])

    @pytest.mark.parametrize(
        ("value", "stored"),
        [(0, "0"), (1.5, "1.5"), (2, "2"), (False, "false"), (True, "true"), ("", "")],
    )
    def test_values_of_fields(
        self, chat: Caller, server: LocalRocketChat, value: object, stored: str
    ):
        reply = chat.send(attachments=[{"fields": [{"title": "t", "value": value}]}])
        if server.age < 8:
            assert reply.json()["message"]["attachments"][0]["fields"][0]["value"] == stored
        elif value:
            assert reply.json()["message"]["attachments"][0]["fields"][0]["value"] == value
        else:
            error = "Invalid attachment field, title and value is required"
            assert_refused(reply, 400, success=False, error=error)

    @pytest.mark.parametrize("missing", ["title", "value"])
    def test_a_field_without_title_or_value(
        self, chat: Caller, server: LocalRocketChat, missing: str
    ):
        field = {"title": "t", "value": "v"}
        del field[missing]
        reply = chat.send(attachments=[{"fields": [field]}])
        assert reply.status_code == (400 if server.age == 8 else 200)

    @pytest.mark.parametrize(
        ("text", "fits"),
        [("a" * 5000, True), ("a" * 5001, False), ("😀" * 2500, True), ("😀" * 2501, False)],
        ids=["5000", "5001", "2500 pairs", "2501 pairs"],
    )
    def test_length_is_counted_in_utf16(self, chat: Caller, text: str, fits: bool):
        reply = chat.send(msg=text)
        if fits:
            assert reply.status_code == 200
        else:
            assert_refused(
                reply,
                400,
                success=False,
                error="Message size exceeds Message_MaxAllowedSize [error-message-size-exceeded]",
                errorType="error-message-size-exceeded",
                details={"method": "sendMessage"},
            )

    def test_attachment_texts_may_be_longer(self, chat: Caller):
        assert chat.sent(attachments=[{"text": "a" * 5001}])

    def test_tshow_without_tmid(self, chat: Caller):
        assert_refused(
            chat.send(msg="x", tshow=True),
            400,
            success=False,
            error="tshow provided but missing tmid [invalid-params]",
            errorType="invalid-params",
            details={"method": "sendMessage"},
        )

    def test_a_system_message_type(self, chat: Caller, server: LocalRocketChat):
        assert chat.sent(msg="x", t="e2e")["t"] == "e2e"
        reply = chat.send(msg="x", t="uj")
        if server.age == 3:
            assert reply.status_code == 200
        else:
            error = "Cannot send system messages using 'chat.sendMessage'"
            assert_refused(reply, 400, success=False, error=error)

    @pytest.mark.parametrize(
        ("rid", "age_3", "later"),
        [
            (None, *["The 'rid' property on the message object is missing."] * 2),
            ("", *["The 'rid' property on the message object is missing."] * 2),
            ("nowhere", *["error-invalid-room"] * 2),
            (STAFF, *["error-not-allowed"] * 2),
            (READ_ONLY, *["You can't send messages because the room is readonly."] * 2),
            (ARCHIVED, None, "room_is_archived"),
        ],
    )
    def test_rooms_that_cannot_be_written_to(
        self, chat: Caller, server: LocalRocketChat, rid: str, age_3: str | None, later: str
    ):
        error = age_3 if server.age == 3 else later
        reply = chat.send(BOB, rid=rid, msg="x")
        if error is None:
            assert reply.status_code == 200
        else:
            assert_refused(reply, 400, success=False, error=error)

    def test_a_muted_user(self, chat: Caller, server: LocalRocketChat):
        server.world.rooms[TEAM].muted.add("bob")
        reply = chat.send(BOB, rid=TEAM, msg="x")
        assert_refused(reply, 400, success=False, error="You_have_been_muted")

    def test_owners_and_admins_write_in_read_only_rooms(self, chat: Caller):
        assert chat.sent(ADMIN, rid=READ_ONLY, msg="news")
