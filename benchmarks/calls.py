"""One typed call over one kept connection: a page of 10 chat messages.

The server answers everything with the same bytes. Every contestant sends the same document and
variables, and gives the page: ariadne-codegen's client and ours as typed values, the others as
JSON.
"""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import gql
import httpx
import requests
import urllib3
from gql.transport.requests import RequestsHTTPTransport

import glimesh_api as api
from backchannel import Glimesh
from glimesh_api.operations import CHAT_MESSAGES

from . import fixed_server
from .decoding import chat_page, of_json, of_models
from .harness import Contest, Table
from .peers import ariadne_package

ROUNDS = 40
CALLS = 50
MESSAGES = 10

VARIABLES = {"channelId": "1", "first": MESSAGES}
PAYLOAD = {
    "query": CHAT_MESSAGES.document,
    "operationName": CHAT_MESSAGES.name,
    "variables": VARIABLES,
}
HEADERS = {"Authorization": "Bearer token-of-nobody"}
_BASE = "requests.Session.post"
_TYPED = {**HEADERS, "Content-Type": "application/json"}


def measure(rounds: int) -> Table:
    body = chat_page(MESSAGES)
    title = f"A page of {MESSAGES} messages, {len(body) / 1000:.1f} kB ({_BASE} = 1.00)"
    with fixed_server.serve(body) as url, Contest(title, _BASE) as contest:
        _add_ours(contest, url)
        _add_clients(contest, f"{url}/api/graph")
        _add_floors(contest, f"{url}/api/graph", len(body))
        return contest.run(rounds, CALLS)


def _add_ours(contest: Contest, url: str) -> None:
    glimesh = contest.open(Glimesh(token="token-of-nobody", url=url))
    contest.add(
        "**Glimesh, typed**",
        lambda: api.chat_messages(glimesh, channel_id="1", first=MESSAGES),
        of_models,
    )


def _add_clients(contest: Contest, url: str) -> None:
    session = contest.open(requests.Session())
    session.headers.update(HEADERS)
    contest.add(_BASE, lambda: session.post(url, json=PAYLOAD, timeout=30).json(), of_json)

    untrusting = contest.open(requests.Session())
    untrusting.headers.update(HEADERS)
    untrusting.trust_env = False
    contest.add(
        f"{_BASE}, trust_env off",
        lambda: untrusting.post(url, json=PAYLOAD, timeout=30).json(),
        of_json,
    )

    ariadne = contest.open(ariadne_package(async_client=False).Client(url=url, headers=HEADERS))
    contest.add(
        "ariadne-codegen's client, typed",
        lambda: ariadne.chat_messages(channel_id="1", first=MESSAGES),
        lambda page: of_models(page.channel, "type_"),
    )

    transport = RequestsHTTPTransport(url=url, headers=HEADERS)
    gql_session = contest.open(gql.Client(transport=transport))
    request = gql.gql(CHAT_MESSAGES.document)
    request.variable_values = VARIABLES
    contest.add(
        "gql, RequestsHTTPTransport",
        lambda: gql_session.execute(request),
        lambda data: of_json({"data": data}),
    )

    client = contest.open(httpx.Client(headers=HEADERS))
    contest.add("httpx.Client.post", lambda: client.post(url, json=PAYLOAD).json(), of_json)


def _add_floors(contest: Contest, url: str, size: int) -> None:
    """What lies below: the less a row does, the more a user would have to write."""
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or 0

    pool = contest.open(urllib3.HTTPConnectionPool(host, port))
    contest.add(
        "urllib3 pool, bare",
        lambda: json.loads(
            pool.urlopen("POST", address.path, body=json.dumps(PAYLOAD), headers=_TYPED).data
        ),
        of_json,
    )

    connection = http.client.HTTPConnection(host, port)

    def by_http_client() -> object:
        connection.request("POST", address.path, json.dumps(PAYLOAD), _TYPED)
        return json.loads(connection.getresponse().read())

    contest.add("http.client, bare", by_http_client, of_json)

    bare = contest.open(socket.create_connection((host, port)))
    sent = json.dumps(PAYLOAD).encode()
    written = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(sent), sent)

    def by_socket() -> bytes:
        bare.sendall(written)
        _head, _, body = bare.recv(size * 2).partition(b"\r\n\r\n")
        while len(body) < size:
            body += bare.recv(size)
        return body

    contest.add("a socket: the same bytes, read as they are", by_socket, of_bytes)


def of_bytes(body: bytes) -> list[object]:
    return of_json(json.loads(body))
