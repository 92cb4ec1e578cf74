"""Formats generated modules with ruff."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

LINE_LENGTH = 100

CHARACTERS = 1_000_000
"""How much is worth another process."""


class FormatError(Exception):
    """ruff refused generated code; a defect of the generator."""


def formatted(files: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The files with their Python modules formatted, while the next ones are still being made.

    Modules go to ruff one after the other through its standard input: to write, read and remove
    thousands of temporary files takes longer than to format them.

    Args:
        files: names and texts.
    """
    texts: dict[str, str] = {}
    batches = {suffix: _Batch() for suffix in (".py", ".pyi")}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        running: list[tuple[list[str], Future[list[str]]]] = []

        def run(batch: _Batch) -> None:
            task = threads.submit(_format, [texts[name] for name in batch.names], batch.names[0])
            running.append((batch.names, task))

        for name, text in files:
            texts[name] = text
            suffix = PurePosixPath(name).suffix
            if suffix not in batches:
                continue
            batch = batches[suffix]
            batch.names.append(name)
            batch.characters += len(text)
            if batch.characters >= CHARACTERS:
                run(batch)
                batches[suffix] = _Batch()
        for batch in batches.values():
            if batch.names:
                run(batch)
        for names, task in running:
            texts.update(zip(names, task.result(), strict=True))
    return texts


@dataclass
class _Batch:
    """Modules for one run of ruff."""

    names: list[str] = field(default_factory=list[str])
    characters: int = 0


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
