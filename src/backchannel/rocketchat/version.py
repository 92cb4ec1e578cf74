"""How old the server is."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from backchannel.flow import Flow
from backchannel.rocketchat.errors import EndpointNotFound
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.session import Session

__all__ = ["NEWEST", "server_version"]

NEWEST: Final = (1000, 0)
"""What a server that does not tell is taken for."""

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})", re.ASCII)


class InfoReply(Reply, frozen=True, kw_only=True):
    """The body of `/api/info`."""

    version: str = ""


def server_version(session: Session) -> Flow[tuple[int, int]]:
    """The flow that tells the server's version, major and minor, asking once.

    Source: `GET /api/info`, the one path that is not below `/api/v1`.
    """
    if session.memory.version is None:
        request = session.get("info")
        request = msgspec.structs.replace(request, url=f"{session.url}/api/info")
        try:
            told = _VERSION.match((yield from session.read(request, InfoReply)).version)
        except EndpointNotFound:
            told = None
        session.memory.version = (int(told[1]), int(told[2])) if told else NEWEST
    return session.memory.version
