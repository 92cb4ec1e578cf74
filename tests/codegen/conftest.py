"""Compiling small schemas and importing what comes out."""

import importlib
import itertools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from backchannel.codegen import Configuration, SourceFile, compile_package
from backchannel.codegen.configuration import read_configuration
from backchannel.codegen.overrides import read_overrides
from backchannel.codegen.write import write_package

CASES = Path(__file__).parent / "cases"
_NUMBERS = itertools.count(1)


def _compile(schema: str, operations: str, configuration: Configuration) -> dict[str, str]:
    return compile_package(
        [SourceFile("schema.graphql", schema)],
        [SourceFile("operations.graphql", operations)],
        configuration,
    )


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Compiles a schema and operations given as text; `overrides` and `config` are TOML."""

    def compile_texts(
        schema: str, operations: str, *, overrides: str = "", config: str = ""
    ) -> dict[str, str]:
        (tmp_path / "overrides.toml").write_text(overrides)
        (tmp_path / "config.toml").write_text(config)
        return _compile(
            schema,
            operations,
            msgspec.structs.replace(
                read_configuration(tmp_path / "config.toml"),
                overrides=read_overrides(tmp_path / "overrides.toml"),
            ),
        )

    return compile_texts


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Writes the files of a package, under a name of its own, and imports it."""

    def import_files(files: dict[str, str]) -> ModuleType:
        name = f"generated_{next(_NUMBERS)}"
        write_package(files, tmp_path / name)
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return import_files


@pytest.fixture(scope="session")
def case_files() -> Callable[[str], dict[str, str]]:
    """Compiles a directory of `cases`."""

    def compile_case(name: str) -> dict[str, str]:
        config = CASES / name / "config.toml"
        configuration = read_configuration(config) if config.exists() else Configuration()
        return _compile(
            (CASES / name / "schema.graphql").read_text(),
            (CASES / name / "operations.graphql").read_text(),
            configuration,
        )

    return compile_case


@pytest.fixture
def case(
    case_files: Callable[[str], dict[str, str]], imported: Callable[..., ModuleType]
) -> Callable[[str], ModuleType]:
    """Compiles and imports a directory of `cases`."""
    return lambda name: imported(case_files(name))
