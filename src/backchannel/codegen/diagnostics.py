"""What is wrong with the input, each thing with its place: `path:line:column: message`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from graphql import GraphQLError, Node, Source, get_location

from backchannel.errors import LocalError

# What ends a line in GraphQL; Python's splitlines knows more.
_LINE_END = re.compile(r"\r\n|[\n\r]")


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake in the input.

    Attributes:
        path: the file, as the user named it.
        line: its line, from 1; 0 where the whole file is meant.
        column: the column in characters, from 1.
        message: what is wrong.
        excerpt: the source line, or "".
    """

    path: str
    message: str
    line: int = 0
    column: int = 0
    excerpt: str = ""

    def __str__(self) -> str:
        if not self.line:
            return f"{self.path}: {self.message}"
        head = f"{self.path}:{self.line}:{self.column}: {self.message}"
        if not self.excerpt.strip():
            return head
        number = f"{self.line:>5}"
        # A tab before the caret keeps it below its character, however wide tabs are shown.
        lead = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.column - 1])
        return f"{head}\n{number} | {self.excerpt}\n{' ' * len(number)} | {lead}^"


class CompileError(LocalError):
    """The input has mistakes.

    Attributes:
        diagnostics: all of them, in the order of the input.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))
        self.diagnostics = tuple(diagnostics)


def at_node(node: Node, message: str) -> Diagnostic:
    """A mistake at a node of a parsed document."""
    if node.loc is None:
        return Diagnostic(path=node.kind, message=message)
    return at_position(node.loc.source, node.loc.start, message)


def at_position(source: Source, position: int, message: str) -> Diagnostic:
    """A mistake at a position of a source, counted in characters from 0."""
    location = get_location(source, position)
    lines = _LINE_END.split(source.body)
    excerpt = lines[location.line - 1] if location.line <= len(lines) else ""
    return Diagnostic(
        path=source.name,
        line=location.line,
        column=location.column,
        message=message,
        excerpt=excerpt,
    )


def place(node: Node) -> str:
    """Where a node is, as `path:line:column`."""
    diagnostic = at_node(node, "")
    return f"{diagnostic.path}:{diagnostic.line}:{diagnostic.column}"


def from_graphql(error: GraphQLError, path: str = "operations") -> Diagnostic:
    """The diagnostic of an error of graphql-core; its further places join the message.

    Args:
        error: the error.
        path: the file that is meant where the error names no place.
    """
    nodes = [node for node in error.nodes or () if node.loc is not None]
    if nodes:
        others = ", ".join(place(node) for node in nodes[1:])
        return at_node(nodes[0], error.message + (f" (and {others})" if others else ""))
    for position in error.positions or ():
        if error.source is not None:
            return at_position(error.source, position, error.message)
    return Diagnostic(path=path, message=error.message)


def in_order(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, without repetitions."""
    unique = {(d.path, d.line, d.column, d.message): d for d in diagnostics}
    return [unique[key] for key in sorted(unique)]
