"""Formats generated modules with ruff."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LINE_LENGTH = 100

CHARACTERS = 1_000_000
"""How much is worth another process."""


class FormatError(Exception):
    """ruff refused generated code; a defect of the generator."""


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """The files with their Python modules formatted.

    Modules go to ruff one after the other through its standard input: to write, read and remove
    thousands of temporary files takes longer than to format them.
    """
    batches = [
        batch
        for suffix in (".py", ".pyi")
        for batch in _batches([name for name in files if name.endswith(suffix)], files)
    ]

    def run(names: Sequence[str]) -> list[str]:
        return _format([files[name] for name in names], names[0])

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        done = threads.map(run, batches)
    texts = dict(files)
    for names, found in zip(batches, done, strict=True):
        texts.update(zip(names, found, strict=True))
    return texts


def _batches(names: Sequence[str], files: Mapping[str, str]) -> Iterator[list[str]]:
    """The names in as many parts as are worth a process, and as there are processors."""
    total = sum(len(files[name]) for name in names)
    size = total / min(os.cpu_count() or 1, 1 + total // CHARACTERS)
    batch: list[str] = []
    filled = 0
    for name in names:
        batch.append(name)
        filled += len(files[name])
        if filled >= size:
            yield batch
            batch, filled = [], 0
    if batch:
        yield batch


def _format(texts: Sequence[str], name: str) -> list[str]:
    """Modules formatted, in one run of ruff.

    Args:
        texts: their texts.
        name: the name of one of them, by whose suffix ruff knows what they are.
    """
    # A comment between two modules, which is in none of them.
    mark = "# next module"
    while any(mark in text for text in texts):
        mark += "."
    run = subprocess.run(  # noqa: S603  (ruff, with arguments of our own)
        [
            *_ruff(),
            *("format", "--isolated", "--no-cache", "--quiet", "--stdin-filename", name),
            *("--line-length", str(LINE_LENGTH), "--target-version", "py311", "-"),
        ],
        # Bytes, so that no line end is changed on the way.
        input=f"\n\n\n{mark}\n".join(texts).encode(),
        capture_output=True,
        check=False,
    )
    found = run.stdout.decode().split(f"{mark}\n")
    if run.returncode != 0 or len(found) != len(texts):
        raise FormatError(run.stderr.decode(errors="replace"))
    return [f"{text.strip()}\n" for text in found]


def _ruff() -> list[str]:
    """The command of ruff, which ariadne-codegen depends on; its binary, if it can be found."""
    binary = Path(sys.executable).with_name("ruff")
    return [str(binary)] if binary.exists() else [sys.executable, "-m", "ruff"]
