"""README is a promise: its blocks run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(README)
PYTHON = [code for language, code in BLOCKS if language == "python"]
SHELL = [line for language, code in BLOCKS if language == "sh" for line in code.splitlines()]

# Lines that a test cannot run, and what runs them instead.
RUN_ELSEWHERE = {
    "make test": "it is what runs this test",
    "make check": ".ci/run",
    "make generate": "would write into the checkout; `make check` compares what it would write",
}


def heading_before(code: str) -> str:
    return README[: README.index(code)].rpartition("\n## ")[2].partition("\n")[0]


def test_every_block_is_of_a_kind_that_is_run_here():
    assert {language for language, _ in BLOCKS} == {"python", "sh"}
    assert PYTHON
    assert SHELL


@pytest.mark.parametrize("code", PYTHON, ids=heading_before)
def test_a_python_block_runs_as_it_stands(code: str, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout, "an example that prints nothing shows nothing"
    assert not done.stderr


def test_the_comments_of_the_error_example_are_what_it_prints(tmp_path: Path):
    [code] = [code for code in PYTHON if "InvalidInput" in code]
    [promised] = re.findall(r"print\(error\)  # (.*)", code)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert promised in done.stdout.splitlines()


@pytest.mark.parametrize("line", [line for line in SHELL if line not in RUN_ELSEWHERE])
def test_a_shell_line_runs(line: str, tmp_path: Path):
    command = shlex.split(line)
    if command[0] == "make":
        # Dry: the target's commands, of which the set-up is done already.
        shown = subprocess.run(
            ["make", "--no-print-directory", "-n", *command[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        command = shlex.split(shown.stdout.splitlines()[-1])
    program = Path(sys.executable).parent / Path(command[0]).name
    for name in ("schema", "queries"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = subprocess.run([program, *command[1:]], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_lines_that_run_elsewhere_are_in_the_readme_and_in_the_makefile():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in RUN_ELSEWHERE:
        assert line in SHELL
        assert line.removeprefix("make ") in targets


def test_ci_runs_what_the_readme_calls_the_tests():
    assert "make test" in (ROOT / ".ci" / "run").read_text().splitlines()
