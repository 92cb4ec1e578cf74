"""Every recorded reply, given to the client over HTTP, becomes the right value or error.

The table of what is expected says which, case by case; the requests themselves are in the data.
"""

import json
from contextlib import suppress

import graphql
import pytest

from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    GraphQLError,
    RefusedError,
    ServerFailure,
)
from backchannel.graphql.operation import Operation, Variable
from support import glimesh_exchanges, rawserver
from support.glimesh_expected import CANNOT_BE_MADE, EXPECTED, REFUSED_HERE, Error
from support.glimesh_results import Reply
from support.rawserver import RawServer

EXCHANGES = {exchange.case: exchange for exchange in glimesh_exchanges.recorded()}


class Anything(Reply):
    """What the reply to a request is read as that is answered with an error anyway."""


def test_the_table_has_every_case():
    assert len(EXPECTED) == 100
    assert EXPECTED.keys() == EXCHANGES.keys()
    assert EXPECTED.keys() >= REFUSED_HERE.keys() | CANNOT_BE_MADE.keys()


def operation_of(exchange, variables=None, *, result=Anything):
    """The recorded document as a compiled operation; those that are none count as queries."""
    [document, *_] = glimesh_exchanges.texts(exchange.request) or [""]
    parsed = glimesh_exchanges.documents(exchange.request)
    node = parsed[0].definitions[0] if parsed else None
    return Operation(
        name=node.name.value if node is not None and node.name else "Recorded",
        kind=node.operation.value if node is not None else "query",
        document=document,
        result=result,
        root=None,
        fields=tuple(field.name.value for field in node.selection_set.selections) if node else (),
        variables={
            definition.variable.name.value: Variable(graphql.print_ast(definition.type))
            for definition in (node.variable_definitions if variables else ())
        },
    )


def as_recorded(reply):
    text = reply.body if "html" in reply.headers["content-type"] else json.dumps(reply.body)
    headers = {name.title(): value for name, value in reply.headers.items()}
    return rawserver.always(rawserver.http(text.encode(), status=reply.status, headers=headers))


@pytest.mark.parametrize("case", EXPECTED)
def test_a_recorded_reply(connect, case):
    exchange, expected = EXCHANGES[case], EXPECTED[case]
    result = Anything if isinstance(expected, Error) else type(expected)
    operation = operation_of(exchange, result=result)
    if operation.kind == "subscription":
        operation.kind = "query"  # or the client would not ask
    with RawServer(as_recorded(exchange.reply)) as server:
        caller = connect(server.url)
        if isinstance(expected, Error):
            with pytest.raises(BackchannelError) as caught:
                caller.execute(operation, {})
            check_error(caught.value, expected, exchange.reply)
        else:
            assert caller.execute(operation, {}) == expected


def check_error(error, expected, reply):
    assert type(error) is expected.kind
    assert expected.words in str(error)
    assert (error.outcome, error.retry_safe) == (expected.outcome, expected.retry_safe)
    assert error.response.status == reply.status
    if isinstance(error, GraphQLError):
        assert error.data == reply.body.get("data")
        assert [as_json(entry) for entry in error.errors] == reply.body["errors"]


def as_json(entry):
    said = {"message": entry.message}
    if entry.path is not None:
        said["path"] = list(entry.path)
    if entry.locations is not None:
        said["locations"] = [{"line": at.line, "column": at.column} for at in entry.locations]
    return said


@pytest.mark.parametrize("case", [case for case in EXPECTED if case not in CANNOT_BE_MADE])
def test_a_recorded_request(connect, case):
    exchange = EXCHANGES[case]
    body = json.loads(exchange.request.body)
    scheme, _, credential = exchange.request.headers["authorization"].partition(" ")
    variables = body.get("variables", {})
    operation = operation_of(exchange, variables)
    with RawServer(as_recorded(exchange.reply)) as server:
        argument = {"Bearer": "token", "Client-ID": "client_id"}[scheme]
        caller = connect(server.url, **{argument: credential})
        if case in REFUSED_HERE:
            with pytest.raises(REFUSED_HERE[case]):
                caller.execute(operation, variables)
            assert server.connections == 0
            return
        with suppress(RefusedError, ServerFailure):
            caller.execute(operation, variables)
    received = server.requests[0]
    assert received.target == exchange.request.path
    assert received.headers["authorization"] == exchange.request.headers["authorization"]
    sent = received.json()
    assert (sent["query"], sent.get("variables", {})) == (body["query"], variables)


def test_an_empty_token_is_refused_when_the_client_is_made(connect):
    with pytest.raises(ConfigurationError, match="token is empty"):
        connect("http://127.0.0.1", token="")
