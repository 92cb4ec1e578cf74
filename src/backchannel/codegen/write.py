"""Puts a compiled package on disk, and never touches a file that is not its own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from pathlib import Path

from backchannel.codegen.diagnostics import CompileError, Diagnostic
from backchannel.codegen.module import HEADER

RESERVED = "glimesh_api"
"""The package that the distribution brings along."""


def check_name(directory: Path) -> None:
    """Check that the package can be called so.

    Raises:
        CompileError: the name is no identifier, or that of the package that comes with
            backchannel, which the new one would hide or be hidden by.
    """
    name = directory.resolve().name
    if not name.isidentifier() or iskeyword(name):
        raise _problem(directory, f"{name!r} cannot be imported: give the package another name")
    if name == RESERVED and any(each != directory.resolve() for each in _installed(name)):
        raise _problem(
            directory,
            f"the name {name} belongs to the package that is installed with backchannel, and only"
            " one of the two could be imported: give yours another name",
        )


def write_package(files: Mapping[str, str], directory: Path) -> list[str]:
    """Write the files that changed and remove generated ones that are no longer made.

    Args:
        files: texts by paths relative to the directory.
        directory: where to; it is made if need be.

    Returns:
        The paths written or removed.

    Raises:
        CompileError: a file that was not generated is in the way. Nothing is written then.
    """
    foreign = [
        name
        for name in files
        if (directory / name).exists() and not _is_replaceable(directory / name)
    ]
    if foreign:
        raise CompileError(
            [
                Diagnostic(
                    path=str(directory / name),
                    message="this file was not generated and would be overwritten:"
                    " move it, or choose another output directory",
                )
                for name in foreign
            ]
        )
    stale = stale_files(files, directory)
    for name in stale:
        if name in files:
            _write(directory / name, files[name])
        else:
            (directory / name).unlink()
    return stale


def stale_files(files: Mapping[str, str], directory: Path) -> list[str]:
    """The generated files that differ from what they should be, lack, or should not be there."""
    differing = [name for name, text in files.items() if _read(directory / name) != text]
    left = [name for name in _generated(directory) if name not in files]
    return sorted([*differing, *left])


def _generated(directory: Path) -> Iterator[str]:
    """The generated modules in a directory, by their relative paths."""
    for path in directory.rglob("*.py"):
        text = _read(path)
        if text is not None and text.startswith(HEADER):
            yield path.relative_to(directory).as_posix()


def _is_replaceable(path: Path) -> bool:
    """Whether a file is generated, or empty: in an empty file is nobody's work."""
    text = _read(path)
    return text is not None and (not text or text.startswith(HEADER))


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None


def _write(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
    temporary = Path(name)
    temporary.chmod(0o644)
    temporary.replace(path)


def _installed(name: str) -> Iterator[Path]:
    """The directories from which a package of that name can be imported; it is not imported."""
    for entry in sys.path:
        directory = Path(entry, name)
        if (directory / "__init__.py").is_file():
            yield directory.resolve()


def _problem(directory: Path, message: str) -> CompileError:
    return CompileError([Diagnostic(path=str(directory), message=message)])
