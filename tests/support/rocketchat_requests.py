"""Requests whose replies are read without a server, and when."""

from __future__ import annotations

from backchannel.wire.messages import Request

NOW = 1_800_000_000.0
SEND = Request(method="POST", url="https://chat.example.org/api/v1/chat.sendMessage", headers={})
READ = Request(
    method="GET", url="https://chat.example.org/api/v1/chat.getMessage", headers={}, effect=False
)


def failed(**body: object) -> dict[str, object]:
    return {"success": False, **body}
