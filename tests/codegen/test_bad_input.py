"""The corpus of bad input: exactly what is said of it, and nothing is written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import bad_input


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    return bad_input.run_all(tmp_path_factory.mktemp("bad"))


@pytest.mark.parametrize("case", bad_input.CASES)
def test_exactly_this_is_said_and_nothing_is_written(
    case: str, results: dict[str, dict[str, object]]
) -> None:
    # Where a change is meant: python tests/codegen/update_golden.py
    expected = (bad_input.BAD / case / "expected.txt").read_bytes().decode()
    found = results[case]
    assert found["err"] == expected
    assert (found["code"], found["out"], found["written"]) == (1, "", False)


@pytest.mark.parametrize("case", bad_input.CASES)
def test_each_mistake_begins_with_its_place_and_shows_its_line(case: str) -> None:
    expected = (bad_input.BAD / case / "expected.txt").read_text(encoding="utf-8")
    assert "Traceback" not in expected
    lines = expected.rstrip("\n").split("\n")
    while lines:
        head = lines.pop(0)
        assert re.match(r"(--[\w-]+|[\w./-]+)(:\d+:\d+)?: \S", head), head
        # At the end of a file, and where a file is no text, there is no line to show.
        if re.match(r"[\w./-]+:\d+:\d+: (?!not UTF-8|.*<EOF>)", head):
            source, caret = lines.pop(0), lines.pop(0)
            assert re.fullmatch(r" *\d+ \| .*", source), source
            assert re.fullmatch(r" +\| \s*\^", caret), caret


def test_the_command_itself_says_it_and_returns_1() -> None:
    case = bad_input.BAD / "suggestions"
    run = subprocess.run(
        [sys.executable, "-m", "backchannel.cli", *bad_input.arguments(case)],
        cwd=case,
        capture_output=True,
    )
    assert run.stderr == (case / "expected.txt").read_bytes()
    assert (run.returncode, run.stdout) == (1, b"")


def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "schema.graphql").write_text("type Query { a: Int }")
    (tmp_path / "schema.graphql").chmod(0)
    try:
        (tmp_path / "schema.graphql").read_text()
    except PermissionError:
        expected = "schema.graphql: Permission denied\nqueries: No such file or directory\n"
        assert bad_input.run_here(tmp_path)["err"] == expected
    else:
        pytest.skip("this user may read everything")
