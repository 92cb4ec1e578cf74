"""Whether a package is what its inputs give, told from hashes alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from backchannel.codegen import manifest
from backchannel.codegen.job import Job
from backchannel.codegen.manifest import Inputs, Manifest

_AGAIN = "generate it again"


def stale(job: Job) -> list[str]:
    """What is not current, each as `path: why`; nothing where the package is current.

    An input that changed without a consequence, by white space for example, counts too: only
    compiling would tell.
    """
    known = manifest.read(job.output)
    if known is None:
        return [f"{job.output / manifest.NAME}: missing, or of another version: {_AGAIN}"]
    now = job.inputs()
    found = {
        **_from_operations(known.inputs.queries, now.queries, known),
        **_general(known, now),
        **_edited(job.output, known),
    }
    return [f"{job.output / name}: {why}" for name, why in sorted(found.items())]


def _general(known: Manifest, now: Inputs) -> dict[str, str]:
    """All files, if the schema, a setting or a version is another one."""
    causes = [
        *_changes(known.inputs.schema, now.schema),
        *_changes(known.inputs.overrides, now.overrides),
        *_changes(known.inputs.config, now.config),
    ]
    versions = manifest.current_versions()
    # A package can be checked where no compiler is installed.
    compiler = versions.ariadne_codegen or known.versions.ariadne_codegen
    if known.versions.backchannel != versions.backchannel:
        causes.append(f"backchannel was {known.versions.backchannel}")
    if known.versions.ariadne_codegen != compiler:
        causes.append(f"ariadne-codegen was {known.versions.ariadne_codegen}")
    if not causes:
        return {}
    why = f"not known to be what the input gives ({'; '.join(causes)}): {_AGAIN}"
    return dict.fromkeys([*known.files, manifest.NAME], why)


def _from_operations(
    before: Mapping[str, str], now: Mapping[str, str], known: Manifest
) -> dict[str, str]:
    """The files that are made of changed files of operations."""
    causes = list(_changes(before, now))
    if not causes:
        return {}
    why = f"not what the input gives ({'; '.join(causes)}): {_AGAIN}"
    changed = {path for path in {**before, **now} if before.get(path) != now.get(path)}
    found = {manifest.NAME: why}
    for name, entry in known.files.items():
        if changed.intersection(entry.sources):
            found[name] = why
    return found


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({**before, **now}):
        if path not in now:
            yield f"{path} is gone"
        elif path not in before:
            yield f"{path} is new"
        elif before[path] != now[path]:
            yield f"{path} changed"
    if list(before) != list(now) and sorted(before) == sorted(now):
        yield "the order of the files changed"


def _edited(directory: Path, known: Manifest) -> dict[str, str]:
    """The files that are not as they were written."""
    found: dict[str, str] = {}
    for name, entry in known.files.items():
        try:
            contents = (directory / name).read_bytes()
        except OSError:
            found[name] = f"missing: {_AGAIN}"
            continue
        if manifest.digest(contents) != entry.sha256:
            found[name] = f"not what was generated: {_AGAIN}"
    return found
