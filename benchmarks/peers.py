"""Peers that are made or fetched for a benchmark: they are in no environment beforehand."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]


def ariadne_package(*, async_client: bool) -> Any:
    """The package that ariadne-codegen, left to itself, makes of our schema and queries."""
    name = f"ariadne_{'async' if async_client else 'sync'}"
    with tempfile.TemporaryDirectory() as directory:
        queries = Path(directory, "queries")
        queries.mkdir()
        for file in (_ROOT / "queries").glob("*.graphql"):
            # Its blocking client cannot have subscriptions.
            if async_client or file.name != "subscriptions.graphql":
                shutil.copy(file, queries)
        config = Path(directory, "config.toml")
        config.write_text(
            f"""[tool.ariadne-codegen]
schema_path = {json.dumps(str(_ROOT / "schema" / "glimesh.graphql"))}
queries_path = {json.dumps(str(queries))}
target_package_path = {json.dumps(directory)}
target_package_name = "{name}"
async_client = {json.dumps(async_client)}

[tool.ariadne-codegen.scalars]
NaiveDateTime = {{ type = "datetime.datetime" }}
DateTime = {{ type = "datetime.datetime" }}
"""
        )
        command = [sys.executable, "-m", "ariadne_codegen", "client", "--config", str(config)]
        subprocess.run(command, check=True, capture_output=True)
        return _import_from(directory, name)


def rocketchat_api() -> Any:
    """rocketchat_API from PyPI, or None where it cannot be installed, which is said."""
    with tempfile.TemporaryDirectory() as directory:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--retries", "0"]
        done = subprocess.run(
            [*pip, "--timeout", "10", "--target", directory, "rocketchat-api>=3.7,<4"],
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            print("rocketchat_API is missing: it could not be installed", file=sys.stderr)
            return None
        return _import_from(directory, "rocketchat_API.rocketchat")


def _import_from(directory: str, name: str) -> Any:
    sys.path.insert(0, directory)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(directory)
