"""The recorded exchanges with a real Glimesh server: reading, sending again, comparing."""

import http.client
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import graphql

from backchannel.local.glimesh import schema_text

DATA = Path(__file__).parents[1] / "data" / "wire-http.jsonl"
RECORDED_AT = datetime(2026, 11, 21, 21, 8, 22, tzinfo=UTC)
RECORDED_URL = "http://127.0.0.1:4100"
SCHEMA = graphql.build_schema(schema_text())

TIMES = {"insertedAt", "updatedAt", "confirmedAt", "startedAt", "expiresAt", "created_at"}
SECRETS = {"access_token", "refresh_token"}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict
    body: str | None


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict
    body: object  # what the JSON holds, or the text of a page


@dataclass(frozen=True)
class Exchange:
    case: str
    about: str
    request: Request
    reply: Reply


def recorded():
    exchanges = []
    for line in DATA.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        reply = record["response"]
        exchanges.append(
            Exchange(
                record["case"],
                record["about"],
                Request(**record["request"]),
                Reply(reply["status"], reply["headers"], reply["body"]),
            )
        )
    return exchanges


def send(url, request):
    """Send exactly this request: no header is added but Host and Content-Length."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        body = None if request.body is None else request.body.encode()
        connection.putrequest(request.method, request.path, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        if body is not None or request.method == "POST":
            connection.putheader("content-length", str(len(body or b"")))
        connection.endheaders(body)
        response = connection.getresponse()
        text = response.read().decode()
        headers = {name.lower(): value for name, value in response.getheaders()}
        del headers["content-length"]
        is_json = headers["content-type"].startswith("application/json")
        return Reply(response.status, headers, json.loads(text) if is_json else text)
    finally:
        connection.close()


def differences(expected, actual):
    """What differs between two replies, apart from times, secrets and ids, which have a form."""
    found = []
    if expected.status != actual.status:
        found.append(f"status {actual.status}, recorded {expected.status}")
    if expected.headers != actual.headers:
        found.append(f"headers {actual.headers}, recorded {expected.headers}")
    _compare(expected.body, actual.body, "", found)
    return found


def _compare(expected, actual, path, found):
    key = path.rpartition(".")[2]
    if isinstance(expected, dict) and isinstance(actual, dict):
        if expected.keys() != actual.keys():
            found.append(f"{path}: keys {sorted(actual)}, recorded {sorted(expected)}")
        for name in expected.keys() & actual.keys():
            _compare(expected[name], actual[name], f"{path}.{name}", found)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            found.append(f"{path}: {len(actual)} items, recorded {len(expected)}")
        for place, (one, other) in enumerate(zip(expected, actual, strict=False)):
            _compare(one, other, f"{path}[{place}]", found)
    elif key.endswith(tuple(TIMES)) and isinstance(expected, str):
        _matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", actual, path, found)
    elif key in SECRETS:
        _matches(r"[0-9a-f]{64}", actual, path, found)
    elif type(expected) is not type(actual) or expected != actual:
        found.append(f"{path}: {actual!r}, recorded {expected!r}")


def _matches(pattern, actual, path, found):
    if not isinstance(actual, str) or not re.fullmatch(pattern, actual):
        found.append(f"{path}: {actual!r} is not of the form {pattern}")


def documents(request):
    """The parsed documents of a request, one for each answer; none when one does not parse."""
    try:
        return [graphql.parse(text) for text in texts(request)]
    except graphql.GraphQLSyntaxError:
        return []


def texts(request):
    """The document of a request, or of each member of a batch."""
    if not request.path.startswith("/api/graph"):
        return []
    query = dict(parse_qsl(urlsplit(request.path).query))
    if "query" in query:
        return [query["query"]]
    content_type = request.headers.get("content-type", "")
    if "json" not in content_type:
        return [request.body] if request.body else []
    try:
        body = json.loads(request.body or "{}")
    except ValueError:
        return []
    members = body if isinstance(body, list) else [body]
    return [member["query"] for member in members if member.get("query")]


def with_ids(request, body, change):
    """A reply's body with `change(type name, id)` for every id in its data."""
    found = documents(request)
    if isinstance(body, list) and found:
        return [
            {**member, "payload": _answer_with_ids(document, member["payload"], change)}
            for document, member in zip(found, body, strict=True)
        ]
    return _answer_with_ids(found[0], body, change) if found else body


def _answer_with_ids(document, answer, change):
    if not isinstance(answer, dict) or "data" not in answer:
        return answer
    return {**answer, "data": _data_with_ids(document, answer["data"], change)}


def _data_with_ids(document, data, change):
    operation = graphql.get_operation_ast(document)
    if data is None or operation is None:
        return data
    root = SCHEMA.get_root_type(operation.operation)
    return _map_ids(operation.selection_set, data, root, change)


def _map_ids(selections, value, kind, change):
    if isinstance(value, list):
        return [_map_ids(selections, item, kind, change) for item in value]
    if not isinstance(value, dict) or kind is None:
        return value
    found = dict(value)
    for node in selections.selections:
        if not isinstance(node, graphql.FieldNode):
            continue
        key = (node.alias or node.name).value
        name = node.name.value
        if name == "id" and key in found and found[key] is not None:
            found[key] = change(kind.name, found[key])
        elif node.selection_set and key in found:
            field = kind.fields.get(name)
            inner = graphql.get_named_type(field.type) if field else None
            found[key] = _map_ids(node.selection_set, found[key], inner, change)
    return found
