"""The local Rocket.Chat server, over real HTTP, row by row of what real servers answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
import requests

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import (
    ADMIN,
    ALICE,
    ARCHIVED,
    BOB,
    BOT,
    DIRECT,
    GENERAL,
    READ_ONLY,
    STAFF,
    TEAM,
    Account,
)
from support.rocketchat_calls import ISO, METEOR_ID, Caller, assert_refused

UNDEFINED = {
    3: "Cannot read property 'starred' of undefined",
    7: "Cannot read properties of undefined (reading 'starred')",
    8: "Cannot read properties of undefined (reading 'starred')",
}
AGES = (3, 7, 8)
since_7 = pytest.mark.parametrize("server", [7, 8], indirect=True, ids="age{}".format)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module", params=AGES, ids="age{}".format)
def server(request: pytest.FixtureRequest) -> Iterator[LocalRocketChat]:
    """A server of every age, shared by the tests of this file: they use ids of their own."""
    with LocalRocketChat(age=request.param) as server:
        yield server


@pytest.fixture
def chat(server: LocalRocketChat, session: requests.Session) -> Caller:
    return Caller(server.url, session)


@pytest.fixture
def fresh(session: requests.Session) -> Iterator[Callable[..., Caller]]:
    """Start a server of one's own, with these arguments."""
    servers: list[LocalRocketChat] = []

    def start(**arguments: object) -> Caller:
        servers.append(LocalRocketChat(**arguments))
        return Caller(servers[-1].url, session)

    yield start
    for server in servers:
        server.close()


class TestSending:
    def test_the_reply_has_the_message_as_stored(self, chat: Caller, server: LocalRocketChat):
        text = "see https://example.org/a, @bob and #team"
        reply = chat.send(_id="chosenId1", msg=text)

        assert reply.status_code == 200
        assert reply.headers["content-type"] == "application/json"
        body = reply.json()
        message = body.pop("message")
        assert body == {"success": True}
        times = message.pop("ts"), message.pop("_updatedAt")
        assert all(ISO.fullmatch(time) for time in times)
        if server.age > 3:
            plain = {"type": "PLAIN_TEXT", "value": text}
            assert message.pop("md") == [{"type": "PARAGRAPH", "value": [plain]}]
        url = "https://example.org/a"
        assert message == {
            "_id": "chosenId1",
            "rid": GENERAL,
            "msg": text,
            "u": {"_id": "u-alice", "username": "alice", "name": "Alice Example"},
            "urls": [{"url": url}] if server.age == 3 else [{"url": url, "meta": {}}],
            "mentions": [
                {"_id": "u-bob", "username": "bob", "name": "Bob Example", "type": "user"}
            ],
            "channels": [{"_id": TEAM, "name": "team"}],
        }
        got = chat.get("chat.getMessage", msgId="chosenId1").json()["message"]
        assert {**message, "ts": times[0]}.items() <= got.items()

    def test_without_an_id_the_server_makes_one_of_seventeen_characters(self, chat: Caller):
        assert METEOR_ID.fullmatch(str(chat.sent(msg="hi")["_id"]))

    def test_a_message_without_text_has_an_empty_one(self, chat: Caller):
        assert chat.sent()["msg"] == ""

    def test_the_documentations_curl_example(self, fresh: Callable[..., Caller]):
        chat = fresh()
        reply = chat.session.post(
            f"{chat.url}/api/v1/chat.sendMessage",
            headers={
                "X-Auth-Token": "9HqLlyZOugoStsXCUfD_0YdwnNnunAJF8V47U3QHXSq",
                "X-User-Id": "aobEdbYhXfu5hkeqG",
                "Content-type": "application/json",
            },
            data='{"message": { "rid": "Xnb2kLD2Pnhdwe3RH", "msg": "This is a test!" }}',
            timeout=10,
        )
        message = reply.json()["message"]
        assert reply.json()["success"] is True
        assert message["u"] == {
            "_id": "aobEdbYhXfu5hkeqG",
            "username": "pimenta.bot",
            "name": "test",
        }
        assert {"rid", "msg", "ts", "u", "mentions", "channels", "_updatedAt", "_id"} <= set(
            message
        )

    def test_the_documentations_full_message_comes_back_whole(self, chat: Caller):
        given = FULL_EXAMPLE
        message = chat.sent(BOT, **json.loads(json.dumps(given)))
        assert given.items() <= message.items()

    def test_unknown_keys_in_a_message_and_in_an_attachment_are_kept(self, chat: Caller):
        attachments = [{"text": "a", "my_key": 1}]
        message = chat.sent(msg="x", mine=2, attachments=attachments)
        assert (message["mine"], message["attachments"]) == (2, attachments)

    def test_an_emoji_needs_no_permission(self, chat: Caller):
        assert chat.sent(msg="x", emoji=":smirk:")["emoji"] == ":smirk:"

    @pytest.mark.parametrize("key", ["alias", "avatar"])
    def test_another_name_or_picture_needs_a_permission(
        self, chat: Caller, server: LocalRocketChat, key: str
    ):
        value = "https://example.org/a.png"
        error = UNDEFINED[3] if server.age == 3 else "Not enough permission"
        assert_refused(chat.send(ALICE, msg="x", **{key: value}), 400, success=False, error=error)
        assert chat.sent(BOT, msg="x", **{key: value})[key] == value


FULL_EXAMPLE = {
    "rid": "Xnb2kLD2Pnhdwe3RH",
    "msg": "Sample message",
    "alias": "Gruggy",
    "emoji": ":smirk:",
    "avatar": "http://res.guggy.com/logo_128.png",
    "attachments": [
        {
            "color": "#ff0000",
            "text": "Yay for gruggy!",
            "ts": "2016-12-09T16:53:06.761Z",
            "thumb_url": "http://res.guggy.com/logo_128.png",
            "message_link": "https://google.com",
            "collapsed": False,
            "author_name": "Bradley Hilton",
            "author_link": "https://pimenta.chat/",
            "author_icon": "https://avatars.githubusercontent.com/u/850391?v=3",
            "title": "Attachment Example",
            "title_link": "https://youtube.com",
            "title_link_download": True,
            "image_url": "http://res.guggy.com/logo_128.png",
            "audio_url": "http://www.w3schools.com/tags/horse.mp3",
            "video_url": "http://www.w3schools.com/tags/movie.mp4",
            "fields": [
                {"short": True, "title": "Test", "value": "Testing out something or other"},
                {
                    "short": True,
                    "title": "Another Test",
                    "value": "[Link](https://google.com/) something and this and that.",
                },
            ],
        }
    ],
}


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
        text = "must have required property 'msgId'"
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


class TestClientTime:
    NOW = 1_700_000_000.0

    @pytest.fixture
    def frozen(self, fresh: Callable[..., Caller]) -> Caller:
        return fresh(clock=lambda: self.NOW)

    def test_within_ten_seconds_it_stays(self, frozen: Caller):
        assert frozen.sent(ts="2023-11-14T22:13:15.000Z")["ts"] == "2023-11-14T22:13:15.000Z"

    def test_within_a_minute_it_is_replaced(self, frozen: Caller):
        assert frozen.sent(ts="2023-11-14T22:12:40.000Z")["ts"] == "2023-11-14T22:13:20.000Z"

    def test_beyond_a_minute_it_is_refused(self, frozen: Caller):
        given = "2023-11-14T22:12:19.000Z"
        details = {
            "method": "sendMessage",
            "message_ts": given,
            "server_ts": round(self.NOW * 1000),
        }
        assert_refused(
            frozen.send(ts=given),
            400,
            success=False,
            error="Message timestamp is out of sync [error-message-ts-out-of-sync]",
            errorType="error-message-ts-out-of-sync",
            details=details,
        )


class TestRepeating:
    def test_a_known_id_is_not_stored_again(self, chat: Caller, server: LocalRocketChat):
        chat.sent(_id="twice", msg="first")
        reply = chat.send(_id="twice", msg="second")
        assert_refused(reply, 400, success=False, error=UNDEFINED[server.age])
        assert chat.get("chat.getMessage", msgId="twice").json()["message"]["msg"] == "first"

    def test_ids_are_known_across_rooms_and_users(self, chat: Caller, server: LocalRocketChat):
        chat.sent(ALICE, rid=STAFF, _id="elsewhere", msg="secret")
        reply = chat.send(BOB, rid=GENERAL, _id="elsewhere", msg="other")
        assert_refused(reply, 400, success=False, error=UNDEFINED[server.age])
        assert_refused(
            chat.get("chat.getMessage", BOB, msgId="elsewhere"),
            400,
            success=False,
            error="Not allowed [error-not-allowed]",
            errorType="error-not-allowed",
            details={"method": "getSingleMessage"},
        )

    def test_after_a_deletion_the_id_is_free(self, chat: Caller, server: LocalRocketChat):
        chat.sent(_id="phoenix", msg="first life")
        chat.post("chat.delete", {"roomId": GENERAL, "msgId": "phoenix"})
        assert chat.sent(_id="phoenix", msg="second life")["msg"] == "second life"
        assert server.world.trashed["phoenix"].document["msg"] == "first life"


class TestThreads:
    def test_a_reply_to_a_reply_joins_the_thread_in_the_threads_room(self, chat: Caller):
        first = chat.sent(rid=STAFF, msg="parent")
        reply = chat.sent(rid=GENERAL, msg="reply", tmid=first["_id"])
        nested = chat.sent(rid=GENERAL, msg="nested", tmid=reply["_id"], tshow=True)

        assert (reply["rid"], reply["tmid"]) == (STAFF, first["_id"])
        assert (nested["rid"], nested["tmid"], nested["tshow"]) == (STAFF, first["_id"], True)
        parent = chat.get("chat.getMessage", msgId=str(first["_id"])).json()["message"]
        assert (parent["tcount"], parent["replies"]) == (2, ["u-alice"])
        assert parent["tlm"] == nested["ts"]

    def test_the_room_may_be_left_out(self, chat: Caller):
        parent = chat.sent(rid=STAFF, msg="parent")
        reply = chat.post("chat.sendMessage", {"message": {"msg": "x", "tmid": parent["_id"]}})
        assert reply.json()["message"]["rid"] == STAFF


class TestPostMessage:
    def test_by_room_id(self, chat: Caller):
        reply = chat.post("chat.postMessage", {"roomId": GENERAL, "text": "  hi  "}).json()
        message = reply.pop("message")
        assert isinstance(reply.pop("ts"), int)
        assert reply == {"channel": GENERAL, "success": True}
        assert (message["msg"], message["groupable"]) == ("hi", False)
        assert METEOR_ID.fullmatch(message["_id"])

    @pytest.mark.parametrize(
        ("target", "room"),
        [("#general", GENERAL), ("general", GENERAL), ("@bob", DIRECT), ("u-bob", DIRECT)],
    )
    def test_by_channel(self, chat: Caller, target: str, room: str):
        reply = chat.post("chat.postMessage", {"channel": target, "text": "hi"}).json()
        assert (reply["message"]["rid"], reply["channel"]) == (room, target)

    def test_a_channel_is_joined(self, fresh: Callable[..., Caller]):
        chat = fresh()
        assert chat.get("channels.messages", BOB, roomId=TEAM).status_code == 403
        chat.post("chat.postMessage", {"channel": "#team", "text": "hi"}, BOB)
        assert chat.get("channels.messages", BOB, roomId=TEAM).json()["total"] == 1

    def test_an_unknown_channel(self, chat: Caller):
        reply = chat.post("chat.postMessage", {"channel": "#nowhere", "text": "hi"})
        body = {"error": "[invalid-channel]", "errorType": "invalid-channel"}
        assert_refused(reply, 400, success=False, **body)

    def test_several_rooms_answer_with_the_first_and_keep_what_was_sent(
        self, chat: Caller, server: LocalRocketChat
    ):
        body = {"roomId": [GENERAL, DIRECT], "text": "both"}
        assert chat.post("chat.postMessage", body).json()["message"]["rid"] == GENERAL
        assert server.world.messages_in(DIRECT)[-1].document["msg"] == "both"
        body = {"roomId": [GENERAL, "nowhere"], "text": "only one"}
        assert chat.post("chat.postMessage", body).status_code == 400
        assert server.world.messages_in(GENERAL)[-1].document["msg"] == "only one"

    @since_7
    @pytest.mark.parametrize(
        "extra",
        [
            {"channel": "#general"},
            {"username": "x"},
            {"icon_url": "https://a.org"},
            {"msg": "x"},
            {"tshow": True},
            {"_id": "x"},
        ],
    )
    def test_keys_of_sending_and_of_webhooks_are_refused(
        self, chat: Caller, extra: dict[str, object]
    ):
        reply = chat.post("chat.postMessage", {"roomId": GENERAL, "text": "x", **extra})
        assert (reply.status_code, reply.json()["errorType"]) == (400, "invalid-params")

    def test_texts_that_are_too_long(self, chat: Caller):
        long = "a" * 5001
        for body in ({"text": long}, {"attachments": [{"text": long}]}):
            reply = chat.post("chat.postMessage", {"roomId": GENERAL, **body})
            assert_refused(reply, 400, success=False, error="error-message-size-exceeded")


class TestOneMessage:
    def test_an_unknown_id_is_a_bare_failure(self, chat: Caller):
        assert_refused(chat.get("chat.getMessage", msgId="unknown"), 400, success=False)

    def test_editing(self, chat: Caller):
        sent = chat.sent(_id="edit1", msg="old")
        body = {"roomId": GENERAL, "msgId": "edit1", "text": "new"}
        edited = chat.post("chat.update", body).json()["message"]
        assert (edited["msg"], edited["ts"]) == ("new", sent["ts"])
        assert edited["editedBy"] == {"_id": "u-alice", "username": "alice"}
        assert ISO.fullmatch(edited["editedAt"])

    def test_editing_to_the_same_text_changes_nothing(self, chat: Caller):
        sent = chat.sent(_id="edit2", msg="same")
        body = {"roomId": GENERAL, "msgId": "edit2", "text": "same"}
        assert chat.post("chat.update", body).json() == {"message": sent, "success": True}

    def test_editing_or_deleting_what_another_wrote(self, chat: Caller):
        chat.sent(ALICE, _id="mine", msg="x")
        body = {"roomId": GENERAL, "msgId": "mine"}
        for path, more, method in (
            ("chat.update", {"text": "y"}, "updateMessage"),
            ("chat.delete", {}, "deleteMessage"),
        ):
            reply = chat.post(path, {**body, **more}, BOB).json()
            assert reply["errorType"] == "error-action-not-allowed"
            assert reply["details"]["method"] == method
        assert chat.get("chat.getMessage", msgId="mine").json()["message"]["msg"] == "x"

    def test_deleting(self, chat: Caller):
        chat.sent(_id="gone", msg="x")
        body = {"roomId": GENERAL, "msgId": "gone"}
        reply = chat.post("chat.delete", body).json()
        author = {"_id": "u-alice", "username": "alice", "name": "Alice Example"}
        assert reply.pop("ts").isdigit()
        assert reply == {
            "_id": "gone",
            "message": {"_id": "gone", "rid": GENERAL, "u": author},
            "success": True,
        }
        error = 'No message found with the id of "gone".'
        assert_refused(chat.post("chat.delete", body), 400, success=False, error=error)

    def test_the_room_must_be_the_messages(self, chat: Caller):
        chat.sent(_id="roomy", msg="x")
        body = {"roomId": TEAM, "msgId": "roomy"}
        error = "The room id provided does not match where the message is from."
        assert_refused(chat.post("chat.delete", body), 400, success=False, error=error)

    def test_reactions_are_set_taken_back_and_toggled(self, chat: Caller):
        chat.sent(_id="react", msg="x")

        def react(account: Account = ALICE, **body: object) -> object:
            reply = chat.post("chat.react", {"messageId": "react", **body}, account)
            assert reply.json() == {"success": True}
            message = chat.get("chat.getMessage", msgId="react").json()["message"]
            return message.get("reactions")

        alice, both = (
            {":tada:": {"usernames": ["alice"]}},
            {":tada:": {"usernames": ["alice", "bob"]}},
        )
        assert react(emoji="tada", shouldReact=True) == alice
        assert react(emoji=":tada:", shouldReact=True) == alice
        assert react(BOB, reaction="tada", shouldReact=True) == both
        assert react(BOB, emoji="tada") == alice
        assert react(emoji="tada", shouldReact=False) is None
        assert react(emoji="tada", shouldReact=False) is None
        assert react(emoji="tada") == alice

    def test_reacting_to_nothing(self, chat: Caller):
        reply = chat.post("chat.react", {"messageId": "nothing", "emoji": "tada"})
        assert reply.json()["errorType"] == "error-message-not-found"
