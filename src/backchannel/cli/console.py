"""rich's console, for streams that are terminals."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console


def console_for(stream: TextIO) -> Console | None:
    """A console, or None if the stream is no terminal or rich (extra `cli`) is not installed.

    With NO_COLOR in the environment it has neither colors nor other styles.
    """
    if not stream.isatty():
        return None
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        return None
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(file=stream, highlight=False, color_system=None if plain else "auto")
