"""Writing: generated files are replaced and removed, everybody else's are left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

import glimesh_api
from backchannel.cli import main
from backchannel.codegen import CompileError
from backchannel.codegen.module import HEADER
from backchannel.codegen.write import check_name, write_package

SCHEMA = "type Query { a: Int b: Int }"


def generate(directory: Path, operations: str, *options: str, output: str = "api") -> int:
    (directory / "schema.graphql").write_text(SCHEMA)
    (directory / "q.graphql").write_text(operations)
    return main(
        [
            "generate",
            *("--schema", str(directory / "schema.graphql")),
            *("--queries", str(directory / "q.graphql")),
            *("--output", str(directory / output)),
            *options,
        ]
    )


def test_a_removed_operation_loses_its_module_and_foreign_files_stay(tmp_path: Path) -> None:
    assert generate(tmp_path, "query A { a } query B { b }") == 0
    mine = tmp_path / "api/_operations/mine.py"
    mine.write_text("print('mine')")
    (tmp_path / "api/notes.md").write_text("notes")
    assert generate(tmp_path, "query A { a }") == 0
    left = {path.name for path in (tmp_path / "api/_operations").iterdir()}
    assert left == {"__init__.py", "a.py", "mine.py"}
    assert mine.read_text() == "print('mine')"
    assert (tmp_path / "api/notes.md").read_text() == "notes"


def test_a_file_in_the_way_that_was_not_generated_is_an_error_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api/enums.py").write_text("class Mine: ...")
    assert generate(tmp_path, "query A { a }") == 1
    assert "api/enums.py: this file was not generated" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "api").iterdir()] == ["enums.py"]


def test_unchanged_files_are_not_written_again(tmp_path: Path) -> None:
    files = {"a.py": HEADER, "b/c.py": HEADER + "x = 1\n", "py.typed": ""}
    assert write_package(files, tmp_path) == ["a.py", "b/c.py", "py.typed"]
    assert write_package({**files, "a.py": HEADER + "\n"}, tmp_path) == ["a.py"]


def test_a_package_in_a_directory_below_is_nobodys_business(tmp_path: Path) -> None:
    assert generate(tmp_path, "query A { a } query B { b }", output="apis/one") == 0
    before = {path: path.read_text() for path in (tmp_path / "apis/one").rglob("*.py")}
    assert generate(tmp_path, "query A { a }", output="apis") == 0
    assert generate(tmp_path, "query B { b }", output="apis") == 0
    assert {path: path.read_text() for path in (tmp_path / "apis/one").rglob("*.py")} == before
    assert {path.name for path in (tmp_path / "apis/_operations").iterdir()} == {
        "__init__.py",
        "b.py",
    }


def test_check_names_what_differs_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(tmp_path, "query A { a }") == 0
    assert generate(tmp_path, "query A { a }", "--check") == 0
    before = {path: path.read_text() for path in (tmp_path / "api").rglob("*.py")}
    capsys.readouterr()
    assert generate(tmp_path, "query A { b }", "--check") == 1
    assert capsys.readouterr().out.startswith(f"{tmp_path}/api/_operations/a.py: not what")
    assert {path: path.read_text() for path in (tmp_path / "api").rglob("*.py")} == before


def test_check_compares_the_set_of_files_both_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(tmp_path, "query A { a } query B { b }") == 0
    (tmp_path / "api/mine.py").write_text("")
    (tmp_path / "api/scalars.py").unlink()
    capsys.readouterr()
    assert generate(tmp_path, "query A { a }", "--check") == 1
    named = capsys.readouterr().out
    assert "api/_operations/b.py" in named
    assert "api/scalars.py" in named
    assert "mine.py" not in named


def test_the_name_of_the_installed_package_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(tmp_path, "query A { a }", output="glimesh_api") == 1
    assert "give yours another name" in capsys.readouterr().err
    assert not (tmp_path / "glimesh_api").exists()


def test_it_is_refused_from_the_directory_of_the_application_too(tmp_path: Path) -> None:
    (tmp_path / "glimesh_api").mkdir()
    (tmp_path / "glimesh_api/__init__.py").touch()
    code = (
        "from pathlib import Path; from backchannel.codegen.write import check_name;"
        "check_name(Path('glimesh_api'))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "give yours another name" in run.stderr


def test_the_package_that_is_installed_may_be_written_again() -> None:
    check_name(Path(glimesh_api.__file__).parent)


@pytest.mark.parametrize("name", ["my-api", "class", "1api"])
def test_a_name_that_cannot_be_imported_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CompileError, match="cannot be imported"):
        check_name(tmp_path / name)
