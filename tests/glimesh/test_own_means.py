"""Operations that an application sends by its own means."""

import hashlib
import json
import subprocess
import sys
from datetime import UTC
from urllib.request import Request, urlopen

import pytest
from gql import Client
from gql.transport.requests import RequestsHTTPTransport

from backchannel.errors import InvalidInput
from backchannel.graphql.models import UNSET
from glimesh_api import ChatMessageInput, operations
from glimesh_api.operations import CHAT_MESSAGES, CREATE_CHAT_MESSAGE

HELLO = {"channelId": "1", "message": ChatMessageInput(message="hello")}


def test_a_body_that_is_sent_with_urllib(site):
    request = Request(
        f"{site.url}/api/graph",
        CREATE_CHAT_MESSAGE.encode(HELLO),
        {"Authorization": "Bearer tok-viewer", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=10) as response:
        sent = CREATE_CHAT_MESSAGE.decode(response.read())
    assert (sent.message, site.texts()) == ("hello", ["hello"])


def test_a_gql_session(site):
    transport = RequestsHTTPTransport(
        f"{site.url}/api/graph", headers={"Authorization": "Bearer tok-viewer"}, timeout=10
    )
    with Client(transport=transport) as session:
        sent = CREATE_CHAT_MESSAGE.convert(session.execute(CREATE_CHAT_MESSAGE.to_gql(HELLO)))
        page = CHAT_MESSAGES.to_gql({"channelId": "1", "last": 1, "before": UNSET})
        channel = CHAT_MESSAGES.convert(session.execute(page))
    assert channel.chat_messages.edges[0].node == sent
    assert sent.inserted_at.tzinfo is UTC
    assert site.requests[-1].json()["operationName"] == "ChatMessages"
    assert site.requests[-1].json()["variables"] == {"channelId": "1", "last": 1}


@pytest.mark.parametrize("name", operations.__all__)
def test_the_hash_is_of_the_document_as_it_is_sent(name):
    operation = getattr(operations, name)
    document = json.loads(operation.encode())["query"]
    assert operation.sha256 == hashlib.sha256(document.encode()).hexdigest()


@pytest.mark.parametrize("write", [CREATE_CHAT_MESSAGE.encode, CREATE_CHAT_MESSAGE.to_gql])
def test_a_variable_that_there_is_not_is_refused(write):
    with pytest.raises(InvalidInput, match="channelId, message; given: channel_id"):
        write({"channel_id": "1"})


def test_neither_gql_nor_hashlib_is_loaded_before_it_is_needed():
    code = "import sys; import glimesh_api.operations as o; o.MYSELF; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"gql", "graphql", "hashlib"} & set(run.stdout.split())
