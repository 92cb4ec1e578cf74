"""The local Rocket.Chat server, row by row of what real servers answer: sending."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import (
    ALICE,
    BOB,
    BOT,
    GENERAL,
    STAFF,
    TEAM,
)
from support.rocketchat_calls import ISO, METEOR_ID, Caller, assert_refused

UNDEFINED = {
    3: "Cannot read property 'starred' of undefined",
    7: "Cannot read properties of undefined (reading 'starred')",
    8: "Cannot read properties of undefined (reading 'starred')",
}
since_7 = pytest.mark.parametrize("server", [7, 8], indirect=True, ids="age{}".format)


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
