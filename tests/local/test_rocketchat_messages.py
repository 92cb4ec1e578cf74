"""The local Rocket.Chat server, row by row of what real servers answer: posting, editing, deleting."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import (
    ALICE,
    BOB,
    DIRECT,
    GENERAL,
    TEAM,
    Account,
)
from support.rocketchat_calls import ISO, METEOR_ID, Caller, assert_refused

since_7 = pytest.mark.parametrize("server", [7, 8], indirect=True, ids="age{}".format)


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
