"""`backchannel` as a real process, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from support.terminal import Terminal

BACKCHANNEL = Path(sys.executable).parent / "backchannel"
PATIENCE = 60.0


class CommandLine:
    """Runs commands, with the accounts that an environment sets."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = dict(env)

    def run(
        self, *arguments: str, text: str | bytes = b"", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """To the end, with pipes."""
        given = text.encode() if isinstance(text, str) else text
        done = subprocess.run(
            [BACKCHANNEL, *arguments],
            input=given,
            capture_output=True,
            env={**self.env, **env},
            timeout=PATIENCE,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def objects(self, *arguments: str, text: str | bytes = b"") -> list[dict]:
        """What a command that must end well prints with `--json`."""
        done = self.run(*arguments, "--json", text=text)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """With pipes, and without waiting."""
        return subprocess.Popen(
            [BACKCHANNEL, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**self.env, **env},
        )

    def at_terminal(self, *arguments: str, **env: str) -> Terminal:
        """At a terminal of its own."""
        return Terminal([BACKCHANNEL, *arguments], {**self.env, **env})


def environment(home: Path) -> dict[str, str]:
    """An environment without settings of ours."""
    kept = {
        name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ
    }
    more = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "TERM": "xterm-256color", "TZ": "UTC"}
    return {**kept, **more, "LANG": "C.UTF-8"}


def line_of(stream: IO[str] | None) -> str:
    """The next line of a process's output."""
    assert stream is not None
    return stream.readline().rstrip("\n")
