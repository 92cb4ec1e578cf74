"""Muting on the local server: who may, and what it does."""

from __future__ import annotations

import httpx
import pytest

from backchannel.local import LocalRocketChat
from backchannel.local.rocketchat.seed import ADMIN, ALICE, BOB, DIRECT, GENERAL, TEAM, Account


def post(server: LocalRocketChat, account: Account, name: str, **body: object) -> httpx.Response:
    headers = {"X-User-Id": account.user_id, "X-Auth-Token": account.token}
    return httpx.post(f"{server.url}/api/v1/{name}", json=body, headers=headers)


@pytest.fixture
def server():
    with LocalRocketChat() as server:
        yield server


def test_who_is_muted_cannot_write_until_unmuted(server):
    for _ in range(2):
        muted = post(server, ADMIN, "rooms.muteUser", roomId=GENERAL, username="bob")
        assert (muted.status_code, muted.json()) == (200, {"success": True})
    message = {"rid": GENERAL, "msg": "let me in"}
    refused = post(server, BOB, "chat.sendMessage", message=message)
    assert (refused.status_code, refused.json()["error"]) == (400, "You_have_been_muted")
    assert post(server, ADMIN, "rooms.unmuteUser", roomId=GENERAL, userId=BOB.user_id).is_success
    assert post(server, BOB, "chat.sendMessage", message=message).is_success


def test_owners_may_mute_in_their_rooms_and_nobody_else_in_any(server):
    assert post(server, ALICE, "rooms.muteUser", roomId=TEAM, username="pimenta.bot").is_success
    assert post(server, BOB, "rooms.muteUser", roomId=GENERAL, username="alice").status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"roomId": GENERAL, "username": "nobody"}, "error-invalid-user"),
        ({"roomId": "nowhere", "username": "bob"}, "error-invalid-room"),
        ({"roomId": DIRECT, "username": "bob"}, "error-invalid-room-type"),
        ({"roomId": TEAM, "username": "bob"}, "error-user-not-in-room"),
        ({"username": "bob"}, "invalid-params"),
    ],
)
def test_what_cannot_be_muted_is_refused_with_a_code(server, body, code):
    refused = post(server, ADMIN, "rooms.muteUser", **body)
    assert (refused.status_code, refused.json()["errorType"]) == (400, code)


def test_old_servers_have_no_such_route():
    with LocalRocketChat(age=3) as server:
        answer = post(server, ADMIN, "rooms.muteUser", roomId=GENERAL, username="bob")
    assert answer.status_code == 404
