"""Importing stays cheap: nothing heavy is loaded before it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "aiohttp",
    "ariadne_codegen",
    "gql",
    "graphql",
    "pydantic",
    "requests",
    "rich",
    "starlette",
    "urllib3",
    "uvicorn",
    "websockets",
)


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "code",
    [
        "from glimesh_api import find_channel, ChatMessageInput",
        "from glimesh_api.operations import CHAT_MESSAGES; CHAT_MESSAGES.document",
        "import backchannel",
        "from backchannel import Chat, Glimesh, RocketChat, AsyncChat, AsyncGlimesh, AsyncRocketChat",
        "from backchannel import Attachment, Message, Receipt",
        "import backchannel.errors, backchannel.graphql.client, backchannel.cli",
        "from backchannel.cli.parser import COMMANDS, build_parser\nfor name in COMMANDS: build_parser([name])",
        "from backchannel.configuration import load_configuration, open_chat; load_configuration()",
    ],
)
def test_importing_loads_nothing_heavy(code: str):
    assert not loaded_after(code) & set(HEAVY)


def test_a_blocking_client_loads_no_async_http_and_no_socket():
    code = "from backchannel import Glimesh; Glimesh(token='t').close()"
    assert loaded_after(code) & set(HEAVY) == {"requests", "urllib3"}


def test_an_async_client_loads_no_blocking_http_and_no_socket():
    code = "from backchannel import AsyncGlimesh; AsyncGlimesh(token='t')"
    assert loaded_after(code) & set(HEAVY) == {"aiohttp"}


def test_the_generated_package_is_all_that_its_import_adds_to_msgspec():
    added = loaded_after("from glimesh_api import find_channel, ChatMessageInput") - loaded_after(
        "import msgspec, json"
    )
    ours = {"backchannel", "glimesh_api"}
    assert ours <= added
    assert {name for name in added - ours if name not in sys.stdlib_module_names} == set()
