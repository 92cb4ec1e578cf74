"""Whole processes, and what they cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a process took, those that it started included.

    Attributes:
        seconds: from its start to its end.
        busy: those of processors that they kept busy.
        peak: the most memory that one of its processes held, in bytes.
    """

    seconds: float
    busy: float
    peak: int


# A process begins with the peak of the one that started it, so a small one does.
_LAUNCHER = """
import json, os, subprocess, sys, time
with open(sys.argv[1], "wb") as log:
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[2:], stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    busy = usage.ru_utime + usage.ru_stime
    print(json.dumps([time.perf_counter() - start, busy, usage.ru_maxrss, status]))
"""


class ProcessFailed(Exception):
    """A process ended with an error."""


def run(
    command: Sequence[str | Path], directory: Path, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        directory: where it is run.
        environment: variables beside those of this process.

    Raises:
        ProcessFailed: it said that it failed, or cannot be started.
    """
    log = directory / "process.log"
    launcher = [sys.executable, "-S", "-c", _LAUNCHER, str(log), *map(str, command)]
    done = subprocess.run(
        launcher,
        cwd=directory,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProcessFailed(done.stderr.strip().splitlines()[-1])
    seconds, busy, peak, status = json.loads(done.stdout)
    if status:
        said = log.read_text(errors="replace").strip().splitlines()
        told = next((line for line in said if "rror" in line), said[0] if said else "")
        raise ProcessFailed(f"it failed: {told[:300]}")
    return Cost(seconds, busy, peak * 1024)
