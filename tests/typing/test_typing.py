"""The types are part of the interface: what must pass passes, what must fail fails just there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WRONG = HERE / "wrong_uses.py"
BIN = Path(sys.executable).parent

Found = set[tuple[int, str]]


def expected(checker: str) -> Found:
    found: Found = set()
    for number, line in enumerate(WRONG.read_text().splitlines(), 1):
        if match := re.search(rf"\b{checker}: ([\w, -]+)", line.partition("  # ")[2]):
            found |= {(number, code.strip()) for code in match[1].split(",")}
    return found


def found_by_mypy(path: Path) -> Found:
    done = subprocess.run(
        [BIN / "mypy", "--no-error-summary", "--hide-error-context", path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    pattern = rf"^{re.escape(str(path.relative_to(ROOT)))}:(\d+): error: .*\[([\w-]+)\]$"
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    found = {(int(line), code) for line, code in re.findall(pattern, done.stdout, re.MULTILINE)}
    assert len(errors) >= len(found), done.stdout
    assert all(re.match(pattern, line) for line in errors), done.stdout
    assert done.returncode == (1 if errors else 0), done.stderr
    return found


def found_by_pyright(path: Path) -> Found:
    done = subprocess.run(
        [BIN / "pyright", "--outputjson", path], cwd=ROOT, capture_output=True, text=True
    )
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    return {
        (entry["range"]["start"]["line"] + 1, entry.get("rule", entry["message"]))
        for entry in report["generalDiagnostics"]
        if entry["severity"] == "error"
    }


def test_mypy_strict_finds_exactly_the_wrong_uses():
    assert expected("mypy")
    assert found_by_mypy(WRONG) == expected("mypy")


def test_pyright_strict_finds_exactly_the_wrong_uses():
    assert expected("pyright")
    assert found_by_pyright(WRONG) == expected("pyright")


def test_mypy_strict_finds_nothing_in_an_application():
    assert found_by_mypy(HERE / "application.py") == set()


def test_pyright_strict_finds_nothing_in_an_application():
    assert found_by_pyright(HERE / "application.py") == set()
