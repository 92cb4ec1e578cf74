"""What is kept of a run for the next one, which is another process.

One file a package, in the user's directory of caches, never in the project: the state of the run,
and the hash of the manifest that was made. The package's own files are not kept again: those on
disk are used, if they still are what the manifest says. So a cache that is deleted, outdated or
spoiled costs time and nothing else. It is JSON, which cannot run anything when it is read.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from graphql import version as graphql_version

from backchannel.codegen import manifest
from backchannel.codegen.compile import Compiled, CompiledOperation
from backchannel.codegen.diagnostics import Diagnostic
from backchannel.codegen.incremental import State
from backchannel.codegen.manifest import Manifest
from backchannel.version import VERSION

KEPT = 20
"""For how many packages something is kept; the ones that were not used for longest go."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the cache.

    Attributes:
        versions: of all that has a say in the result.
        manifest: the hash of the manifest.
        state: what is known of the run.
    """

    versions: dict[str, str | None]
    manifest: str
    state: State


class Cache:
    """What is kept for one package.

    Args:
        directory: where caches are.
        package: the directory of the package.
    """

    def __init__(self, directory: Path, package: Path) -> None:
        name = manifest.digest(str(package.resolve()))[:32]
        self._file = directory / f"{name}.json"
        self._package = package

    def load(self) -> tuple[State, Compiled] | None:
        """The last run and its result; None if there is none to go on from."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
            text = (self._package / manifest.NAME).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, msgspec.DecodeError):
            return None
        known = manifest.read(self._package)
        if known is None or kept.manifest != manifest.digest(text) or kept.versions != _versions():
            return None
        paths = manifest.Paths(self._package)
        named = {paths.of(path): path for path in kept.state.operations}
        files = self._files(known)
        # Seen from another working directory, files have other names.
        if files is None or named.keys() != known.inputs.queries.keys():
            return None
        return kept.state, _compiled(known, named, files, kept.state.warnings)

    def save(self, state: State, text: str) -> None:
        """Keep a run.

        Args:
            state: what is known of it.
            text: the manifest that it made.
        """
        kept = _Kept(versions=_versions(), manifest=manifest.digest(text), state=state)
        try:
            self._write(msgspec.json.encode(kept))
        except OSError:
            # Where nothing can be kept, each run is a full one: it is slower, and not wrong.
            return

    def _write(self, contents: bytes) -> None:
        directory = self._file.parent
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=directory)
        with os.fdopen(handle, "wb") as file:
            file.write(contents)
        Path(name).replace(self._file)
        newest_last = sorted(directory.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        for path in newest_last[:-KEPT]:
            path.unlink(missing_ok=True)

    def _files(self, known: Manifest) -> dict[str, str] | None:
        """The package's files; None if one is not as it was generated."""
        found: dict[str, str] = {}
        for name, entry in known.files.items():
            try:
                contents = (self._package / name).read_bytes()
            except OSError:
                return None
            if manifest.digest(contents) != entry.sha256:
                return None
            found[name] = contents.decode()
        return found


def _compiled(
    known: Manifest,
    named: Mapping[str, str],
    files: dict[str, str],
    warnings: Sequence[Diagnostic],
) -> Compiled:
    """A result as it was, from its manifest.

    Args:
        known: the manifest.
        named: the paths of files of operations as the user named them, by those in the manifest.
        files: the texts of the package's files.
        warnings: what the lint found.
    """
    operations: list[CompiledOperation] = []
    for each in known.operations:
        path, line, column = each.source.rsplit(":", maxsplit=2)
        operations.append(
            CompiledOperation(
                name=each.name,
                kind=each.kind,
                path=named[path],
                line=int(line),
                column=int(column),
                module=each.module,
                document=each.document,
                coordinates=each.coordinates,
            )
        )
    origins = {
        name: [named[path] for path in entry.sources]
        for name, entry in known.files.items()
        if entry.sources
    }
    return Compiled(files, operations, origins, warnings)


def _versions() -> dict[str, str | None]:
    return {
        "backchannel": VERSION,
        "codegen": _own_files(),
        "python": platform.python_version(),
        "graphql": graphql_version,
        "ariadne_codegen": manifest.installed("ariadne_codegen"),
        "ruff": manifest.installed("ruff"),
    }


def _own_files() -> str:
    """The hash of sizes and times of the compiler's files: who works on it has but one version."""
    found = sorted((path.name, path.stat()) for path in Path(__file__).parent.glob("*.py"))
    return manifest.digest(str([(name, at.st_size, at.st_mtime_ns) for name, at in found]))
