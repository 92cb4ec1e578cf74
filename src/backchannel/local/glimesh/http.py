"""What the site's web framework does before and after a route: parameters, formats, error pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import parse_qsl

from starlette.responses import Response

from backchannel.local.glimesh.values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

BODY_LIMIT = 8_000_000  # bytes
_CACHE = {"cache-control": "max-age=0, private, must-revalidate"}
_CORS = {"access-control-allow-origin": "*"}
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class RaisedError(Exception):
    """The server raises outside of a route's own format: a page as the client likes it."""

    def __init__(self, status: int, *, cors: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.cors = cors


@dataclass(frozen=True, slots=True)
class Parameters:
    """A request as its handler sees it.

    `fields` holds the query string and over it the body's; `batch` a body that was a JSON array
    (or any JSON but an object); `document` a body of another type, unread; `uploads` the names of
    file parts.
    """

    fields: dict[str, object]
    batch: object = None
    document: str = ""
    uploads: frozenset[str] = frozenset()


def read_parameters(request: Request, body: bytes) -> Parameters:
    """The parameters of a request; RaisedError when the body is not what it says it is."""
    fields: dict[str, object] = dict(parse_qsl(request.url.query, keep_blank_values=True))
    if request.method not in _WITH_BODY:
        return Parameters(fields)
    if len(body) > BODY_LIMIT:
        raise RaisedError(413)
    content_type = request.headers.get("content-type", "")
    media_type = content_type.partition(";")[0].strip().lower()
    if _is_json(media_type):
        parsed: object = _json(body) if body else dict[str, object]()
        if is_object(parsed):
            return Parameters(fields | parsed)
        return Parameters(fields, batch=parsed)
    if media_type == "application/x-www-form-urlencoded":
        return Parameters(fields | dict(parse_qsl(_text(body), keep_blank_values=True)))
    if media_type == "multipart/form-data":
        texts, uploads = _multipart(content_type, body)
        return Parameters(fields | texts, uploads=uploads)
    return Parameters(fields, document=_text(body))


def _json(body: bytes) -> object:
    try:
        return loads(_text(body))
    except ValueError as error:
        raise RaisedError(400) from error


def loads(text: str) -> object:
    """The JSON value in `text`, by the letter of the standard; ValueError when it is none."""
    parsed: object = json.loads(text, parse_constant=_no_constant)
    if "\\ud" in text.lower():
        # Half of a surrogate pair is no text; Python's parser alone would let it pass.
        json.dumps(parsed, ensure_ascii=False).encode()
    return parsed


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name}")


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RaisedError(400) from error


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, object], frozenset[str]]:
    head = b"content-type: " + content_type.encode() + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    texts: dict[str, object] = {}
    uploads: set[str] = set()
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        if part.get_filename() is not None:
            uploads.add(name)
        else:
            content = part.get_payload(decode=True)
            texts[name] = _text(content) if isinstance(content, bytes) else ""
    return texts, frozenset(uploads)


def json_response(
    body: object, status: int = 200, extra: Iterable[tuple[str, str]] = (), *, cors: bool = True
) -> Response:
    """A reply in JSON, with the headers that every one of the API has."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {**_CACHE, "content-type": "application/json; charset=utf-8", **dict(extra)}
    return Response(content, status, headers | (_CORS if cors else {}))


def error_page(error: RaisedError, accept: str | None) -> Response:
    """The name of the status, as JSON or (when the client leaves the choice) as a page."""
    phrase = HTTPStatus(error.status).phrase
    if _prefers_json(accept):
        return json_response(phrase, error.status, cors=error.cors)
    headers = {**_CACHE, "content-type": "text/html; charset=utf-8"}
    return Response(phrase, error.status, headers | (_CORS if error.cors else {}))


def accepts_json(accept: str | None) -> bool:
    """Whether the client takes JSON, among others; it does when it says nothing."""
    ranges = _ranges(accept)
    return not ranges or any(each in {"*/*", "application/*"} or _is_json(each) for each in ranges)


def _prefers_json(accept: str | None) -> bool:
    for each in _ranges(accept):
        if each in {"*/*", "text/*", "text/html"}:
            return False
        if each == "application/*" or _is_json(each):
            return True
    return False


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")


def _ranges(accept: str | None) -> list[str]:
    """The media ranges of an Accept header, the best liked first."""
    weighted: list[tuple[float, str]] = []
    for each in (accept or "").split(","):
        media_range, *parameters = (part.strip().lower() for part in each.split(";"))
        if media_range:
            weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
            weighted.append((_number(weight), media_range))
    return [media_range for _, media_range in sorted(weighted, key=lambda pair: -pair[0])]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
