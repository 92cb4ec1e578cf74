"""The recorded frames of Glimesh's socket, and a client that sends them as they are."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from backchannel.local.glimesh import LocalGlimesh
from support.glimesh_site import CREATE, Clock, post

RECORDING = Path(__file__).parents[1] / "data" / "wire-socket.md"
CONTROL = "__absinthe__:control"
SUBSCRIPTION_ID = re.compile(r"__absinthe__:doc:(-\d+):([0-9A-F]{64})")
SOCKET = "/api/graph/websocket"
VIEWER = f"{SOCKET}?vsn=2.0.0&token=tok-viewer"
PATIENCE = 20  # seconds


def sections() -> dict[str, list[str]]:
    """The lines of each exchange, by its name."""
    parts = RECORDING.read_text(encoding="utf-8").split("\n### ")[1:]
    return {
        part.partition(" ")[0]: part.partition("```\n")[2].partition("```")[0].splitlines()
        for part in parts
    }


def dial(server: LocalGlimesh, path: str = VIEWER) -> ClientConnection:
    """A socket, connected."""
    return connect(server.url.replace("http:", "ws:") + path, close_timeout=0.2)


def receive(socket: ClientConnection) -> str:
    """The next frame, or how the connection ended, in the recording's words."""
    try:
        return str(socket.recv(timeout=PATIENCE))
    except ConnectionClosed as closed:
        code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
        return f"(connection closed: code={code} reason={reason!r})"


@dataclass
class Replay:
    """Plays a recording's client against a server and keeps what the server sends.

    What the recording does beside the socket is done over HTTP: a push that no frame of the
    client has caused is caused by its recorded author. Ids of subscriptions are the recorded ones
    in what it keeps, and the server's in what it sends: `renamed` has those by these.
    """

    server: LocalGlimesh
    clock: Clock
    path: str = VIEWER
    socket: ClientConnection | None = None
    told: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)

    def play(self, lines: list[str]) -> list[tuple[str, str]]:
        """Pairs of what was recorded from the server, and what came."""
        pairs: list[tuple[str, str]] = []
        for number, line in enumerate(lines):
            self._set_clock(lines[number:])
            direction, text = line[0], line[2:]
            if direction == ">":
                self._send(text)
                self.told |= {message_id(later) for later in pushes_of_own(lines[number:])}
            elif direction == "<":
                self._cause(text)
                came = receive(self._open())
                for recorded, ours in zip(ids_in(text), ids_in(came), strict=False):
                    self.renamed.setdefault(recorded, ours)
                pairs.append((text, rename(came, {v: k for k, v in self.renamed.items()})))
                if text.startswith("(connection closed"):
                    self.socket = None
            elif text.startswith("(nothing within"):
                pairs.append(("nothing", self._nothing()))
            elif text.startswith("(a message in channel 2"):
                values = {"c": "2", "m": {"message": "elsewhere"}}
                post(self.server, CREATE, values)
        return pairs

    def _open(self) -> ClientConnection:
        if self.socket is None:
            self.socket = dial(self.server, self.path)
        return self.socket

    def _send(self, text: str) -> None:
        self._open().send(rename(text, self.renamed))

    def _nothing(self) -> str:
        """A heartbeat that is answered at once: nothing came before."""
        self._open().send('[null,"quiet","phoenix","heartbeat",{}]')
        came = receive(self._open())
        quiet = '[null,"quiet","phoenix","phx_reply",{"response":{},"status":"ok"}]'
        return "nothing" if came == quiet else came

    def _set_clock(self, lines: list[str]) -> None:
        """The time at which the next message was recorded."""
        for line in lines:
            found = re.search(r'"insertedAt":"([^"]+)"', line)
            if found:
                self.clock.now = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
                return

    def _cause(self, text: str) -> None:
        if '"subscription:data"' not in text or message_id(text) in self.told:
            return
        self.told.add(message_id(text))
        data = result_of(text)["data"]
        if "channel" in data:
            change = "mutation($c: ID!, $t: String!) { updateStreamInfo(channelId: $c, title: $t) { id } }"
            values = {"c": data["channel"]["id"], "t": data["channel"]["title"]}
            post(self.server, change, values, token="tok-streamer")
        elif "followers" in data:
            follow = "mutation { follow(streamerId: 1) { id } }"
            post(self.server, follow, token=f"tok-{data['followers']['user']['username']}")
        else:
            message = data["chatMessage"]
            channel = message.get("channel", {}).get("id", "1")
            values = {"c": channel, "m": {"message": message.get("message", "any")}}
            post(self.server, CREATE, values, token=f"tok-{message['user']['username']}")


def ids_in(text: str) -> list[str]:
    """The ids of subscriptions in a frame."""
    return [found[0] for found in SUBSCRIPTION_ID.finditer(text)]


def rename(text: str, names: dict[str, str]) -> str:
    """A frame with other ids of subscriptions."""
    return SUBSCRIPTION_ID.sub(lambda found: names.get(found[0], found[0]), text)


def result_of(text: str) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """What a push gave, in either version of the protocol."""
    frame = json.loads(text)
    payload = frame[4] if isinstance(frame, list) else frame["payload"]
    return payload["result"]


def message_id(text: str) -> str:
    """What a push is about: equal for the pushes of one event to several subscriptions."""
    data = result_of(text)["data"]
    return json.dumps(data.get("chatMessage", {}).get("id") or data, sort_keys=True)


def pushes_of_own(lines: list[str]) -> list[str]:
    """The pushes between a mutation and its reply, which the mutation itself causes."""
    found: list[str] = []
    if "createChatMessage(" in lines[0]:
        for line in lines[1:]:
            if '"phx_reply"' in line or not line.startswith("<"):
                break
            if '"subscription:data"' in line:
                found.append(line[2:])
    return found
