"""The local Rocket.Chat server: pins, stars, threads, search and receipts."""

from __future__ import annotations

import pytest

from backchannel.local.rocketchat.seed import ADMIN, ALICE, BOB, BOT, GENERAL, STAFF, TEAM
from support.rocketchat_calls import Caller, assert_refused


def message(chat: Caller, message_id: object, account=ALICE) -> dict[str, object]:
    return chat.get("chat.getMessage", account, msgId=message_id).json()["message"]


class TestPins:
    def test_pinning_tells_the_room(self, chat: Caller):
        sent = chat.sent(rid=TEAM, msg="important")
        told = chat.post("chat.pinMessage", {"messageId": sent["_id"]}).json()["message"]
        assert (told["t"], told["attachments"][0]["text"]) == ("message_pinned", "important")
        pinned = message(chat, sent["_id"])
        assert (pinned["pinned"], pinned["pinnedBy"]["username"]) == (True, "alice")
        listed = chat.get("chat.getPinnedMessages", roomId=TEAM).json()["messages"]
        assert sent["_id"] in [found["_id"] for found in listed]

    def test_unpinning(self, chat: Caller):
        sent = chat.sent(rid=TEAM, msg="not so important")
        chat.post("chat.pinMessage", {"messageId": sent["_id"]})
        assert chat.post("chat.unPinMessage", {"messageId": sent["_id"]}).json() == {
            "success": True
        }
        assert message(chat, sent["_id"])["pinned"] is False

    def test_members_without_the_permission_may_not(self, chat: Caller):
        sent = chat.sent(rid=TEAM, msg="x")
        reply = chat.post("chat.pinMessage", {"messageId": sent["_id"]}, BOT)
        assert (reply.status_code, reply.json()["errorType"]) == (400, "not-authorized")

    @pytest.mark.parametrize("route", ["pinMessage", "unPinMessage", "starMessage"])
    def test_an_unknown_message(self, chat: Caller, route: str):
        text = 'The provided "messageId" does not match any existing message.'
        code = "error-message-not-found"
        reply = chat.post(f"chat.{route}", {"messageId": "unknown"})
        assert_refused(reply, 400, success=False, error=f"{text} [{code}]", errorType=code)


class TestStars:
    def test_are_seen_by_who_gave_them(self, chat: Caller):
        sent = chat.sent(rid=GENERAL, msg="nice")
        for account in (ALICE, BOB):
            reply = chat.post("chat.starMessage", {"messageId": sent["_id"]}, account)
            assert reply.json() == {"success": True}
        assert message(chat, sent["_id"])["starred"] == [{"_id": "u-alice"}]
        assert message(chat, sent["_id"], BOB)["starred"] == [{"_id": "u-bob"}]
        listed = chat.get("chat.getStarredMessages", roomId=GENERAL).json()
        assert sent["_id"] in [found["_id"] for found in listed["messages"]]
        chat.post("chat.unStarMessage", {"messageId": sent["_id"]})
        assert message(chat, sent["_id"])["starred"] == []


class TestThreads:
    def test_replies_are_listed_oldest_first(self, chat: Caller):
        first = chat.sent(rid=TEAM, msg="question")["_id"]
        for text in ("one", "two", "three"):
            chat.sent(rid=TEAM, msg=text, tmid=first)
        page = chat.get("chat.getThreadMessages", tmid=first, count="2").json()
        assert [reply["msg"] for reply in page["messages"]] == ["one", "two"]
        assert (page["count"], page["offset"], page["total"]) == (2, 0, 3)
        threads = chat.get("chat.getThreadsList", rid=TEAM).json()["threads"]
        assert (threads[0]["_id"], threads[0]["tcount"]) == (first, 3)

    def test_are_followed(self, chat: Caller):
        first = chat.sent(rid=TEAM, msg="question")["_id"]
        chat.sent(rid=TEAM, msg="answer", tmid=first)

        def followed() -> list[str]:
            query = {"rid": TEAM, "type": "following"}
            found = chat.get("chat.getThreadsList", BOT, **query).json()["threads"]
            return [thread["_id"] for thread in found]

        assert first not in followed()
        assert chat.post("chat.followMessage", {"mid": first}, BOT).json() == {"success": True}
        assert first in followed()
        chat.post("chat.unfollowMessage", {"mid": first}, BOT)
        assert first not in followed()

    def test_an_unknown_thread(self, chat: Caller):
        reply = chat.get("chat.getThreadMessages", tmid="unknown")
        assert reply.json()["errorType"] == "error-invalid-message"


class TestSearch:
    def test_by_text_and_by_pattern(self, chat: Caller):
        for text in ("the needle", "hay", "The NEEDLES"):
            chat.sent(rid=TEAM, msg=text)
        for asked in ("needle", "/need.es?/"):
            reply = chat.get("chat.search", roomId=TEAM, searchText=asked).json()
            assert "The NEEDLES" in [found["msg"] for found in reply["messages"]]
        one = chat.get("chat.search", roomId=TEAM, searchText="needle", count="1").json()
        assert len(one["messages"]) == 1

    def test_without_access_it_stumbles(self, chat: Caller):
        reply = chat.get("chat.search", BOB, roomId=STAFF, searchText="x")
        error = "Cannot read properties of undefined (reading 'docs')"
        assert_refused(reply, 400, success=False, error=error)

    def test_deleted_messages(self, chat: Caller):
        sent = chat.sent(rid=TEAM, msg="gone soon")["_id"]
        chat.post("chat.delete", {"roomId": TEAM, "msgId": sent})
        query = {"roomId": TEAM, "since": "2020-01-01T00:00:00.000Z"}
        found = chat.get("chat.getDeletedMessages", **query).json()["messages"]
        assert {"_id": sent} in found


class TestReceipts:
    def test_who_has_read_a_message(self, chat: Caller):
        sent = chat.sent(rid=STAFF, msg="read me")["_id"]
        assert chat.post("subscriptions.read", {"rid": STAFF}, ADMIN).json() == {"success": True}
        receipts = chat.get("chat.getMessageReadReceipts", messageId=sent).json()["receipts"]
        assert {receipt["userId"] for receipt in receipts} == {"u-alice", "u-admin"}

    def test_need_a_license(self, chat: Caller, server):
        server.world.settings["Message_Read_Receipt_Enabled"] = False
        try:
            reply = chat.get("chat.getMessageReadReceipts", messageId="x")
        finally:
            server.world.settings["Message_Read_Receipt_Enabled"] = True
        assert reply.json()["errorType"] == "error-action-not-allowed"
