"""The local Rocket.Chat server: files are uploaded, posted and downloaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from backchannel.local.rocketchat import LocalRocketChat, seed
from backchannel.local.rocketchat.seed import ALICE, BOB, STAFF, TEAM, Account
from support.rocketchat_calls import Caller, assert_refused

PICTURE = b"\x89PNG\r\n\x1a\n--not a border\r\n\x00\xff"


def upload(
    chat: Caller, route: str = "rooms.media", rid: str = STAFF, account=ALICE, **form: object
):
    files = form.pop("files", {"file": ("a picture.png", PICTURE, "image/png")})
    return chat.request("POST", f"{route}/{rid}", account, files=files, data=form)


@pytest.fixture
def chat(fresh: Callable[..., Caller]) -> Caller:
    return fresh()


@pytest.fixture(scope="module", params=[3, 7])
def older(request: pytest.FixtureRequest) -> Iterator[LocalRocketChat]:
    with LocalRocketChat(age=request.param) as server:
        yield server


class TestTwoSteps:
    def test_names_are_in_utf_8_as_browsers_write_them(self, chat: Caller):
        body = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="na\xc3\xafve.txt"\r\n'
            b"Content-Type: text/plain\r\n\r\nhi\r\n--x--\r\n"
        )
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        reply = chat.request("POST", f"rooms.media/{STAFF}", data=body, headers=headers)
        assert reply.json()["file"]["url"].endswith("/na%C3%AFve.txt")

    def test_nothing_is_posted_before_the_second(self, chat: Caller):
        def texts() -> list[str]:
            history = chat.get("groups.history", roomId=STAFF).json()
            return [message["msg"] for message in history["messages"]]

        before = texts()
        kept = upload(chat).json()["file"]
        assert kept["url"] == f"/file-upload/{kept['_id']}/a%20picture.png"
        assert texts() == before
        body = {"msg": "look", "description": "a picture"}
        reply = chat.post(f"rooms.mediaConfirm/{STAFF}/{kept['_id']}", body)
        message = reply.json()["message"]
        (attachment,) = message["attachments"]
        assert (message["msg"], message["file"]["name"]) == ("look", "a picture.png")
        assert (attachment["title_link"], attachment["image_size"]) == (kept["url"], len(PICTURE))
        assert attachment["description"] == "a picture"
        assert texts() == ["look", *before]

    def test_the_second_twice_posts_twice(self, chat: Caller):
        route = f"rooms.mediaConfirm/{STAFF}/{upload(chat).json()['file']['_id']}"
        ids = {chat.post(route, {}).json()["message"]["_id"] for _ in range(2)}
        assert len(ids) == 2

    def test_into_a_thread(self, chat: Caller):
        first = chat.sent(rid=STAFF, msg="see below")["_id"]
        route = f"rooms.mediaConfirm/{STAFF}/{upload(chat).json()['file']['_id']}"
        assert chat.post(route, {"tmid": first}).json()["message"]["tmid"] == first

    def test_files_of_nobody_or_somebody_else(self, chat: Caller):
        mine = upload(chat, rid=TEAM).json()["file"]["_id"]
        for file_id, account in (("unknown", ALICE), (mine, BOB)):
            reply = chat.post(f"rooms.mediaConfirm/{TEAM}/{file_id}", {}, account)
            body = {"error": "[invalid-file]", "errorType": "invalid-file"}
            assert_refused(reply, 400, success=False, **body)

    def test_a_message_is_deleted_by_its_file(self, chat: Caller):
        file_id = upload(chat).json()["file"]["_id"]
        message = chat.post(f"rooms.mediaConfirm/{STAFF}/{file_id}", {}).json()["message"]
        assert chat.post("chat.delete", {"fileId": file_id}).json()["_id"] == message["_id"]
        assert chat.post("chat.delete", {"fileId": file_id}).status_code == 400


class TestOneStep:
    def test_posts_at_once(self, older: LocalRocketChat, session):
        chat = Caller(older.url, session)
        message = upload(chat, "rooms.upload", msg="look").json()["message"]
        assert (message["msg"], message["file"]["type"]) == ("look", "image/png")
        link = message["attachments"][0]["image_url"]
        headers = {"X-Auth-Token": ALICE.token, "X-User-Id": ALICE.user_id}
        assert session.get(older.url + link, headers=headers, timeout=10).content == PICTURE

    def test_is_gone_since_8(self, chat: Caller):
        assert_refused(upload(chat, "rooms.upload"), 404, success=False, error="Resource not found")

    def test_is_all_the_3_line_has(self, fresh: Callable[..., Caller]):
        assert upload(fresh(age=3)).status_code == 404


class TestRefused:
    def test_too_large(self, fresh: Callable[..., Caller]):
        world = seed()
        world.settings["FileUpload_MaxFileSize"] = len(PICTURE) - 1
        reply = upload(fresh(world=world))
        assert (reply.status_code, reply.json()["errorType"]) == (400, "error-file-too-large")
        world.settings["FileUpload_MaxFileSize"] = -1
        assert upload(fresh(world=world)).status_code == 200

    @pytest.mark.parametrize(
        ("files", "code"),
        [
            ({"picture": ("a.png", b"x", "image/png")}, "invalid-field"),
            ({"file": ("a.svg", b"x", "image/svg+xml")}, "error-invalid-file-type"),
        ],
    )
    def test_wrong_files(self, chat: Caller, files: dict[str, object], code: str):
        reply = upload(chat, files=files)
        assert (reply.status_code, reply.json()["errorType"]) == (400, code)

    def test_no_file(self, chat: Caller):
        reply = chat.post(f"rooms.media/{STAFF}", {})
        assert reply.json()["errorType"] == "error-no-file"

    @pytest.mark.parametrize("rid", [STAFF, "unknown"])
    def test_a_room_that_is_not_the_callers(self, chat: Caller, rid: str):
        reply = upload(chat, rid=rid, account=BOB)
        assert_refused(reply, 403, success=False, error="unauthorized")


class TestDownload:
    def fetch(self, chat: Caller, link: str, account: Account | None, **arguments: object):
        headers = {"X-Auth-Token": account.token, "X-User-Id": account.user_id} if account else {}
        return chat.session.get(chat.url + link, headers=headers, timeout=10, **arguments)

    def test_gives_the_very_bytes(self, chat: Caller):
        reply = self.fetch(chat, upload(chat).json()["file"]["url"], ALICE)
        assert (reply.content, reply.headers["content-type"]) == (PICTURE, "image/png")
        assert (
            reply.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20picture.png"
        )

    def test_by_cookie_or_query(self, chat: Caller):
        link = upload(chat).json()["file"]["url"]
        known = {"rc_uid": ALICE.user_id, "rc_token": ALICE.token}
        for arguments in ({"cookies": known}, {"params": known}):
            assert self.fetch(chat, link, None, **arguments).status_code == 200

    def test_for_who_may_see_the_room(self, chat: Caller):
        link = upload(chat).json()["file"]["url"]
        assert [self.fetch(chat, link, account).status_code for account in (None, BOB)] == [
            403,
            403,
        ]
        assert self.fetch(chat, "/file-upload/unknown/a.png", ALICE).status_code == 404
