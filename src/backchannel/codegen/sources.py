"""Source files and their parsed documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    Source,
    parse,
    validate_schema,
)

from backchannel.codegen.defaults import build_schema
from backchannel.codegen.diagnostics import (
    CompileError,
    Diagnostic,
    Problems,
    at_node,
    from_graphql,
    in_order,
    not_utf8,
)
from backchannel.codegen.files import SUFFIXES, graphql_files
from backchannel.codegen.rules import RULES
from backchannel.codegen.walk import validate, validate_sdl


class SourceFile(msgspec.Struct, frozen=True):
    """A file of the input.

    Attributes:
        path: its path, as messages are to show it.
        text: its contents.
    """

    path: str
    text: str


def read_sources(paths: Iterable[Path]) -> list[SourceFile]:
    """Read files, and all GraphQL files of directories, in the order of their names.

    Raises:
        CompileError: a path does not exist, is not UTF-8, or holds no GraphQL file.
    """
    files, problems = read_each(paths)
    if problems:
        raise CompileError(problems)
    return files


def read_each(paths: Iterable[Path]) -> tuple[list[SourceFile], list[Diagnostic]]:
    """The files that can be read, and what is wrong with the others."""
    files: list[SourceFile] = []
    problems: list[Diagnostic] = []
    for path in paths:
        found = graphql_files(path) if path.is_dir() else [path]
        if not found:
            problems.append(
                Diagnostic(path=str(path), message=f"no {', '.join(SUFFIXES)} file in here")
            )
        for each in found:
            try:
                text = each.read_text(encoding="utf-8-sig")
                files.append(SourceFile(str(each), _sdl(text, each)))
            except CompileError as error:
                problems += error.diagnostics
            except OSError as error:
                problems.append(Diagnostic(path=str(each), message=error.strerror or str(error)))
            except UnicodeDecodeError as error:
                problems.append(not_utf8(str(each), error))
    return files, problems


def _sdl(text: str, path: Path) -> str:
    """The text of a file; of introspection JSON, what it describes."""
    if path.suffix != ".json":
        return text
    from backchannel.codegen.schemas.introspection import introspection_sdl

    return introspection_sdl(text, str(path))


def parse_input(
    schema: Sequence[SourceFile], operations: Sequence[SourceFile]
) -> tuple[GraphQLSchema, DocumentNode]:
    """Parse a schema and operations; the operations are not validated yet.

    Raises:
        CompileError: there are mistakes in one of them, or in both.
    """
    problems = Problems()
    parsed = problems.attempt(lambda: parse_schema(schema), GraphQLSchema())
    document = problems.attempt(lambda: parse_documents(operations), DocumentNode())
    problems.check()
    return parsed, document


def parse_schema(files: Sequence[SourceFile]) -> GraphQLSchema:
    """Parse and validate a schema.

    Raises:
        CompileError: it is not a valid schema.
    """
    document = _parse_all(files)
    if not document.definitions:
        raise CompileError([Diagnostic(path=file.path, message="no type") for file in files])
    errors = validate_sdl(document)
    if not errors:
        schema = build_schema(document)
        errors = validate_schema(schema)
        if not errors:
            return schema
    raise CompileError(in_order([from_graphql(error, files[0].path) for error in errors]))


def parse_operations(schema: GraphQLSchema, files: Sequence[SourceFile]) -> DocumentNode:
    """Parse operations and fragments and validate them together against the schema.

    Raises:
        CompileError: they are not valid.
    """
    document = parse_documents(files)
    validate_operations(schema, document)
    return document


def validate_operations(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: Collection[type[ASTValidationRule]] = RULES,
) -> None:
    """Validate operations and fragments together against the schema.

    Raises:
        CompileError: they are not valid.
    """
    errors = validate(schema, document, rules)
    problems = [from_graphql(error) for error in errors]
    problems += [
        at_node(definition, "an operation needs a name: its function gets it")
        for definition in document.definitions
        if definition.kind == "operation_definition" and getattr(definition, "name", None) is None
    ]
    if problems:
        raise CompileError(in_order(problems))


def parse_documents(files: Sequence[SourceFile]) -> DocumentNode:
    """Parse operations and fragments.

    Raises:
        CompileError: they cannot be parsed, or there is none.
    """
    document = _parse_all(files)
    if not document.definitions:
        raise CompileError([Diagnostic(path=file.path, message="no operation") for file in files])
    return document


def _parse_all(files: Sequence[SourceFile]) -> DocumentNode:
    document, problems = parse_each(files)
    if problems:
        raise CompileError(problems)
    return document


def parse_each(files: Sequence[SourceFile]) -> tuple[DocumentNode, list[Diagnostic]]:
    """The definitions in the files that can be parsed, and what is wrong with the others."""
    documents: list[DocumentNode] = []
    problems: list[Diagnostic] = []
    for file in files:
        source = Source(file.text, file.path)
        # A file of comments only is no document to graphql-core, and no mistake of the user.
        if not any(line.split("#")[0].strip(" \t,\ufeff") for line in file.text.splitlines()):
            continue
        try:
            documents.append(parse(source))
        except GraphQLSyntaxError as error:
            problems.append(from_graphql(error))
    definitions = [definition for document in documents for definition in document.definitions]
    return DocumentNode(definitions=tuple(definitions)), problems
