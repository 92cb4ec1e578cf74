"""Names of a package that are loaded when they are asked for (PEP 562).

It stands below everything else, and imports nothing of weight.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of a package whose names live in modules below it.

    Args:
        package: the package's name.
        homes: the module of each name, relative to the package.

    Returns:
        A function that loads a name and keeps it in the package.
    """

    def load(name: str) -> object:
        try:
            home = homes[name]
        except KeyError:
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None
        value: object = getattr(importlib.import_module(f"{package}.{home}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
