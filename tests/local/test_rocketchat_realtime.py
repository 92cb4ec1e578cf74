"""The local Rocket.Chat server's realtime interface, frame by frame."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import (
    ADMIN,
    ALICE,
    ARCHIVED,
    BOB,
    BOT,
    GENERAL,
    STAFF,
    TEAM,
    Account,
)
from support.ddp import CONNECT, Frames, connected, open_socket
from support.rocketchat_calls import Caller

STREAM = "stream-room-messages"
LOGGED_OUT = "You've been logged out by the server. Please log in again."


def meteor_error(code: str | int, reason: str, **more: object) -> dict[str, object]:
    text = f"{reason} [{code}]"
    error = {"isClientSafe": True, "error": code, "reason": reason, "message": text}
    return {**error, **more, "errorType": "Meteor.Error"}


@pytest.fixture
def raw(server: LocalRocketChat) -> Iterator[Frames]:
    with open_socket(server.url) as frames:
        assert frames.hear() == {"server_id": "0"}
        yield frames


@pytest.fixture
def nobody(server: LocalRocketChat) -> Iterator[Frames]:
    with connected(server.url, None) as frames:
        yield frames


@pytest.fixture
def alice(server: LocalRocketChat) -> Iterator[Frames]:
    with connected(server.url) as frames:
        yield frames


class TestConnecting:
    def test_a_session_begins(self, raw: Frames):
        frame = raw.ask(**CONNECT)
        assert (frame.keys(), frame["msg"]) == ({"msg", "session"}, "connected")

    @pytest.mark.parametrize(
        ("version", "support"), [("2", ["2"]), ("pre1", ["1", "pre1"]), ("1", []), (None, None)]
    )
    def test_another_version_is_refused(self, raw: Frames, version: object, support: object):
        assert raw.ask(msg="connect", version=version, support=support) == {
            "msg": "failed",
            "version": "1",
        }
        with pytest.raises(ConnectionClosedOK):
            raw.hear()

    @pytest.mark.parametrize("kind", ["method", "sub", "ping", "pong"])
    def test_first_of_all(self, raw: Frames, kind: str):
        frame = {"msg": kind, "id": "1"}
        complaint = {"msg": "error", "reason": "Must connect first", "offendingMessage": frame}
        assert raw.ask(**frame) == complaint
        assert raw.ask(**CONNECT)["msg"] == "connected"

    def test_only_once(self, nobody: Frames):
        assert nobody.ask(**CONNECT)["reason"] == "Already connected"

    @pytest.mark.parametrize(
        "text", ["no json", "[1]", "1", "null", '"x"', "", pytest.param("[" * 9999, id="deep")]
    )
    def test_what_is_no_object_of_json_is_complained_about(self, nobody: Frames, text: str):
        nobody.socket.send(text)
        assert nobody.hear() == {"msg": "error", "reason": "Bad request"}
        assert nobody.ask(msg="ping") == {"msg": "pong"}

    @pytest.mark.parametrize("frame", [{}, {"msg": ""}, {"msg": "unheard-of"}])
    def test_what_says_nothing_known_is_complained_about(
        self, nobody: Frames, frame: dict[str, str]
    ):
        complaint = {"msg": "error", "reason": "Bad request", "offendingMessage": frame}
        assert nobody.ask(**frame) == complaint

    def test_a_ping_is_answered_with_its_id(self, nobody: Frames):
        assert nobody.ask(msg="ping", id="p1") == {"msg": "pong", "id": "p1"}
        assert nobody.ask(msg="ping") == {"msg": "pong"}

    def test_there_is_one_socket(self, server: LocalRocketChat):
        url = server.url.replace("http", "ws", 1) + "/elsewhere"
        with pytest.raises(InvalidStatus), connect(url, proxy=None):
            pass


class TestHeartbeat:
    def test_a_client_that_answers_stays(self, fresh: Callable[..., Caller]):
        chat = fresh(ping_interval=0.05, ping_deadline=5.0)
        with connected(chat.url, None) as frames:
            for _ in range(3):
                assert frames.hear() == {"msg": "ping"}
                frames.say(msg="pong")

    def test_a_client_that_says_nothing_is_dropped(self, fresh: Callable[..., Caller]):
        chat = fresh(ping_interval=0.05, ping_deadline=0.05)
        with connected(chat.url, None) as frames:
            assert frames.hear() == {"msg": "ping"}
            with pytest.raises(ConnectionClosedOK) as caught:
                frames.hear()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1000


class TestLoggingIn:
    def test_with_a_token(self, nobody: Frames):
        updated, result = nobody.call("login", {"resume": ALICE.token})
        assert updated == {"msg": "updated", "methods": ["m1"]}
        told = result["result"]
        assert isinstance(told, dict)
        assert (told["id"], told["token"], told["type"]) == ("u-alice", ALICE.token, "resume")
        assert told["tokenExpires"].keys() == {"$date"}

    @pytest.mark.parametrize("user", [{"username": "bob"}, {"email": "bob@example.org"}])
    @pytest.mark.parametrize("digested", [True, False])
    def test_with_a_password(
        self, nobody: Frames, chat: Caller, user: dict[str, str], digested: bool
    ):
        digest = hashlib.sha256(BOB.password.encode()).hexdigest()
        password = {"digest": digest, "algorithm": "sha-256"} if digested else BOB.password
        told = nobody.result("login", {"user": user, "password": password})
        assert isinstance(told, dict)
        assert told["type"] == "password"
        account = Account("u-bob", "bob", "", told["token"], "")
        assert chat.get("me", account).json()["username"] == "bob"

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({"resume": "wrong"}, LOGGED_OUT),
            ({"user": {"username": "bob"}, "password": "wrong"}, "Incorrect password"),
            ({"user": {"username": "nobody"}, "password": "x"}, "User not found"),
            ({}, "User not found"),
        ],
    )
    def test_refused(self, nobody: Frames, given: dict[str, object], reason: str):
        assert nobody.error("login", given) == meteor_error(403, reason)

    def test_logging_out_ends_the_token(self, nobody: Frames, chat: Caller):
        told = nobody.result("login", {"user": {"username": "bob"}, "password": BOB.password})
        assert isinstance(told, dict)
        assert "result" not in nobody.call("logout")[-1]
        account = Account("u-bob", "bob", "", told["token"], "")
        assert chat.get("me", account).status_code == 401
        assert nobody.error("getRoomIdByNameOrId", "general")["error"] == "error-invalid-user"

    def test_a_token_that_is_revoked_ends_the_connection(self, nobody: Frames, chat: Caller):
        told = nobody.result("login", {"user": {"username": "bob"}, "password": BOB.password})
        assert isinstance(told, dict)
        chat.post("logout", {}, Account("u-bob", "bob", "", told["token"], ""))
        with pytest.raises(ConnectionClosedOK):
            nobody.hear()


class TestMethods:
    def test_unknown(self, alice: Frames):
        result, updated = alice.call("unheardOf")[0], alice.hear()
        error = meteor_error(404, "Method 'unheardOf' not found")
        assert result == {"msg": "result", "id": "m2", "error": error}
        assert updated == {"msg": "updated", "methods": ["m2"]}

    @pytest.mark.parametrize(
        "frame",
        [
            {"msg": "method", "id": 5, "method": "logout"},
            {"msg": "method", "id": "5"},
            {"msg": "method", "id": "5", "method": "logout", "params": "none"},
        ],
    )
    def test_malformed(self, alice: Frames, frame: dict[str, object]):
        complaint = {"msg": "error", "reason": "Malformed method invocation"}
        assert alice.ask(**frame) == {**complaint, "offendingMessage": frame}

    def test_a_message_is_sent(self, alice: Frames, chat: Caller):
        sent = alice.result("sendMessage", {"_id": "over-ddp", "rid": TEAM, "msg": "hi"})
        assert isinstance(sent, dict)
        assert (sent["_id"], sent["u"]["username"]) == ("over-ddp", "alice")
        assert {key: sent[key].keys() for key in ("ts", "_updatedAt")} == {
            "ts": {"$date"},
            "_updatedAt": {"$date"},
        }
        assert chat.get("chat.getMessage", msgId="over-ddp").json()["message"]["msg"] == "hi"
        chat.post("chat.delete", {"roomId": TEAM, "msgId": "over-ddp"})

    def test_a_message_that_is_there_already_has_no_result(self, alice: Frames, chat: Caller):
        message = {"_id": "repeated", "rid": TEAM, "msg": "hi"}
        assert "result" in alice.call("sendMessage", message)[-1]
        assert alice.call("sendMessage", message) == [
            {"msg": "updated", "methods": ["m3"]},
            {"msg": "result", "id": "m3"},
        ]
        chat.post("chat.delete", {"roomId": TEAM, "msgId": "repeated"})

    @pytest.mark.parametrize("name", ["alias", "avatar", "emoji", "attachments", "blocks"])
    def test_rich_messages_go_over_rest_alone(self, alice: Frames, name: str):
        message = {"rid": TEAM, "msg": "hi", name: "x"}
        assert alice.error("sendMessage", message) == meteor_error(400, "Match failed")

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ({"rid": "unknown", "msg": "x"}, 500),
            ({"rid": STAFF, "msg": "x"}, "error-not-allowed"),
            ({"rid": TEAM, "msg": "x" * 5001}, "error-message-size-exceeded"),
            ({"rid": TEAM, "msg": 5}, 400),
        ],
    )
    def test_refused(self, server: LocalRocketChat, message: dict[str, object], code: object):
        with connected(server.url, BOB) as bob:
            assert bob.error("sendMessage", message)["error"] == code

    def test_nobody_may(self, nobody: Frames):
        error = nobody.error("sendMessage", {"rid": TEAM, "msg": "x"})
        details = {"method": "sendMessage"}
        assert error == meteor_error("error-invalid-user", "Invalid user", details=details)

    def test_rooms_are_found(self, alice: Frames):
        assert alice.result("getRoomIdByNameOrId", "team") == TEAM
        assert alice.result("getRoomIdByNameOrId", TEAM) == TEAM
        assert alice.result("getRoomNameById", TEAM) == "team"
        assert alice.error("getRoomIdByNameOrId", "unknown")["error"] == "error-not-allowed"

    def test_rooms_of_the_caller(self, alice: Frames):
        rooms = alice.result("rooms/get")
        assert isinstance(rooms, list)
        assert TEAM in [room["_id"] for room in rooms]
        assert alice.result("rooms/get", {"$date": 0}) == {"update": rooms, "remove": []}

    def test_a_history_before_a_moment(self, alice: Frames):
        page = alice.result("loadHistory", GENERAL, None, 2)
        assert isinstance(page, dict)
        newest, second = page["messages"]
        assert newest["ts"]["$date"] > second["ts"]["$date"]
        older = alice.result("loadHistory", GENERAL, newest["ts"], 1, newest["ts"])
        assert isinstance(older, dict)
        assert [message["_id"] for message in older["messages"]] == [second["_id"]]
        assert alice.error("loadHistory", "unknown")["error"] == "error-invalid-room"

    def test_a_message_is_edited_reacted_to_and_deleted(self, alice: Frames, chat: Caller):
        sent = chat.sent(rid=TEAM, msg="first")
        where = {"_id": sent["_id"], "rid": TEAM}
        assert "error" not in alice.call("updateMessage", {**where, "msg": "second"})[-1]
        assert "error" not in alice.call("setReaction", ":smile:", sent["_id"])[-1]
        found = alice.result("getSingleMessage", sent["_id"])
        assert isinstance(found, dict)
        assert (found["msg"], found["reactions"]) == (
            "second",
            {":smile:": {"usernames": ["alice"]}},
        )
        assert found["editedAt"].keys() == {"$date"}
        assert "error" not in alice.call("deleteMessage", {"_id": sent["_id"]})[-1]
        assert "result" not in alice.call("getSingleMessage", sent["_id"])[-1]

    def test_a_direct_room_is_made(self, alice: Frames):
        room = alice.result("createDirectMessage", "admin")
        assert isinstance(room, dict)
        assert (room["rid"], room["t"]) == ("u-adminu-alice", "d")

    def test_calls_are_counted(self, fresh: Callable[..., Caller]):
        chat = fresh(rate_limit=True, clock=lambda: 1_700_000_000.0)
        with connected(chat.url) as alice:
            for _ in range(5):
                alice.result("sendMessage", {"rid": TEAM, "msg": "x"})
            error = alice.error("sendMessage", {"rid": TEAM, "msg": "x"})
            assert (error["error"], error["details"]) == (
                "too-many-requests",
                {"timeToReset": 1000},
            )
            for _ in range(10):
                alice.result("rooms/get")
            assert alice.error("rooms/get")["details"] == {"timeToReset": 10_000}


class TestSubscribing:
    @pytest.mark.parametrize(
        "options", [False, {"useCollection": False, "args": []}, {"useCollection": False}, {}]
    )
    def test_ready(self, alice: Frames, options: object):
        frame = alice.ask(msg="sub", id="s1", name=STREAM, params=[TEAM, options])
        assert frame == {"msg": "ready", "subs": ["s1"]}

    @pytest.mark.parametrize("options", [True, {"useCollection": True, "args": []}])
    def test_with_a_collection_added_comes_first(self, alice: Frames, options: object):
        added = alice.ask(msg="sub", id="s1", name=STREAM, params=[TEAM, options])
        assert added == {
            "msg": "added",
            "collection": STREAM,
            "id": "id",
            "fields": {"eventName": TEAM},
        }
        assert alice.hear() == {"msg": "ready", "subs": ["s1"]}

    @pytest.mark.parametrize("params", [[TEAM], [], [5, False], [TEAM, "no"]])
    def test_arguments_of_another_type(self, alice: Frames, params: list[object]):
        error = meteor_error(400, "Match failed")
        frame = alice.ask(msg="sub", id="s1", name=STREAM, params=params)
        assert frame == {"msg": "nosub", "id": "s1", "error": error}

    def test_an_unknown_stream(self, alice: Frames):
        error = meteor_error(404, "Subscription 'unheard-of' not found")
        frame = alice.ask(msg="sub", id="s1", name="unheard-of", params=[])
        assert frame == {"msg": "nosub", "id": "s1", "error": error}

    @pytest.mark.parametrize("room_id", ["", "unknown", STAFF])
    def test_a_room_that_may_not_be_read_gets_no_reason(
        self, server: LocalRocketChat, room_id: str
    ):
        with connected(server.url, BOB) as bob:
            frame = bob.ask(msg="sub", id="s1", name=STREAM, params=[room_id, False])
            assert frame == {"msg": "nosub", "id": "s1"}

    def test_an_id_in_use_gets_no_answer(self, alice: Frames):
        alice.subscribe()
        alice.say(msg="sub", id="s1", name=STREAM, params=[GENERAL, False])
        assert alice.until_pong() == []

    def test_ending_one(self, alice: Frames, chat: Caller):
        alice.subscribe()
        for sub_id in ("s1", "never"):
            assert alice.ask(msg="unsub", id=sub_id) == {"msg": "nosub", "id": sub_id}
        chat.sent(rid=TEAM, msg="unheard")
        assert alice.until_pong() == []
        alice.subscribe()

    def test_malformed(self, alice: Frames):
        frame = {"msg": "sub", "id": 5, "name": STREAM}
        complaint = {"msg": "error", "reason": "Malformed subscription"}
        assert alice.ask(**frame) == {**complaint, "offendingMessage": frame}

    def test_logging_in_runs_them_again(self, alice: Frames):
        for number in (1, 2):
            alice.subscribe(sub_id=f"s{number}")
        again, updated, result = alice.call("login", {"resume": ALICE.token})
        assert again == {"msg": "ready", "subs": ["s1", "s2"]}
        assert (updated["msg"], result["msg"]) == ("updated", "result")

    def test_logging_out_ends_what_nobody_may_read(self, server: LocalRocketChat):
        with connected(server.url, None) as frames:
            frames.result("login", {"user": {"username": "bob"}, "password": BOB.password})
            frames.subscribe(GENERAL)
            assert frames.call("logout")[0] == {"msg": "nosub", "id": "s1"}


class TestEvents:
    def test_a_message_from_somebody_else(self, alice: Frames, chat: Caller):
        alice.subscribe()
        sent = chat.sent(BOT, rid=TEAM, msg="beep")
        frame = alice.hear()
        document = frame["fields"]["args"][0]
        assert frame == {
            "msg": "changed",
            "collection": STREAM,
            "id": "id",
            "fields": {"eventName": TEAM, "args": [document]},
        }
        assert (document["_id"], document["rid"], document["msg"]) == (sent["_id"], TEAM, "beep")
        assert document["u"] == sent["u"]
        assert {type(document[key]["$date"]) for key in ("ts", "_updatedAt")} == {int}

    def test_the_echo_of_ones_own_comes_before_the_result(self, alice: Frames):
        alice.subscribe()
        frames = alice.call("sendMessage", {"rid": TEAM, "msg": "mine"})
        assert [frame["msg"] for frame in frames] == ["changed", "updated", "result"]

    def test_every_subscription_gets_a_copy(self, alice: Frames, chat: Caller):
        for number in range(3):
            alice.subscribe(sub_id=f"s{number}")
        chat.sent(rid=TEAM, msg="thrice")
        frames = alice.until_pong()
        assert len(frames) == 3
        assert frames[0] == frames[1] == frames[2]

    def test_other_rooms_are_not_heard(self, alice: Frames, chat: Caller):
        alice.subscribe()
        chat.sent(rid=GENERAL, msg="elsewhere")
        assert alice.until_pong() == []

    def test_all_my_rooms(self, server: LocalRocketChat, chat: Caller):
        with connected(server.url, BOB) as bob:
            bob.subscribe("__my_messages__")
            for room_id in (GENERAL, TEAM, STAFF):
                chat.sent(rid=room_id, msg=room_id)
            heard = [frame["fields"] for frame in bob.until_pong()]
        assert [fields["eventName"] for fields in heard] == ["__my_messages__"] * 2
        assert [fields["args"][1] for fields in heard] == [
            {"roomParticipant": True, "roomType": "c", "roomName": "general"},
            {"roomParticipant": False, "roomType": "c", "roomName": "team"},
        ]

    def test_every_change_sends_the_whole_message_again(
        self, alice: Frames, chat: Caller, server: LocalRocketChat
    ):
        message_id = chat.sent(rid=TEAM, msg="see https://example.org/")["_id"]
        alice.subscribe()
        chat.post(
            "chat.update", {"roomId": TEAM, "msgId": message_id, "text": "https://a.example/"}
        )
        chat.post("chat.react", {"messageId": message_id, "emoji": "smile", "shouldReact": True})
        chat.sent(rid=TEAM, msg="reply", tmid=message_id)
        server.world.preview(message_id, {"pageTitle": "A"})
        frames = [frame["fields"]["args"][0] for frame in alice.until_pong()]
        edited, reacted, reply, counted, previewed = frames
        assert reply["tmid"] == message_id
        assert {frame["_id"] for frame in (edited, reacted, counted, previewed)} == {message_id}
        assert edited["editedAt"].keys() == {"$date"}
        assert reacted["reactions"] == {":smile:": {"usernames": ["alice"]}}
        assert (counted["tcount"], counted["tlm"].keys()) == (1, {"$date"})
        assert previewed["urls"][0]["meta"] == {"pageTitle": "A"}

    def test_a_deleted_message(self, alice: Frames, chat: Caller):
        message_id = chat.sent(rid=TEAM, msg="gone soon")["_id"]
        alice.subscribe()
        alice.subscribe(f"{TEAM}/deleteMessage", "stream-notify-room", "s2")
        chat.post("chat.delete", {"roomId": TEAM, "msgId": message_id})
        assert alice.until_pong() == [
            {
                "msg": "changed",
                "collection": "stream-notify-room",
                "id": "id",
                "fields": {"eventName": f"{TEAM}/deleteMessage", "args": [{"_id": message_id}]},
            }
        ]

    def test_typing_is_told_to_the_others(self, alice: Frames, server: LocalRocketChat):
        with connected(server.url, BOT) as bot:
            for frames in (alice, bot):
                frames.subscribe(f"{TEAM}/typing", "stream-notify-room")
            for name in ("alice", "somebody else"):
                typing = [f"{TEAM}/typing", name, True]
                alice.call("stream-notify-room", *typing)
            told = [frame["fields"]["args"] for frame in bot.until_pong()]
            assert told == [["alice", True]]
            assert alice.until_pong() == []

    def test_only_ones_own_notifications(self, alice: Frames):
        alice.subscribe("u-alice/rooms-changed", "stream-notify-user")
        params = ["u-bob/rooms-changed", False]
        frame = alice.ask(msg="sub", id="s2", name="stream-notify-user", params=params)
        assert frame == {"msg": "nosub", "id": "s2"}

    def test_a_change_from_another_thread(self, alice: Frames, server: LocalRocketChat):
        alice.subscribe(ARCHIVED)
        with server.world.lock:
            server.world.insert({"rid": ARCHIVED, "msg": "from the test", "ts": server.world.now()})
        assert alice.hear()["fields"]["args"][0]["msg"] == "from the test"

    def test_what_a_test_says_itself(self, alice: Frames, server: LocalRocketChat):
        alice.subscribe(ARCHIVED)
        said = server.say(ARCHIVED, "u-bob", "see https://example.org/", "2")
        heard = [frame["fields"]["args"][0] for frame in alice.until_pong()]
        assert [message["_id"] for message in heard] == [message["_id"] for message in said]
        assert (heard[0]["u"]["username"], heard[0]["urls"][0]["url"]) == (
            "bob",
            "https://example.org/",
        )
        with pytest.raises(LookupError):
            server.say("unknown", "u-bob", "x")

    def test_half_of_a_surrogate_pair(self, alice: Frames, chat: Caller):
        alice.subscribe()
        body = json.dumps({"message": {"rid": TEAM, "msg": "\ud83d"}})
        headers = {"Content-Type": "application/json"}
        chat.request("POST", "chat.sendMessage", ADMIN, data=body, headers=headers)
        assert alice.hear()["fields"]["args"][0]["msg"] == "?"
