"""`Glimesh.from_env()`: credential and server from the environment."""

from __future__ import annotations

import os

import pytest

import glimesh_api as api
from backchannel import AsyncGlimesh, Glimesh
from backchannel.errors import ConfigurationError
from backchannel.local import LocalGlimesh
from support.oauth import CLIENT_ID, CLIENT_SECRET, asked_for_tokens, log_in


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in [name for name in os.environ if name.startswith("GLIMESH_")]:
        monkeypatch.delenv(name)


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


@pytest.mark.parametrize("kind", [Glimesh, AsyncGlimesh])
@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("", "neither GLIMESH_TOKEN nor GLIMESH_CLIENT_ID"),
        ("TOKEN CLIENT_ID", "GLIMESH_TOKEN and GLIMESH_CLIENT_ID are set"),
        ("TOKEN TOKEN_FILE", "GLIMESH_TOKEN and GLIMESH_TOKEN_FILE are set"),
        ("TOKEN CLIENT_SECRET", "GLIMESH_TOKEN and GLIMESH_CLIENT_SECRET are set"),
        ("CLIENT_SECRET", "GLIMESH_CLIENT_SECRET: GLIMESH_CLIENT_ID must be set"),
        ("REFRESH_TOKEN TOKEN_FILE", "GLIMESH_TOKEN_FILE: GLIMESH_CLIENT_ID must be set"),
        ("CLIENT_ID REFRESH_TOKEN", "GLIMESH_REFRESH_TOKEN is spent .* set GLIMESH_TOKEN_FILE"),
        ("CLIENT_ID CLIENT_SECRET REFRESH_TOKEN", "set GLIMESH_TOKEN_FILE"),
    ],
)
def test_variables_that_contradict_or_are_missing_are_named_without_values(
    monkeypatch, kind, names, words
):
    for name in names.split():
        monkeypatch.setenv(f"GLIMESH_{name}", "a-secret")
    with pytest.raises(ConfigurationError, match=words) as caught:
        kind.from_env()
    assert "a-secret" not in str(caught.value)


def test_an_application_of_the_environment_acts_for_its_owner(monkeypatch, site):
    monkeypatch.setenv("GLIMESH_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("GLIMESH_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("GLIMESH_URL", site.url)
    with Glimesh.from_env() as glimesh:
        assert api.myself(glimesh).username == "chatbot"


@pytest.mark.parametrize("more", [{}, {"CLIENT_SECRET": CLIENT_SECRET}])
def test_a_login_of_the_environment_goes_on_from_its_file(monkeypatch, site, tmp_path, more):
    log_in(site.world, "rt-1")
    settings = {
        "CLIENT_ID": CLIENT_ID,
        "REFRESH_TOKEN": "rt-1",
        "TOKEN_FILE": str(tmp_path / "tokens"),
        "URL": site.url,
    }
    for name, value in (settings | more).items():
        monkeypatch.setenv(f"GLIMESH_{name}", value)
    for _ in range(2):
        with Glimesh.from_env() as glimesh:
            assert api.myself(glimesh).username == "viewer"
    monkeypatch.delenv("GLIMESH_REFRESH_TOKEN")
    with Glimesh.from_env() as glimesh:
        assert api.myself(glimesh).username == "viewer"
    assert len(asked_for_tokens(site)) == 1


def test_the_url_of_the_api_itself_is_no_base_url():
    with pytest.raises(ConfigurationError, match="without /api/graph"):
        Glimesh(token="t", url="https://glimesh.tv/api/graph/")
