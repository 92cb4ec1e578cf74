"""The manifest beside the output: what was made, of what, and by which versions.

Reading it needs neither graphql-core nor ariadne-codegen. It holds no times and no absolute
paths, and is sorted, so that the same inputs give the same manifest everywhere.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path

import msgspec

from backchannel.version import VERSION

NAME = "manifest.json"
"""The manifest's name in the directory of the package."""

FORMAT = 1
"""Counts the changes of what a manifest means."""


class OperationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of the package.

    Attributes:
        name: its name in GraphQL.
        kind: `query`, `mutation` or `subscription`.
        source: where it is defined, as `path:line:column`.
        module: the file of its function.
        sha256: the hash of the document in UTF-8, hexadecimal; `Operation.sha256`.
        document: exactly what is sent.
        coordinates: the parts of the schema that it uses, as schema coordinates.
    """

    name: str
    kind: str
    source: str
    module: str
    sha256: str
    document: str
    coordinates: tuple[str, ...]


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the package.

    Attributes:
        sha256: the hash of its contents, hexadecimal.
        sources: the files of operations and fragments that it is made of; none where it is made
            of all of them.
    """

    sha256: str
    sources: tuple[str, ...] = ()


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The files that a package is made of: their hashes by their paths.

    The paths are relative to the directory of the package, with slashes.

    Attributes:
        schema: the files of the schema, in the order in which they were read.
        queries: the files of operations and fragments, in that order.
        overrides: the overrides, if there are any.
        config: the configuration, if there is any.
    """

    schema: dict[str, str]
    queries: dict[str, str]
    overrides: dict[str, str] = {}
    config: dict[str, str] = {}


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """The versions that made a package.

    Attributes:
        backchannel: ours.
        ariadne_codegen: that of ariadne-codegen; None where it is not installed.
    """

    backchannel: str
    ariadne_codegen: str | None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a package and where it comes from.

    Attributes:
        format: `FORMAT`.
        versions: what made it.
        inputs: what it was made of.
        files: its files by their paths relative to it; itself excepted.
        operations: its operations, sorted by name.
    """

    format: int
    versions: Versions
    inputs: Inputs
    files: dict[str, FileEntry]
    operations: tuple[OperationEntry, ...]

    def encode(self) -> str:
        """The text of the manifest."""
        sorted_files = {name: self.files[name] for name in sorted(self.files)}
        ordered = msgspec.structs.replace(self, files=sorted_files)
        return msgspec.json.format(msgspec.json.encode(ordered), indent=1).decode() + "\n"


def read(directory: Path) -> Manifest | None:
    """The manifest of a package; None where there is none that can be used.

    One that names files outside of the package is not used either.
    """
    try:
        manifest = msgspec.json.decode((directory / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None
    if manifest.format != FORMAT or not all(map(_is_inside, manifest.files)):
        return None
    return manifest


def current_versions() -> Versions:
    """The versions that are installed."""
    return Versions(backchannel=VERSION, ariadne_codegen=installed("ariadne_codegen"))


def installed(package: str) -> str | None:
    """The version of the package that would be imported, by the name of its metadata.

    `importlib.metadata` tells the same, at a fifth of what a whole check takes.
    """
    spec = PathFinder.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin).parents[1].glob(f"{package}-*.dist-info")
    return next((each.stem.partition("-")[2] for each in found), None)


def digest(contents: bytes | str) -> str:
    """The SHA-256 of bytes, or of text in UTF-8; hexadecimal."""
    return hashlib.sha256(contents.encode() if isinstance(contents, str) else contents).hexdigest()


class Paths:
    """Paths as manifests have them: relative to the directory of the package, with slashes.

    Args:
        directory: the directory.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._parents: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The path of a file."""
        parent, name = os.path.split(path)
        if parent not in self._parents:
            relative = os.path.relpath(parent or os.curdir, self._directory)
            self._parents[parent] = Path(relative).as_posix()
        found = self._parents[parent]
        return name if found == "." else f"{found}/{name}"

    def hashes(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """The hashes of files, by their paths."""
        return {self.of(path): digest(contents) for path, contents in files.items()}


def _is_inside(name: str) -> bool:
    parts = set(name.split("/")) - {"", "."}
    return bool(parts) and not name.startswith("/") and ".." not in parts
