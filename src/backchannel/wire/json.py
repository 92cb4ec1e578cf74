"""The type of plain JSON."""

from __future__ import annotations

from typing import TypeAlias, Union

# Spelled with Union and a string, because the alias is recursive and evaluated at run time.
JSON: TypeAlias = Union[dict[str, "JSON"], list["JSON"], str, int, float, bool, None]  # noqa: UP007
