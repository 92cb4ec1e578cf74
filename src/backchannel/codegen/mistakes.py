"""What else is wrong where a file cannot be read or parsed, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from graphql import GraphQLSchema

from backchannel.codegen.configuration import Configuration
from backchannel.codegen.diagnostics import Diagnostic, Problems
from backchannel.codegen.lint import lint
from backchannel.codegen.overrides import apply_overrides
from backchannel.codegen.rules import ALONE
from backchannel.codegen.sources import (
    SourceFile,
    parse_each,
    parse_schema,
    validate_operations,
)

_OF_ALL = ("unused-fragment", "unused-variable")
"""Rules of the lint that have to know all files."""


def elsewhere(
    schema: Sequence[SourceFile] | None,
    operations: Sequence[SourceFile],
    configuration: Configuration,
) -> list[Diagnostic]:
    """The mistakes in what can be read and parsed of an input that has such as cannot.

    Args:
        schema: the files of the schema; None if some of them cannot be read.
        operations: the files of operations and fragments that can be read.
        configuration: the settings.
    """
    problems = Problems()
    parsed: GraphQLSchema | None = None
    if schema is not None:
        parsed = problems.attempt(partial(parse_schema, schema), parsed)
    problems.found += in_operations(parsed, operations)
    if parsed is None:
        return problems.found
    document, _ = parse_each(operations)
    settings = configuration.lint.changed((), (), _OF_ALL)
    nothing: list[Diagnostic] = []
    problems.attempt(partial(lint, parsed, document, settings), nothing)
    problems.attempt(partial(apply_overrides, parsed, configuration.overrides), None)
    problems.attempt(partial(configuration.check, parsed), None)
    return problems.found


def in_operations(
    schema: GraphQLSchema | None, operations: Sequence[SourceFile]
) -> list[Diagnostic]:
    """The mistakes in files of operations some of which may be missing, or have no schema."""
    document, found = parse_each(operations)
    problems = Problems()
    problems.found += found
    if schema is not None:
        problems.attempt(partial(validate_operations, schema, document, ALONE), None)
    return problems.found
