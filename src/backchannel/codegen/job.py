"""A job of the command line: which files a package is made of, and where it is put.

Listing, reading and hashing the files needs neither graphql-core nor ariadne-codegen; these are
imported when something is compiled.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backchannel.codegen import manifest
from backchannel.codegen.files import graphql_files
from backchannel.codegen.manifest import Inputs, Manifest

if TYPE_CHECKING:
    from backchannel.codegen.compile import Compiled
    from backchannel.codegen.configuration import Configuration
    from backchannel.codegen.diagnostics import Diagnostic, Problems
    from backchannel.codegen.incremental import Session


def caches() -> Path:
    """Our directory where the system wants a user's caches."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "backchannel"


class Job(msgspec.Struct, frozen=True):
    """What `backchannel generate` was asked for.

    Attributes:
        schema: files and directories of the schema.
        queries: files and directories of operations and fragments.
        output: the directory of the package.
        overrides: the file of overrides.
        config: the file of the configuration.
        fail_on: rules of the lint whose findings are mistakes, whatever the configuration says.
        warn: those whose findings are told.
        off: those that are not looked at.
        cache: the directory in which something is kept for the next process; None: nothing is.
    """

    schema: Sequence[Path]
    queries: Sequence[Path]
    output: Path
    overrides: Path | None = None
    config: Path | None = None
    fail_on: Sequence[str] = ()
    warn: Sequence[str] = ()
    off: Sequence[str] = ()
    cache: Path | None = None

    def compile(
        self, session: Session | None = None, report: Callable[[Diagnostic], None] | None = None
    ) -> dict[str, str]:
        """Compile; return the texts of the package's files, the manifest included, by path.

        Args:
            session: what knows earlier runs of this process, so that only what changed is
                compiled; without one, what is kept of an earlier process is used.
            report: is told what the lint found that is no mistake.

        Raises:
            CompileError: the input has mistakes.
        """
        from backchannel.codegen.cache import Cache
        from backchannel.codegen.diagnostics import Problems
        from backchannel.codegen.incremental import Session
        from backchannel.codegen.mistakes import elsewhere
        from backchannel.codegen.sources import read_each

        # Hashed first: what changes while it is compiled is compiled again.
        inputs = self.inputs()
        with _collector_paused():
            problems = Problems()
            schema, unread = read_each(self.schema)
            queries, others = read_each(self.queries)
            problems.found += [*unread, *others]
            configuration = self._configuration(problems)
            if problems.found:
                problems.found += elsewhere(None if unread else schema, queries, configuration)
                problems.check()
            cache = Cache(self.cache, self.output) if self.cache and session is None else None
            run = session or Session(cache.load() if cache else None)
            compiled = run.compile(schema, queries, configuration)
        if report is not None:
            for warning in compiled.warnings:
                report(warning)
        made = self._manifest(compiled, inputs).encode()
        if cache and run.state:
            cache.save(run.state, made)
        return {**compiled.files, manifest.NAME: made}

    def _configuration(self, problems: Problems) -> Configuration:
        from backchannel.codegen.configuration import Configuration, read_configuration
        from backchannel.codegen.overrides import Overrides, read_overrides

        config, overrides = self.config, self.overrides
        found, patches = Configuration(), Overrides()
        if config:
            found = problems.attempt(lambda: read_configuration(config), found)
        if overrides:
            patches = problems.attempt(lambda: read_overrides(overrides), patches)
        lint = problems.attempt(
            lambda: found.lint.changed(self.fail_on, self.warn, self.off), found.lint
        )
        return msgspec.structs.replace(found, overrides=patches, lint=lint)

    def inputs(self) -> Inputs:
        """The hashes of the files as they are now; those that cannot be read are left out."""
        return Inputs(
            schema=self._hashes(self.schema),
            queries=self._hashes(self.queries),
            overrides=self._hashes([self.overrides] if self.overrides else []),
            config=self._hashes([self.config] if self.config else []),
        )

    def _hashes(self, paths: Sequence[Path]) -> dict[str, str]:
        found: dict[str, bytes] = {}
        for path in listed(paths):
            try:
                found[str(path)] = path.read_bytes()
            except OSError:
                continue
        return manifest.Paths(self.output).hashes(found)

    def _manifest(self, compiled: Compiled, inputs: Inputs) -> Manifest:
        paths = manifest.Paths(self.output)
        return Manifest(
            format=manifest.FORMAT,
            versions=manifest.current_versions(),
            inputs=inputs,
            files={
                name: manifest.FileEntry(
                    sha256=manifest.digest(text),
                    sources=tuple(sorted(set(map(paths.of, compiled.origins.get(name, ()))))),
                )
                for name, text in compiled.files.items()
            },
            operations=tuple(
                manifest.OperationEntry(
                    name=each.name,
                    kind=each.kind,
                    source=f"{paths.of(each.path)}:{each.line}:{each.column}",
                    module=each.module,
                    sha256=manifest.digest(each.document),
                    document=each.document,
                    coordinates=each.coordinates,
                )
                for each in sorted(compiled.operations, key=lambda each: each.name)
            ),
        )


@contextmanager
def _collector_paused() -> Generator[None]:
    """Let the garbage collector rest: a large schema's nodes all live to the end.

    Looking through them again and again would take up to half of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def listed(paths: Sequence[Path]) -> Iterator[Path]:
    """Files, and all GraphQL files of directories, in the order of their names."""
    for path in paths:
        if path.is_dir():
            yield from graphql_files(path)
        else:
            yield path
