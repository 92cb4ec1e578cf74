"""Both local servers, and the command line of somebody with an account on each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE
from support.commands import CommandLine, environment


@pytest.fixture
def glimesh() -> Iterator[LocalGlimesh]:
    with LocalGlimesh() as server:
        yield server


@pytest.fixture
def rocketchat() -> Iterator[LocalRocketChat]:
    with LocalRocketChat() as server:
        yield server


@pytest.fixture
def nobody(tmp_path: Path) -> CommandLine:
    """The command line of somebody who has configured nothing."""
    return CommandLine(environment(tmp_path))


@pytest.fixture
def cli(nobody: CommandLine, glimesh: LocalGlimesh, rocketchat: LocalRocketChat) -> CommandLine:
    return CommandLine(
        {
            **nobody.env,
            "GLIMESH_URL": glimesh.url,
            "GLIMESH_TOKEN": "tok-viewer",
            "ROCKETCHAT_URL": rocketchat.url,
            "ROCKETCHAT_USER_ID": ALICE.user_id,
            "ROCKETCHAT_AUTH_TOKEN": ALICE.token,
        }
    )
