"""Transports that keep what the client sends, and may send it by way of Prism."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import msgspec

from backchannel.transport.aiohttp import AiohttpTransport
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.messages import Request, Response


@dataclass
class Sent:
    """A request as a validator gets it: of a body or, where `query` is true, of a query."""

    endpoint: str
    given: dict[str, object]
    query: bool


@dataclass
class Recording:
    """What was sent to a server, and what Prism said about it.

    `prisms` has the base URL of the Prism that knows a path, as a pattern; other requests go
    straight to the server. `of_requests` and `of_replies` are the violations.
    """

    prisms: Mapping[str, str] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    judged: int = 0
    unjudged: set[str] = field(default_factory=set)
    of_requests: list[str] = field(default_factory=list)
    of_replies: list[str] = field(default_factory=list)

    @property
    def endpoints(self) -> set[str]:
        return {sent.endpoint for sent in self.sent}

    def note(self, request: Request) -> Request:
        """Keep a request. Returns it as it is to be sent."""
        parts = urlsplit(request.url)
        endpoint = re.sub(r"^/api/v1/([^/]*).*", r"\1", parts.path)
        if request.method == "GET":
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            self.sent.append(Sent(endpoint, query, query=True))
        elif isinstance(request.body, bytes) and "json" in request.headers["Content-Type"]:
            self.sent.append(Sent(endpoint, json.loads(request.body), query=False))
        known = [base for path, base in self.prisms.items() if re.fullmatch(path, parts.path)]
        if not known:
            self.unjudged.add(endpoint)
            return request
        self.judged += 1
        asked = f"?{parts.query}" if parts.query else ""
        return msgspec.structs.replace(request, url=f"{known[0]}{parts.path}{asked}")

    def judge(self, request: Request, response: Response) -> Response:
        """Keep what Prism says. Returns the response."""
        for violation in json.loads(response.headers.get("sl-violations", "[]")):
            said = f"{request.label}: {json.dumps(violation)}"
            if violation["location"][0] == "request":
                self.of_requests.append(f"{said} in {request.url} with {request.body!r}")
            else:
                self.of_replies.append(said)
        return response


class RecordingRequests(RequestsTransport):
    """The blocking transport."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._recording = recording

    def send(self, request: Request) -> Response:
        return self._recording.judge(request, super().send(self._recording.note(request)))


class RecordingAiohttp(AiohttpTransport):
    """The asynchronous transport."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._recording = recording

    async def send(self, request: Request) -> Response:
        return self._recording.judge(request, await super().send(self._recording.note(request)))
