"""Rocket.Chat servers and calls to them; tests of Glimesh's have a `server` of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from backchannel.local.rocketchat import LocalRocketChat
from support.rocketchat_calls import Caller


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module", params=[3, 7, 8], ids="age{}".format)
def server(request: pytest.FixtureRequest) -> Iterator[LocalRocketChat]:
    """A server of every age, shared by the tests of this file."""
    with LocalRocketChat(age=request.param) as server:
        yield server


@pytest.fixture
def chat(server: LocalRocketChat, session: requests.Session) -> Caller:
    return Caller(server.url, session)


@pytest.fixture
def fresh(session: requests.Session) -> Iterator[Callable[..., Caller]]:
    """Start a server of one's own, with these arguments."""
    servers: list[LocalRocketChat] = []

    def start(**arguments: object) -> Caller:
        servers.append(LocalRocketChat(**arguments))
        return Caller(servers[-1].url, session)

    yield start
    for server in servers:
        server.close()
