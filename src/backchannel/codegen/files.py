"""The files of GraphQL in a directory."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".graphql", ".graphqls", ".gql")
"""How the names of files of GraphQL end."""


def graphql_files(directory: Path) -> list[Path]:
    """All GraphQL files below a directory, in the order of their names."""
    found = (each for each in directory.rglob("*") if each.suffix in SUFFIXES)
    return sorted(each for each in found if not each.is_dir())
