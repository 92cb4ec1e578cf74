"""Compiling the same package again and again, and of it only what changed.

A session keeps the schema and the result of its last run. Where files of operations changed, and
nothing else, their operations alone are compiled: validated with the fragments that they use,
their types decided by ariadne-codegen, their modules written. What is not compiled is what it
was, which the comparison of the inputs has proven. Whatever is not so simple is a full run:
another schema or configuration, a changed fragment, an operation more or less, a module with
other names or other types of the package, a mistake.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from backchannel.codegen.compile import TESTING, Compiled, compile_document, compile_operations
from backchannel.codegen.configuration import Configuration
from backchannel.codegen.diagnostics import CompileError, in_order
from backchannel.codegen.lint import lint
from backchannel.codegen.overrides import apply_overrides
from backchannel.codegen.sources import SourceFile, parse_operations, parse_schema


@dataclass
class _Last:
    """What is kept of the last run.

    Attributes:
        schema: the files of the schema.
        configuration: the settings.
        operations: the files of operations by path, in their order.
        declared: the schema as the server declares it.
        overridden: the schema with overrides applied.
        fragments: the fragments by name, and the files they are in.
        compiled: the result.
    """

    schema: list[SourceFile]
    configuration: Configuration
    operations: dict[str, SourceFile]
    declared: GraphQLSchema
    overridden: GraphQLSchema
    fragments: Mapping[str, tuple[FragmentDefinitionNode, SourceFile]]
    compiled: Compiled


class Session:
    """Compiles again and again, as `compile_operations` does, with the same results."""

    def __init__(self) -> None:
        self._last: _Last | None = None

    def compile(
        self,
        schema: Sequence[SourceFile],
        operations: Sequence[SourceFile],
        configuration: Configuration,
    ) -> Compiled:
        """Compile.

        Raises:
            CompileError: the input has mistakes; the next run is a full one.
        """
        last, self._last = self._last, None
        try:
            self._last = _again(last, list(schema), operations, configuration)
        except CompileError:
            # This lists the mistakes of all stages.
            return compile_operations(schema, operations, configuration)
        return self._last.compiled


def _again(
    last: _Last | None,
    schema: list[SourceFile],
    operations: Sequence[SourceFile],
    configuration: Configuration,
) -> _Last:
    """The next run."""
    files = {file.path: file for file in operations}
    if last is None or last.schema != schema or last.configuration != configuration:
        declared, overridden = parse_schema(schema), parse_schema(schema)
        apply_overrides(overridden, configuration.overrides)
    else:
        declared, overridden = last.declared, last.overridden
        compiled = _compile_changes(last, files) if len(files) == len(operations) else None
        if compiled is not None:
            return replace(last, operations=files, compiled=compiled)
    document = parse_operations(declared, operations)
    warnings = lint(declared, document, configuration.lint)
    return _Last(
        schema=schema,
        configuration=configuration,
        operations=files,
        declared=declared,
        overridden=overridden,
        fragments={
            each.name.value: (each, files[each.loc.source.name])
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode) and each.loc is not None
        },
        compiled=compile_document(overridden, document, configuration, warnings),
    )


def _compile_changes(last: _Last, files: Mapping[str, SourceFile]) -> Compiled | None:
    """The result, if what changed is so simple that only it needs to be compiled."""
    if list(files) != list(last.operations):
        return None
    changed = [path for path, file in files.items() if file != last.operations[path]]
    if not changed:
        return last.compiled
    spread: set[str] = set()
    for path in changed:
        before, now = _operations(last.operations[path]), _operations(files[path])
        if not before or not now or list(before) != list(now):
            return None
        spread |= {name for each in now.values() for name in _spreads(each.selection_set)}
    try:
        document = parse_operations(
            last.declared,
            [*(files[path] for path in changed), *_needed(spread, last.fragments)],
        )
        warnings = lint(last.declared, document, last.configuration.lint)
        part = compile_document(last.overridden, document, last.configuration, warnings)
    except (CompileError, KeyError):
        # A full run says it better.
        return None
    return _merged(last.compiled, part, changed)


def _merged(whole: Compiled, part: Compiled, changed: Sequence[str]) -> Compiled | None:
    """The whole with the changed part; None if more than the modules of the part changes."""
    modules = {each.module for each in part.operations}
    files = modules | {f"{TESTING}/{name}" for name in modules}
    if any(
        _interface(whole.files[name]) != _interface(part.files[name]) for name in files
    ) or modules != {each.module for each in whole.operations if each.path in changed}:
        return None
    anew = {each.name: each for each in part.operations}
    return replace(
        whole,
        files={**whole.files, **{name: part.files[name] for name in files}},
        operations=[anew.get(each.name, each) for each in whole.operations],
        origins={**whole.origins, **{name: part.origins[name] for name in modules}},
        warnings=in_order(
            [*(each for each in whole.warnings if each.path not in changed), *part.warnings]
        ),
    )


def _interface(module: str) -> tuple[list[str], list[str]]:
    """The names that a module defines, and what it imports of its package.

    The modules of the whole package depend on nothing else of it.
    """
    defined: list[str] = []
    imported: list[str] = []
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.ImportFrom) and node.level:
            imported += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            defined.append(node.name)
        elif isinstance(node, ast.AnnAssign) and node.col_offset == 0:
            defined.append(ast.unparse(node.target))
        elif isinstance(node, ast.Assign) and node.col_offset == 0:
            defined += [ast.unparse(target) for target in node.targets]
    return defined, sorted(imported)


def _operations(file: SourceFile) -> dict[str, OperationDefinitionNode]:
    """The operations of a file by name; none if there is anything else in it."""
    try:
        document: DocumentNode = parse(file.text, no_location=True)
    except GraphQLSyntaxError:
        return {}
    found = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode) and each.name is not None
    }
    return found if len(found) == len(document.definitions) else {}


def _spreads(node: SelectionSetNode) -> Iterator[str]:
    """The names of the fragments spread in a selection set."""
    for selection in node.selections:
        if isinstance(selection, FragmentSpreadNode):
            yield selection.name.value
            continue
        inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
        if inner is not None:
            yield from _spreads(inner)


def _needed(
    spread: set[str], fragments: Mapping[str, tuple[FragmentDefinitionNode, SourceFile]]
) -> list[SourceFile]:
    """The files of fragments, with everything else blank, so that places stay what they are."""
    found: set[str] = set()
    pending = list(spread)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += _spreads(fragments[name][0].selection_set)
    kept: dict[str, tuple[SourceFile, list[Node]]] = {}
    for name, (node, file) in fragments.items():
        if name in found:
            kept.setdefault(file.path, (file, []))[1].append(node)
    return [SourceFile(file.path, _masked(file.text, nodes)) for file, nodes in kept.values()]


def _masked(text: str, nodes: Sequence[Node]) -> str:
    """The text with blanks for all but the nodes, and its line ends."""
    parts: list[str] = []
    end = 0
    for node in nodes:
        assert node.loc is not None, "it was parsed"
        parts += [_blank(text[end : node.loc.start]), text[node.loc.start : node.loc.end]]
        end = node.loc.end
    return "".join(parts)


def _blank(text: str) -> str:
    return "".join(character if character in "\r\n" else " " for character in text)
