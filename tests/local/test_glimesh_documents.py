"""Documents that the local Glimesh server runs, and those it refuses, as Absinthe does."""

import graphql
import pytest

from backchannel.local.glimesh import LocalGlimesh
from support.glimesh_exchanges import Request, send
from support.glimesh_site import Clock, post


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    with LocalGlimesh(clock=clock) as running:
        yield running


@pytest.mark.parametrize(
    ("query", "message", "column"),
    [
        ("{ nope }", 'Cannot query field "nope" on type "RootQueryType".', 3),
        ("{ channel(id: 1) { ", "syntax error before: ", 18),
        (
            "query($u: String!) { user(username: $u) { id } }",
            'Variable "u": Expected non-null, found null.',
            7,
        ),
        (
            "{ channel { id(a: 1) } }",
            'Unknown argument "a" on field "id" of type "Channel".',
            16,
        ),
        (
            "{ channel }",
            'Field "channel" of type "Channel" must have a selection of subfields.'
            ' Did you mean "channel { ... }"?',
            3,
        ),
        (
            "query Q($c: Int) { channel(id: $c) { id } }",
            "In operation `Q`, variable `$c` of type `Int` found as input to argument of type `ID`.",
            32,
        ),
        ("query Q($c: ID) { myself { id } }", 'Variable "c" is never used in operation "Q".', 9),
        ("{ channel(id: $c) { id } }", 'Variable "c" is not defined.', 15),
        ("{ myself { ...Gone } }", 'Unknown fragment "Gone"', 12),
        (
            "{ channel(id: 1) { chatMessage { count } } }",
            'Cannot query field "chatMessage" on type "Channel". Did you mean "chatMessages"',
            20,
        ),
        ("{ myself @loud { id } }", "Unknown directive `loud'.", 10),
        ('{ __type(name: "X") { isOneOf } }', 'Cannot query field "isOneOf" on type "__Type".', 23),
    ],
)
def test_a_document_that_may_not_run_is_refused_in_the_servers_words(
    server, query, message, column
):
    reply = post(server, query)
    assert reply.status == 200
    assert "data" not in reply.body
    assert reply.body["errors"][0]["message"].startswith(message)
    assert reply.body["errors"][0]["locations"][0] == {"line": 1, "column": column}


def test_names_may_be_in_snake_case_everywhere(server):
    query = """
    mutation($c: ID!, $m: ChatMessageInput!) {
      create_chat_message(channel_id: $c, message: $m) {
        inserted_at ...Author user { display: displayname }
      }
    }
    fragment Author on ChatMessage { user { is_me: username } metadata { platform_founder_subscriber } }
    """
    reply = post(server, query, {"c": 1, "m": {"message": "hi"}})
    assert reply.body["data"]["create_chat_message"] == {
        "inserted_at": "2026-01-01T00:00:00",
        "user": {"is_me": "viewer", "display": "viewer"},
        "metadata": {"platform_founder_subscriber": True},
    }


def test_what_fails_later_is_listed_first(server):
    query = '{ a: channel(id: 99) { id } b: channel(streamerUsername: "no") { id } myself { id } }'
    reply = post(server, query)
    assert [error["path"] for error in reply.body["errors"]] == [["b"], ["a"]]
    assert reply.body["data"] == {"a": None, "b": None, "myself": {"id": "3"}}


@pytest.mark.parametrize(
    "arguments",
    ["id: null", "streamerUsername: null", "streamerId: null", "id: 99999999999999999999"],
)
def test_null_and_huge_ids_break_the_server_as_they_do_the_real_one(server, arguments):
    assert post(server, f"{{ channel({arguments}) {{ id }} }}").status == 500


def test_the_usual_introspection_query_passes(server):
    reply = post(server, graphql.get_introspection_query())
    found = graphql.build_client_schema(reply.body["data"])
    assert found.type_map.keys() >= {"ChatMessage", "RootSubscriptionType"}


def test_half_a_surrogate_pair_is_no_json(server):
    body = '{"query": "{ myself { id } }", "operationName": "\\ud83d"}'
    headers = {"authorization": "Bearer tok-viewer", "content-type": "application/json"}
    reply = send(server.url, Request("POST", "/api/graph", headers, body))
    assert (reply.status, reply.body) == (400, "Bad Request")
