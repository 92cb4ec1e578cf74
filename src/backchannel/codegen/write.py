"""Puts a compiled package on disk, and never touches a file that is not its own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from pathlib import Path

from backchannel.codegen import manifest
from backchannel.codegen.diagnostics import CompileError, Diagnostic
from backchannel.codegen.manifest import FileEntry, Manifest
from backchannel.codegen.module import HEADER

RESERVED = "glimesh_api"
"""The package that the distribution brings along."""


def check_name(directory: Path) -> None:
    """Check that the package can be called so, and lie there.

    Raises:
        CompileError: there is a file in its place, the name is no identifier, or that of the
            package that comes with backchannel, which the new one would hide or be hidden by.
    """
    name = directory.resolve().name
    for each in (directory, *directory.parents):
        if each.exists() and not each.is_dir():
            raise _problem(each, "this is a file, and the package needs a directory")
    if not name.isidentifier() or iskeyword(name):
        raise _problem(directory, f"{name!r} cannot be imported: give the package another name")
    if name == RESERVED and any(each != directory.resolve() for each in _installed(name)):
        raise _problem(
            directory,
            f"the name {name} belongs to the package that is installed with backchannel, and only"
            " one of the two could be imported: give yours another name",
        )


def write_package(files: Mapping[str, str], directory: Path) -> list[str]:
    """Write the files that changed and remove own ones that are no longer made.

    Removed is only what the manifest in the directory names; overwritten is that, and a file that
    begins with the header of generated modules.

    Args:
        files: texts by paths relative to the directory.
        directory: where to; it is made if need be.

    Returns:
        The paths written or removed.

    Raises:
        CompileError: a file that was not generated is in the way, and nothing is written; or
            the system refuses to write.
    """
    known = manifest.read(directory)
    found = _present(files, directory, known)
    foreign = [
        name
        for name in files
        if not _is_replaceable(name, found[name], known)
        and (found[name] is not None or (directory / name).exists())
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
    stale = _stale(files, found, known)
    # The manifest comes last: one that is there describes files that are there.
    for name in sorted(stale, key=lambda each: each == manifest.NAME):
        try:
            if name in files:
                _write(directory / name, files[name])
            else:
                (directory / name).unlink()
        except OSError as error:
            raise _problem(directory / name, error.strerror or str(error)) from None
    return stale


def stale_files(files: Mapping[str, str], directory: Path) -> list[str]:
    """The own files that differ from what they should be, lack, or should not be there."""
    known = manifest.read(directory)
    return _stale(files, _present(files, directory, known), known)


def _present(
    files: Mapping[str, str], directory: Path, known: Manifest | None
) -> dict[str, str | None]:
    """The texts of what is there, each read once: there may be thousands."""
    return {name: _read(directory / name) for name in {**files, **(known.files if known else {})}}


def _stale(
    files: Mapping[str, str], found: Mapping[str, str | None], known: Manifest | None
) -> list[str]:
    # Without a manifest, what lies there may be other packages, generated into directories below.
    entries = known.files if known else {}
    left = [
        name for name, entry in entries.items() if name not in files and _is_own(found[name], entry)
    ]
    return sorted([*(name for name, text in files.items() if found[name] != text), *left])


def _is_replaceable(name: str, text: str | None, known: Manifest | None) -> bool:
    """Whether a file is our own, or empty: in an empty file is nobody's work."""
    if text is None:
        return False
    if name == manifest.NAME:
        return known is not None
    return not text or _is_own(text, known.files.get(name) if known else None)


def _is_own(text: str | None, entry: FileEntry | None) -> bool:
    """Whether a file is as it was generated, or begins like it.

    Someone's own file can have taken the place of ours.
    """
    if text is None:
        return False
    return text.startswith(HEADER) or (entry is not None and manifest.digest(text) == entry.sha256)


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
