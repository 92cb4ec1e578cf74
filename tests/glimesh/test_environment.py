"""`Glimesh.from_env()`: credential and server from the environment."""

from __future__ import annotations

import pytest

import glimesh_api as api
from backchannel import AsyncGlimesh, Glimesh
from backchannel.errors import ConfigurationError
from backchannel.local import LocalGlimesh


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in ("GLIMESH_TOKEN", "GLIMESH_CLIENT_ID", "GLIMESH_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_token_and_a_server_of_the_environment_are_used(monkeypatch):
    with LocalGlimesh() as server:
        monkeypatch.setenv("GLIMESH_TOKEN", "tok-viewer")
        monkeypatch.setenv("GLIMESH_URL", server.url)
        with Glimesh.from_env() as glimesh:
            assert api.myself(glimesh).username == "viewer"


async def test_the_async_client_reads_the_same(monkeypatch):
    with LocalGlimesh() as server:
        monkeypatch.setenv("GLIMESH_TOKEN", "tok-viewer")
        monkeypatch.setenv("GLIMESH_URL", server.url)
        async with AsyncGlimesh.from_env() as glimesh:
            assert (await api.myself(glimesh)).username == "viewer"


def test_without_a_server_it_is_the_public_one(monkeypatch):
    monkeypatch.setenv("GLIMESH_CLIENT_ID", "11111111-2222-4333-8444-555555555555")
    with Glimesh.from_env() as glimesh:
        assert glimesh.endpoint.url == "https://glimesh.tv/api/graph"


@pytest.mark.parametrize("names", [(), ("GLIMESH_TOKEN", "GLIMESH_CLIENT_ID")])
def test_none_or_both_of_the_credentials_is_an_error_without_values(monkeypatch, names):
    for name in names:
        monkeypatch.setenv(name, "a-secret")
    with pytest.raises(ConfigurationError) as caught:
        Glimesh.from_env()
    assert "a-secret" not in str(caught.value)


def test_the_url_of_the_api_itself_is_no_base_url():
    with pytest.raises(ConfigurationError, match="without /api/graph"):
        Glimesh(token="t", url="https://glimesh.tv/api/graph/")
