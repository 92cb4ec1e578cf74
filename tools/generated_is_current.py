"""Check that `generated/glimesh_api` is what `make generate` would write. Writes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from backchannel.cli import main

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    sys.exit(
        main(
            [
                "generate",
                "--check",
                *("--schema", str(ROOT / "schema/glimesh.graphql")),
                *("--queries", str(ROOT / "queries")),
                *("--overrides", str(ROOT / "schema/overrides.toml")),
                *("--output", str(ROOT / "generated/glimesh_api")),
            ]
        )
    )
