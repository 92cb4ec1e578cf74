"""The contestants: ours, and what people would use instead, each set up in a directory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .processes import Cost, ProcessFailed, run

_NODE_PACKAGES = {
    "@graphql-codegen/cli": "5",
    "@graphql-codegen/typescript": "4",
    "@graphql-codegen/typescript-operations": "4",
    "@graphql-codegen/typed-document-node": "5",
    "graphql": "16",
}


@dataclass(frozen=True)
class Input:
    """What is compiled.

    Attributes:
        schema: the schema's file.
        queries: the directory of the operations.
        scalars: the custom scalars, all of which are read as strings.
        overrides: a file of overrides, for ours.
    """

    schema: Path
    queries: Path
    scalars: Sequence[str]
    overrides: Path | None = None


Tool = Callable[[Input, Path], Callable[[], Cost]]
"""Sets a contestant up in a directory of its own."""


def backchannel(given: Input, directory: Path, *options: str) -> Callable[[], Cost]:
    """Ours."""
    config = directory / "config.toml"
    config.write_text("".join(f'[scalars.{name}]\ntype = "str"\n' for name in given.scalars))
    overrides: list[str | Path] = ["--overrides", given.overrides] if given.overrides else []
    command: list[str | Path] = [
        Path(sys.executable).with_name("backchannel"),
        "generate",
        *("--schema", given.schema, "--queries", given.queries, "--config", config),
        *("--output", directory / "ours", *overrides, *options),
    ]
    # What is kept for the next run is kept here.
    environment = {"XDG_CACHE_HOME": str(directory / "cache")}
    return lambda: run(command, directory, environment)


def ariadne(given: Input, directory: Path) -> Callable[[], Cost]:
    """ariadne-codegen alone, of the same environment."""
    settings = {
        "schema_path": str(given.schema),
        "queries_path": str(given.queries),
        "target_package_name": "by_ariadne",
        "target_package_path": str(directory),
    }
    lines = [
        "[tool.ariadne-codegen]",
        *(f"{key} = {json.dumps(settings[key])}" for key in settings),
    ]
    for name in given.scalars:
        lines += [f"[tool.ariadne-codegen.scalars.{name}]", 'type = "str"']
    config = directory / "ariadne.toml"
    config.write_text("\n".join(lines))
    program = Path(sys.executable).with_name("ariadne-codegen")
    return lambda: run([program, "--config", config], directory)


def graphql_codegen(home: Path) -> Tool:
    """graphql-codegen for TypeScript, from npm, installed into a directory.

    Raises:
        ProcessFailed: it cannot be installed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise ProcessFailed("there is no npm")
    packages: dict[str, object] = {"private": True, "dependencies": _NODE_PACKAGES}
    # A registry can lag behind: what is newest there will do.
    newest = subprocess.run(
        [npm, "view", "@graphql-tools/batch-execute", "version"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if newest:
        packages["overrides"] = {"@graphql-tools/batch-execute": newest}
    (home / "package.json").write_text(json.dumps(packages))
    run([npm, "install", "--no-audit", "--no-fund", "--silent"], home)

    def set_up(given: Input, directory: Path) -> Callable[[], Cost]:
        plugins = ["typescript", "typescript-operations", "typed-document-node"]
        config = home / f"{directory.name}.json"
        config.write_text(
            json.dumps(
                {
                    "schema": str(given.schema),
                    "documents": f"{given.queries}/*.graphql",
                    "silent": True,
                    "generates": {str(directory / "operations.ts"): {"plugins": plugins}},
                }
            )
        )
        program = home / "node_modules/.bin/graphql-codegen"
        return lambda: run([program, "--config", config], home)

    return set_up


def turms(home: Path) -> Tool:
    """turms, from PyPI, installed into an environment of its own: it needs other versions.

    Raises:
        ProcessFailed: it cannot be installed.
    """
    venv.create(home / "venv", with_pip=True)
    python = home / "venv/bin/python"
    run([python, "-m", "pip", "install", "--quiet", "turms"], home)

    def set_up(given: Input, directory: Path) -> Callable[[], Cost]:
        shutil.copy(given.schema, directory / "schema.graphql")
        plugins = ("enums.Enums", "inputs.Inputs", "fragments.Fragments", "operations.Operations")
        turms = {
            "out_dir": "by_turms",
            "plugins": [{"type": f"turms.plugins.{each}Plugin"} for each in plugins],
            "scalar_definitions": dict.fromkeys(given.scalars, "str"),
        }
        project = {
            "schema": "schema.graphql",
            "documents": f"{given.queries}/*.graphql",
            "extensions": {"turms": turms},
        }
        # JSON is YAML.
        (directory / "graphql.config.yaml").write_text(
            json.dumps({"projects": {"default": project}})
        )
        return lambda: run([home / "venv/bin/turms", "gen"], directory)

    return set_up
