"""Faults of requests to the local Glimesh server, chosen by what the requests ask for."""

import http.client
import json
import time

import pytest

from backchannel.local.glimesh import LocalGlimesh
from backchannel.local.glimesh.asked import asked_for
from support.glimesh_exchanges import Request, send
from support.glimesh_site import CREATE, HISTORY, post, write

NAMED = CREATE.replace("mutation(", "mutation CreateChatMessage(")
SAID = {"c": "1", "m": {"message": "said"}}


@pytest.fixture
def server():
    with LocalGlimesh() as running:
        yield running


def texts(server):
    return [row.message for row in server.world.messages if not row.message.startswith("old")]


def is_cut(server, query, variables=None):
    try:
        post(server, query, variables)
    except http.client.RemoteDisconnected:
        return True
    return False


def eventually(happened):
    """Wait for what another thread does; the test's own timeout ends it."""
    while not happened():
        time.sleep(0.005)


@pytest.mark.parametrize("name", ["CreateChatMessage", "createChatMessage"])
def test_the_operation_is_chosen_by_its_name_or_its_root_field(server, name):
    server.faults.cut_after_apply(operation=name)
    assert not is_cut(server, HISTORY)
    assert server.faults.pending == 1
    assert is_cut(server, NAMED, SAID)
    assert texts(server) == ["said"]
    assert not is_cut(server, NAMED, SAID)


def test_every_kind_of_fault_can_be_meant_for_one_operation(server):
    faults = server.faults
    faults.cut_before_apply(operation="createChatMessage")
    faults.cut_after_apply(operation="createChatMessage")
    faults.close_mid_body(operation="createChatMessage")
    faults.delay(operation="createChatMessage", seconds=0)
    faults.answer(operation="createChatMessage", status=429, headers={"retry-after": "1"})
    faults.html(operation="createChatMessage")
    faults.apply_late(operation="createChatMessage", seconds=0)
    assert post(server, HISTORY).status == 200
    assert faults.pending == 7
    for _ in range(2):
        assert is_cut(server, NAMED, SAID)
    with pytest.raises(http.client.IncompleteRead):
        post(server, NAMED, SAID)
    assert post(server, NAMED, SAID).status == 200
    headers = {"authorization": "Bearer tok-viewer", "content-type": "application/json"}
    body = json.dumps({"query": NAMED, "variables": SAID})
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    connection.request("POST", "/api/graph", body, headers)
    assert connection.getresponse().status == 429
    connection.close()
    assert post(server, NAMED, SAID).status == 502
    assert is_cut(server, NAMED, SAID)
    eventually(lambda: not faults.late)
    assert texts(server) == ["said"] * 4


def test_path_and_operation_have_to_fit_both(server):
    server.faults.cut_before_apply("/api/oauth", operation="createChatMessage")
    assert write(server, "said")["message"] == "said"
    server.faults.clear()
    server.faults.cut_before_apply("/api/oauth")
    assert write(server, "said")["message"] == "said"
    with pytest.raises(http.client.RemoteDisconnected):
        send(server.url, Request("POST", "/api/oauth/token", {}, ""))


def test_a_request_is_applied_when_nobody_waits_any_more(server):
    server.faults.apply_late(operation="createChatMessage", seconds=0.1)
    assert is_cut(server, CREATE, SAID)
    assert (texts(server), server.faults.late) == ([], 1)
    eventually(lambda: not server.faults.late)
    assert texts(server) == ["said"]


def test_a_request_is_applied_after_its_client_has_given_up(server):
    server.faults.apply_late(operation="createChatMessage", seconds=0, hang=True)
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=0.1)
    headers = {"authorization": "Bearer tok-viewer", "content-type": "application/json"}
    body = json.dumps({"query": CREATE, "variables": SAID})
    connection.request("POST", "/api/graph", body, headers)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    assert texts(server) == []
    connection.close()
    eventually(lambda: not server.faults.late)
    assert texts(server) == ["said"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (
            b'{"query": "query A { a: channel { id } } query B { myself { id } }"}',
            "A B channel myself",
        ),
        (b'[{"query": "{ myself { id } }"}, {"query": "{ users { count } }"}]', "myself users"),
        (b'{"query": "{ not graphql"}', ""),
        (b'{"query": 1}', ""),
        (b"[[1]]", ""),
        (b"not json", ""),
        (b"\xff", ""),
    ],
)
def test_what_a_body_asks_for(body, names):
    assert asked_for(body) == set(names.split())
