"""The compiler of operations: `.graphql` files in, a package of typed functions out.

`compile_package(schema, operations, configuration) -> {path: text}` is the core; it writes
nothing. The command `backchannel generate` reads the files, calls it and writes the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names

if TYPE_CHECKING:
    from backchannel.codegen.compile import compile_package
    from backchannel.codegen.configuration import Configuration, ScalarMapping
    from backchannel.codegen.diagnostics import CompileError, Diagnostic
    from backchannel.codegen.sources import SourceFile

__all__ = [
    "CompileError",
    "Configuration",
    "Diagnostic",
    "ScalarMapping",
    "SourceFile",
    "compile_package",
]

# Loaded on first use: checking a package by its manifest needs no compiler.
_HOMES = {
    "CompileError": "diagnostics",
    "Configuration": "configuration",
    "Diagnostic": "diagnostics",
    "ScalarMapping": "configuration",
    "SourceFile": "sources",
    "compile_package": "compile",
}


__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
