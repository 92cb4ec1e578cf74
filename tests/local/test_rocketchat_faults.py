"""Faults on real sockets: what a client meets, and what the server has done by then."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, GENERAL

SEND = "/api/v1/chat.sendMessage"


@pytest.fixture
def server() -> Iterator[LocalRocketChat]:
    with LocalRocketChat() as server:
        yield server


@pytest.fixture
def connection(server: LocalRocketChat) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    yield connection
    connection.close()


def send(connection: http.client.HTTPConnection, message_id: str) -> http.client.HTTPResponse:
    body = json.dumps({"message": {"_id": message_id, "rid": GENERAL, "msg": "hi"}})
    headers = {
        "Content-Type": "application/json",
        "X-Auth-Token": ALICE.token,
        "X-User-Id": ALICE.user_id,
    }
    connection.request("POST", SEND, body, headers)
    return connection.getresponse()


def test_cut_after_applying(server: LocalRocketChat, connection: http.client.HTTPConnection):
    server.faults.cut_after_apply("chat.sendMessage")
    with pytest.raises(http.client.RemoteDisconnected):
        send(connection, "cut-after")
    assert "cut-after" in server.world.messages
    again = json.loads(send(connection, "cut-after").read())
    assert "starred" in again["error"]


def test_cut_before_applying(server: LocalRocketChat, connection: http.client.HTTPConnection):
    server.faults.cut_before_apply("chat.sendMessage")
    with pytest.raises(http.client.RemoteDisconnected):
        send(connection, "cut-before")
    assert "cut-before" not in server.world.messages
    assert send(connection, "cut-before").status == 200


def test_closed_in_the_middle_of_the_body(
    server: LocalRocketChat, connection: http.client.HTTPConnection
):
    server.faults.close_mid_body("chat.sendMessage")
    response = send(connection, "half")
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    assert caught.value.partial.startswith(b'{"message":')
    assert "half" in server.world.messages


@pytest.mark.parametrize("applied", [False, True])
def test_a_proxys_answer(
    server: LocalRocketChat, connection: http.client.HTTPConnection, applied: bool
):
    server.faults.html("chat.sendMessage", status=503, apply=applied)
    response = send(connection, "proxied")
    assert (response.status, response.getheader("content-type")) == (503, "text/html")
    assert response.read().startswith(b"<html>")
    assert ("proxied" in server.world.messages) is applied


def test_any_answer(server: LocalRocketChat, connection: http.client.HTTPConnection):
    server.faults.answer(status=302, body=b"elsewhere", headers={"Location": "http://a.example/"})
    response = send(connection, "redirected")
    assert (response.status, response.getheader("location")) == (302, "http://a.example/")
    assert response.read() == b"elsewhere"


def test_a_delay(server: LocalRocketChat, connection: http.client.HTTPConnection):
    server.faults.delay("chat.sendMessage", seconds=0.2)
    begun = time.monotonic()
    assert send(connection, "late").status == 200
    assert time.monotonic() - begun >= 0.2


def test_a_delay_longer_than_the_client_waits(
    server: LocalRocketChat, connection: http.client.HTTPConnection
):
    server.faults.delay("chat.sendMessage", seconds=0.5)
    connection.timeout = 0.1
    with pytest.raises(TimeoutError):
        send(connection, "unawaited")
    connection.close()
    deadline = time.monotonic() + 10
    while "unawaited" not in server.world.messages and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "unawaited" in server.world.messages


def test_only_the_routes_named_and_only_as_often_as_said(
    server: LocalRocketChat, connection: http.client.HTTPConnection
):
    server.faults.answer("chat.getMessage", status=500)
    server.faults.answer("chat.send", status=500, times=2)
    statuses = []
    for _ in range(3):
        response = send(connection, "third-time")
        response.read()
        statuses.append(response.status)
    assert statuses == [500, 500, 200]
    assert server.faults.pending == 1
    server.faults.clear()
    assert server.faults.pending == 0


def test_a_fault_that_never_happens(server: LocalRocketChat):
    with pytest.raises(ValueError, match="at least 1"):
        server.faults.html(times=0)
