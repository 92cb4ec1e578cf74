"""The golden corpus of the compiler: `tests/codegen/golden/<case>`.

A case has schema.graphql, operations in other .graphql files, perhaps config.toml and
overrides.toml, and replies.json: what a call sends, and what a reply becomes. `expected` holds
the modules that are worth reading, as they are to be generated, and the list of all files.
`python tests/codegen/update_golden.py` writes it anew.
"""

from pathlib import Path

import msgspec

from backchannel.codegen import Configuration, SourceFile, compile_package
from backchannel.codegen.configuration import read_configuration
from backchannel.codegen.overrides import Overrides, read_overrides

GOLDEN = Path(__file__).parents[1] / "codegen/golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/schema.graphql"))
LISTING = "files.txt"


def operations(case: str) -> list[SourceFile]:
    """The files of operations, under names that are the same everywhere."""
    return [
        SourceFile(path.name, path.read_text(encoding="utf-8"))
        for path in sorted((GOLDEN / case).glob("*.graphql"))
        if path.name != "schema.graphql"
    ]


def schema(case: str) -> SourceFile:
    """The schema."""
    return SourceFile("schema.graphql", (GOLDEN / case / "schema.graphql").read_text())


def compiled(case: str) -> dict[str, str]:
    """All files of the package."""
    config, overrides = GOLDEN / case / "config.toml", GOLDEN / case / "overrides.toml"
    return compile_package(
        [schema(case)],
        operations(case),
        msgspec.structs.replace(
            read_configuration(config) if config.exists() else Configuration(),
            overrides=read_overrides(overrides) if overrides.exists() else Overrides(),
        ),
    )


def readable(files: dict[str, str]) -> dict[str, str]:
    """What `expected` is to hold of a package: not the modules that only list others."""
    kept = {
        name: text
        for name, text in files.items()
        if name.endswith(".py")
        and ("\nclass " in text or "\ndef " in text or "TypeAlias =" in text)
        if "def __getattr__" not in text
    }
    return {**kept, LISTING: "".join(f"{name}\n" for name in sorted(files))}


def expected(case: str) -> dict[str, str]:
    """What `expected` holds."""
    directory = GOLDEN / case / "expected"
    return {
        path.relative_to(directory).as_posix(): path.read_text(encoding="utf-8")
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
