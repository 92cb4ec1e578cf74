"""A job of the command line: two schemas, and the operations that are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from graphql import DocumentNode, GraphQLSchema

from backchannel.codegen.diagnostics import Problems
from backchannel.codegen.mistakes import in_operations
from backchannel.codegen.overrides import Overrides, apply_to_versions, read_overrides
from backchannel.codegen.schemas.impact import Impact, assess
from backchannel.codegen.sources import parse_operations, parse_schema, read_each, read_sources


class Job(msgspec.Struct, frozen=True):
    """What `backchannel schema diff` was asked for.

    Attributes:
        old: the schema for which the operations were written, a file or a directory.
        new: the schema to come.
        queries: files and directories of operations and fragments.
        overrides: the file of overrides.
    """

    old: Path
    new: Path
    queries: Sequence[Path]
    overrides: Path | None = None

    def assess(self) -> Impact:
        """What the changes do to the operations.

        Raises:
            CompileError: the input has mistakes; it lists all that were found.
        """
        problems = Problems()
        old = _schema(self.old, problems)
        new = _schema(self.new, problems)
        overrides = self._overrides(problems)
        files, unread = read_each(self.queries)
        problems.found += unread
        document = DocumentNode()
        if old is not None and not unread:
            document = problems.attempt(lambda: parse_operations(old, files), document)
        if old is None or new is None or problems.found:
            problems.found += in_operations(old, files)
            if old is not None and new is not None:
                problems.attempt(lambda: apply_to_versions([old, new], overrides), None)
            problems.check()
        assert old is not None, "what is wrong with it was raised"
        assert new is not None, "what is wrong with it was raised"
        return assess(old, new, document, overrides)

    def _overrides(self, problems: Problems) -> Overrides:
        path = self.overrides
        if path is None:
            return Overrides()
        return problems.attempt(lambda: read_overrides(path), Overrides())


def _schema(path: Path, problems: Problems) -> GraphQLSchema | None:
    nothing: GraphQLSchema | None = None
    return problems.attempt(lambda: parse_schema(read_sources([path])), nothing)
