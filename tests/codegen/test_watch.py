"""`generate --watch`, with a real process and real edits."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SCHEMA = "type Query { a: Int b: Int }"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "queries").mkdir()
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "queries/a.graphql").write_text("query A { a }")
    return tmp_path


@pytest.fixture
def watching(project: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that watches the project; it has compiled it once."""
    command = [
        *(sys.executable, "-m", "backchannel.cli", "generate", "--watch"),
        *("--schema", "schema.graphql", "--queries", "queries", "--output", "api"),
    ]
    with subprocess.Popen(
        command, cwd=project, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert "whenever the input changes" in line(process)
        assert "changed" in line(process)
        yield process
        process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that the process prints; waits for it."""
    assert process.stdout is not None
    return process.stdout.readline()


def until(process: subprocess.Popen[str], text: str) -> str:
    """The next line with a text in it."""
    while text not in (found := line(process)):
        assert found, f"the process ended without printing {text!r}"
    return found


def test_an_edit_a_new_file_and_a_removed_one_are_generated_again(
    project: Path, watching: subprocess.Popen[str]
) -> None:
    (project / "queries/a.graphql").write_text("query A { a b }")
    assert until(watching, "changed").startswith("api: ")
    assert "b: int | None" in (project / "api/_operations/a.py").read_text()
    (project / "queries/b.graphql").write_text("query B { b }")
    until(watching, "changed")
    assert (project / "api/_operations/b.py").exists()
    (project / "queries/b.graphql").unlink()
    until(watching, "changed")
    assert not (project / "api/_operations/b.py").exists()


def test_a_mistake_is_printed_and_the_next_edit_mends_it(
    project: Path, watching: subprocess.Popen[str]
) -> None:
    (project / "queries/a.graphql").write_text("query A { c }")
    assert until(watching, "queries/a.graphql:1:11: ")
    (project / "schema.graphql").write_text("type Query { c: String }")
    until(watching, "changed")
    assert "str | None" in (project / "api/_operations/a.py").read_text()


def test_an_interrupt_ends_it_without_a_traceback(
    project: Path, watching: subprocess.Popen[str]
) -> None:
    watching.send_signal(signal.SIGINT)
    rest, _ = watching.communicate(timeout=60)
    assert watching.returncode == 0
    assert rest.strip() == ""
