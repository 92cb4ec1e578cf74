"""What is wrong with the input, each thing with its place: `path:line:column: message`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec
from graphql import GraphQLError, Node, Source, get_location
from graphql.pyutils import did_you_mean, suggestion_list

from backchannel.errors import LocalError

# What ends a line in GraphQL; Python's splitlines knows more.
_LINE_END = re.compile(r"\r\n|[\n\r]")

T = TypeVar("T")

EXCERPT = 200
"""Characters of a source line that are shown; a schema may be one line of megabytes."""


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake in the input.

    Attributes:
        path: the file, as the user named it.
        line: its line, from 1; 0 where the whole file is meant.
        column: the column in characters, from 1.
        message: what is wrong.
        excerpt: the source line, or "".
        rule: the rule of the lint that found it, or "".
        is_warning: whether the input can be compiled nevertheless.
    """

    path: str
    message: str
    line: int = 0
    column: int = 0
    excerpt: str = ""
    rule: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        kind = "warning: " if self.is_warning else ""
        head = f"{place}: {kind}{self.message}" + (f" [{self.rule}]" if self.rule else "")
        if not self.excerpt.strip():
            return head
        number = f"{self.line:>5}"
        start = max(0, self.column - EXCERPT // 2) if len(self.excerpt) > EXCERPT else 0
        shown = _printable(self.excerpt[start : start + EXCERPT])
        # A tab before the caret keeps it below its character, however wide tabs are shown.
        lead = "".join("\t" if c == "\t" else " " for c in shown[: self.column - 1 - start])
        return f"{head}\n{number} | {shown}\n{' ' * len(number)} | {lead}^"


class CompileError(LocalError):
    """The input has mistakes.

    Attributes:
        diagnostics: all of them, in the order of the input.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))
        self.diagnostics = tuple(diagnostics)


class Problems:
    """Collects what is wrong in several independent steps, so that all of it is told at once.

    Attributes:
        found: what is wrong.
    """

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def attempt(self, step: Callable[[], T], otherwise: T) -> T:
        """The result of a step; `otherwise` where it found mistakes."""
        try:
            return step()
        except CompileError as error:
            self.found += error.diagnostics
            return otherwise

    def check(self) -> None:
        """Raise what was found.

        Raises:
            CompileError: there is something.
        """
        if self.found:
            raise CompileError(in_order(self.found))


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


def not_utf8(path: str, error: UnicodeDecodeError) -> Diagnostic:
    """A mistake at the first byte of a file that is not UTF-8."""
    before = error.object[: error.start].decode("utf-8-sig")
    lines = _LINE_END.split(before)
    message = f"not UTF-8: {error.reason}"
    return Diagnostic(path=path, line=len(lines), column=len(lines[-1]) + 1, message=message)


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


def suggestion(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` with the known names that are near; "" if none is."""
    return did_you_mean(suggestion_list(name, list(known)))


def _printable(line: str) -> str:
    """The line without what a terminal might obey; each character stays one."""
    return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in line)
