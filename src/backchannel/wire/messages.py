"""A request and a response, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import msgspec

from backchannel.wire.secrets import masked_headers, redact, without_query
from backchannel.wire.streams import BodyStream, Sink


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request.

    Attributes:
        method: GET, POST, ...
        url: the absolute URL.
        headers: names and values, as they go on the wire.
        body: the body: bytes, a stream that is read while it is sent, or None.
        effect: whether the server may change something on receiving it. It decides what is known
            after a failure: a request without effect can always be repeated.
        sink: takes the body of a reply with status 2xx, in place of the response; None to have it
            in memory.
        timeout: seconds for the whole call, or None for what the transport allows.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | BodyStream | None = None
    effect: bool = True
    sink: Sink | None = None
    timeout: float | None = None

    @property
    def label(self) -> str:
        """The request in a few words, for messages: method, host and path."""
        return f"{self.method} {without_query(self.url)}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def local_failure(self) -> BaseException | None:
        """What went wrong on this side of the call: reading its stream, or writing its sink."""
        if isinstance(self.body, BodyStream) and self.body.failure is not None:
            return self.body.failure
        return None if self.sink is None else self.sink.failure

    def __repr__(self) -> str:
        size = "none" if self.body is None else f"{len(self.body)} bytes"
        return f"Request({self.label}, headers={masked_headers(self.headers)}, body={size})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return [("request", self.label), ("headers", masked_headers(self.headers))]


def by_lower_name(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header fields as a mapping by lower-case name; values of the same name are joined by commas.

    Args:
        fields: names and values, in the order in which they came.
    """
    headers: dict[str, str] = {}
    for name, value in fields:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP response, its body complete and decoded (no content encoding left).

    Attributes:
        status: the status code.
        headers: values by lower-case name.
        body: the bytes of the body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type, in lower case, without parameters; "" if there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def excerpt(self, limit: int = 200) -> str:
        """At most `limit` characters of the body for messages, as text, its secrets masked.

        GraphQL's `data` is not shown: only the schema knows what in it is secret.
        """
        if b'"data"' in self.body:
            text = "its data is not shown"
        else:
            text = redact(self.body[: limit * 4].decode("utf-8", "replace").strip())
        text = "".join(char if char.isprintable() else " " for char in text)
        return text if len(text) <= limit else text[:limit] + "…"

    def __repr__(self) -> str:
        return f"Response({self.status}, {self.content_type or 'no type'}, {len(self.body)} bytes)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("status", self.status), ("headers", masked_headers(self.headers))]
