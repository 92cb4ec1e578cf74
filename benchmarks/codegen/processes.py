"""Whole processes, and what they cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a process took, those that it started included.

    Attributes:
        seconds: from its start to its end.
        peak: the most memory that one of its processes held, in bytes.
    """

    seconds: float
    peak: int


class ProcessFailed(Exception):
    """A process ended with an error."""


def run(command: Sequence[str | Path], directory: Path) -> Cost:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        directory: where it is run.

    Raises:
        ProcessFailed: it said that it failed, or cannot be started.
    """
    log = directory / "process.log"
    with log.open("wb") as output:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(command, cwd=directory, stdout=output, stderr=output)
        except OSError as error:
            raise ProcessFailed(str(error)) from None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = log.read_text(errors="replace").strip().splitlines()
        told = next((line for line in said if "rror" in line), said[0] if said else "")
        raise ProcessFailed(f"exit code {process.returncode}: {told[:300]}")
    return Cost(seconds, usage.ru_maxrss * 1024)
