"""The corpus of bad input: `tests/codegen/bad/<case>`, each with what is to be said of it.

A case has schema.graphql, queries/, perhaps config.toml and overrides.toml, further options in
arguments.txt, and expected.txt: exactly what `backchannel generate` says on stderr.

Run as a program it runs the command in a copy of each case and prints what came out as JSON:
`python bad_input.py DIRECTORY`.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from backchannel.cli import main

BAD = Path(__file__).parents[1] / "codegen/bad"
CASES = sorted(path.name for path in BAD.iterdir() if path.is_dir())


def arguments(case: Path) -> list[str]:
    """The command line for a case, relative to its directory."""
    options = {"--schema": "schema.graphql", "--queries": "queries", "--output": "api"}
    options |= {f"--{name}": f"{name}.toml" for name in ("config", "overrides")}
    given = case / "arguments.txt"
    further = given.read_text().split() if given.exists() else []
    found = [
        part
        for option, name in options.items()
        if option not in further
        if option in ("--schema", "--queries", "--output") or (case / name).exists()
        for part in (option, name)
    ]
    return ["generate", *found, *further]


def run_here(case: Path) -> dict[str, object]:
    """What the command says and returns in the directory of a case, in this process."""
    os.chdir(case)
    before = sorted(case.rglob("*"))
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments(case))
    written = sorted(case.rglob("*")) != before
    return {"code": code, "out": out.getvalue(), "err": err.getvalue(), "written": written}


def run_all(directory: Path) -> dict[str, dict[str, object]]:
    """What the command says and returns for all cases, in one process of its own.

    Args:
        directory: where the cases are copied to.
    """
    run = subprocess.run(
        [sys.executable, __file__, directory], capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    return json.loads(run.stdout)


def _main(directory: Path) -> None:
    results: dict[str, object] = {}
    for name in CASES:
        case = directory / name
        shutil.copytree(BAD / name, case, symlinks=True)
        (case / "expected.txt").unlink(missing_ok=True)
        results[name] = run_here(case)
    print(json.dumps(results))


if __name__ == "__main__":
    _main(Path(sys.argv[1]).resolve())
