"""The compiler of operations: `.graphql` files in, a package of typed functions out.

`compile_package(schema, operations, configuration) -> {path: text}` is the core; it writes
nothing. The command `backchannel generate` reads the files, calls it and writes the result.
"""

from __future__ import annotations

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
