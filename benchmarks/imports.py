"""What an import costs a program that does nothing else: whole processes, from start to end."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

from .harness import Contest, Table

ROUNDS = 15

_PROGRAMS = (
    "pass",
    "import msgspec",
    "from glimesh_api import find_channel, ChatMessageInput",
    "import backchannel",
    "from backchannel import Glimesh",
    "from backchannel import Glimesh; Glimesh(token='t')",
    "import requests",
    "from pydantic import BaseModel",
    "import argparse",
    "import sys; from backchannel.cli import main; sys.argv[1:] = ['--help']; main()",
    "import gql",
    "from gql.transport.requests import RequestsHTTPTransport",
)


def measure(rounds: int) -> Table:
    with Contest("Importing (`import msgspec` = 1.00)", "`import msgspec`") as contest:
        for program in _PROGRAMS:
            contest.add(f"`{program}`", partial(_run, program))
        return contest.run(rounds, 1)


def _run(program: str) -> None:
    subprocess.run(
        [sys.executable, "-c", program], env=_environment(), check=True, stdout=subprocess.DEVNULL
    )


def _environment() -> dict[str, str]:
    """The environment, but Python keeps its bytecode, as it does unless told otherwise."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
