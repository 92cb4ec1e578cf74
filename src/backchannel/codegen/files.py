"""The files of GraphQL in a directory."""

from __future__ import annotations

import os
from pathlib import Path

SUFFIXES = (".graphql", ".graphqls", ".gql")
"""How the names of files of GraphQL end."""


def graphql_files(directory: Path) -> list[Path]:
    """All GraphQL files below a directory, in the order of their names."""
    found = (Path(parent, name) for parent, _, names in os.walk(directory) for name in names)
    return sorted((each for each in found if each.suffix in SUFFIXES), key=lambda each: each.parts)
