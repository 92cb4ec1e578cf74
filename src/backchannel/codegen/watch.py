"""Generating again whenever the input changes, which is found by looking now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from backchannel.codegen.job import Job, listed

INTERVAL = 0.3
"""Seconds between two looks."""

Stamps = dict[Path, tuple[int, int]]


def watch(job: Job, act: Callable[[], object], interval: float = INTERVAL) -> None:
    """Act at once, and again after each change of a job's input, until it is interrupted.

    Args:
        job: whose input; directories are listed anew at each look, so that new files are found.
        act: what is to be done.
        interval: seconds between two looks.
    """
    seen: Stamps | None = None
    while True:
        # Taken before acting: what changes meanwhile is acted on afterwards.
        now = _stamps(_files(job))
        if now != seen:
            seen = now
            act()
        time.sleep(interval)


def _files(job: Job) -> Iterator[Path]:
    yield from listed(job.schema)
    yield from listed(job.queries)
    yield from (path for path in (job.overrides, job.config) if path is not None)


def _stamps(files: Iterable[Path]) -> Stamps:
    """Time and size of each file that is there."""
    found: Stamps = {}
    for path in files:
        try:
            status = path.stat()
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found
