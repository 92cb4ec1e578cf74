"""The compiler beside its peers: whole processes, on few operations and on many.

GitHub's schema and the peers are downloaded into a temporary directory by the package managers'
ordinary means; where that is not possible, the reason is printed and the rest is measured.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from graphql import (
    GraphQLSchema,
    build_schema,
    is_scalar_type,
    is_specified_scalar_type,
    print_schema,
)

from . import tools
from .operations import changed, operations
from .processes import Cost, ProcessFailed, run
from .tables import contest
from .tools import Input, Tool

ROUNDS = 5
COUNTS = (100, 300, 1000)

_ROOT = Path(__file__).resolve().parents[2]
_ARIADNE = "ariadne-codegen alone"
_OURS = "**backchannel generate**"


def measure(rounds: int) -> str:
    """All tables."""
    with tempfile.TemporaryDirectory() as directory:
        return "\n".join(_tables(Path(directory), rounds))


def _tables(directory: Path, rounds: int) -> Iterator[str]:
    peers: dict[str, Tool] = {}
    for name, install in (
        ("graphql-codegen (TypeScript)", tools.graphql_codegen),
        ("turms", tools.turms),
    ):
        try:
            peers[name] = install(_made(directory / name.split(" ", maxsplit=1)[0]))
        except ProcessFailed as error:
            yield f"{name} is not measured: {error}\n"
    yield _project(_made(directory / "project"), rounds)
    try:
        schema = _github(_made(directory / "github"))
    except ProcessFailed as error:
        yield f"GitHub's schema is not measured: {error}\n"
        return
    for count in COUNTS:
        yield from _scale(schema, count, _made(directory / f"of{count}"), peers, rounds)
    yield _calls(directory, rounds)


def _project(directory: Path, rounds: int) -> str:
    schema = _ROOT / "schema/glimesh.graphql"
    given = Input(
        schema=schema,
        queries=_ROOT / "queries",
        scalars=_scalars(build_schema(schema.read_text(encoding="utf-8"))),
        overrides=_ROOT / "schema/overrides.toml",
    )
    contestants = {
        _ARIADNE: tools.ariadne(given, directory),
        _OURS: tools.backchannel(given, directory, "--no-cache"),
        "**backchannel generate --check**": tools.backchannel(given, directory, "--check"),
    }
    contestants[_OURS]()
    return contest("This project's operations", _ARIADNE, contestants, rounds)


def _github(directory: Path) -> Path:
    """GitHub's schema, from the package that Octokit publishes."""
    npm = shutil.which("npm")
    if npm is None:
        raise ProcessFailed("there is no npm")
    run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "@octokit/graphql-schema"],
        directory,
    )
    published = directory / "node_modules/@octokit/graphql-schema/schema.graphql"
    # Some releases define a field twice, which no tool takes.
    schema = build_schema(published.read_text(encoding="utf-8"), assume_valid_sdl=True)
    cleaned = directory / "github.graphql"
    cleaned.write_text(print_schema(schema), encoding="utf-8")
    return cleaned


def _scale(
    schema_path: Path, count: int, directory: Path, peers: dict[str, Tool], rounds: int
) -> Iterator[str]:
    schema = build_schema(schema_path.read_text(encoding="utf-8"))
    queries = _made(directory / "queries")
    fragments, *documents = operations(schema, count)
    (queries / "fragments.graphql").write_text(fragments)
    for number, document in enumerate(documents, start=1):
        (queries / f"operation{number:04}.graphql").write_text(document)
    given = Input(schema_path, queries, _scalars(schema))
    contestants = {
        _ARIADNE: tools.ariadne(given, directory),
        _OURS: tools.backchannel(given, directory, "--no-cache"),
    }
    for name, peer in peers.items():
        contestant = peer(given, _made(directory / f"by-{name.split(' ', maxsplit=1)[0]}"))
        try:
            contestant()
        except ProcessFailed as error:
            yield f"{name} is not measured with {count} operations: {error}\n"
        else:
            contestants[name] = contestant
    contestants[_OURS]()
    yield contest(f"GitHub's schema, {count} operations", _ARIADNE, contestants, rounds)
    yield _watched(directory, given, queries / "operation0001.graphql", rounds)
    again = tools.backchannel(given, directory)
    again()
    yield contest(
        f"GitHub's schema, {count} operations: again",
        _OURS,
        {
            _OURS: contestants[_OURS],
            "one operation changed": _edited(
                again, queries / "operation0001.graphql", documents[0]
            ),
            "nothing changed": again,
            "--check": tools.backchannel(given, directory, "--check"),
        },
        rounds,
    )


def _watched(directory: Path, given: Input, file: Path, rounds: int) -> str:
    command = [sys.executable, "-m", "benchmarks.codegen.session"]
    command += map(str, (given.schema, given.queries, directory / "config.toml"))
    command += [str(directory / "watched"), str(file), str(2 * rounds)]
    printed = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    took = json.loads(printed)
    return (
        f"In a process that watches, one operation changed: {took['changed']:.3f} s,"
        f" {took['changed'] / took['full']:.3f} of its first run.\n"
    )


def _edited(contestant: Callable[[], Cost], path: Path, document: str) -> Callable[[], Cost]:
    """The contestant after a change of one file, another one each time."""
    texts = [changed(document), document]

    def call() -> Cost:
        texts.reverse()
        path.write_text(texts[0])
        return contestant()

    return call


def _calls(directory: Path, rounds: int) -> str:
    """Importing one function of the package, and making its request, however many there are."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import ours; name = sys.argv[2];"
        "print(getattr(ours, name), getattr(ours.operations, name.upper()).document)"
    )
    contestants = {
        f"of {count} operations": _import(program, directory / f"of{count}") for count in COUNTS
    }
    return contest(
        "Importing the package and one operation", f"of {COUNTS[0]} operations", contestants, rounds
    )


def _import(program: str, directory: Path) -> Callable[[], Cost]:
    module = min((directory / "ours/_operations").glob("[!_]*.py"))
    return lambda: run([sys.executable, "-c", program, directory, module.stem], directory)


def _scalars(schema: GraphQLSchema) -> list[str]:
    return [
        name
        for name, each in schema.type_map.items()
        if is_scalar_type(each) and not is_specified_scalar_type(each)
    ]


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
