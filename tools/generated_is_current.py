"""Check that `generated/glimesh_api` is what `make generate` would write. Writes nothing.

It compiles anew and compares everything, so that it also finds what the hashes of
`backchannel generate --check` cannot: a compiler that was changed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from backchannel.codegen.job import Job
from backchannel.codegen.write import stale_files

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print what differs; return the exit code."""
    # Messages and docstrings name files as `make generate` does.
    os.chdir(ROOT)
    job = Job(
        schema=[Path("schema/glimesh.graphql")],
        queries=[Path("queries")],
        output=Path("generated/glimesh_api"),
        overrides=Path("schema/overrides.toml"),
        config=Path("schema/codegen.toml"),
    )
    stale = stale_files(job.compile(), job.output)
    for name in stale:
        print(f"{job.output / name}: not what the input gives: run `make generate`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
