"""Formats generated modules with ruff."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

LINE_LENGTH = 100


class FormatError(Exception):
    """ruff refused generated code; a defect of the generator."""


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """The files with their Python modules formatted, in one run of ruff."""
    with tempfile.TemporaryDirectory() as directory:
        paths = {name: Path(directory, name) for name in files}
        for name, path in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name], encoding="utf-8", newline="\n")
        run = subprocess.run(  # noqa: S603  (ruff, with arguments of our own)
            [
                *_ruff(),
                *("format", "--isolated", "--no-cache", "--quiet"),
                *("--line-length", str(LINE_LENGTH), "--target-version", "py311", directory),
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if run.returncode != 0:
            raise FormatError(run.stderr)
        return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}


def _ruff() -> list[str]:
    """The command of ruff, which ariadne-codegen depends on; its binary, if it can be found."""
    binary = Path(sys.executable).with_name("ruff")
    return [str(binary)] if binary.exists() else [sys.executable, "-m", "ruff"]
