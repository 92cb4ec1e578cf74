"""A local Glimesh site for a test: asking it, writing into it, and its time."""

import json
from datetime import UTC, datetime

from support.glimesh_exchanges import Request, send

CREATE = (
    "mutation($c: ID!, $m: ChatMessageInput!)"
    " { createChatMessage(channelId: $c, message: $m) { id message } }"
)
HISTORY = "{ channel(id: 1) { chatMessages(last: 50) { edges { node { id message } } } } }"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now


def post(server, query, variables=None, *, token="tok-viewer", headers=None):
    return send(
        server.url,
        Request(
            "POST",
            "/api/graph",
            {
                "authorization": f"Bearer {token}",
                "content-type": "application/json",
                **(headers or {}),
            },
            json.dumps({"query": query, "variables": variables or {}}),
        ),
    )


def write(server, text, *, channel=1, token="tok-viewer"):
    """The new message, or the text of the refusal."""
    body = post(server, CREATE, {"c": channel, "m": {"message": text}}, token=token).body
    return body["errors"][0]["message"] if "errors" in body else body["data"]["createChatMessage"]


def message_of(reply):
    return reply.body["errors"][0]["message"]
