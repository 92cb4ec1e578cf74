"""Compiling the same package again and again, and of it only what changed.

What is known of the last run is small: the hashes of its input, an outline of the schema, which
fragment is in which file, the lint's warnings, and the result. Where files of operations changed,
and nothing else, their operations alone are compiled: against what they need of the schema, with
the fragments that they use, their types decided by ariadne-codegen. What is not compiled is what
it was, which the comparison of the inputs has proven. Whatever is not so simple is a full run:
another schema or configuration, a changed fragment, an operation more or less, a module with
other names or other types of the package, a mistake.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from backchannel.codegen.compile import (
    TESTING,
    Compiled,
    CompiledOperation,
    check_document,
    check_input,
    compile_document,
)
from backchannel.codegen.configuration import Configuration
from backchannel.codegen.diagnostics import CompileError, Diagnostic, in_order
from backchannel.codegen.manifest import digest
from backchannel.codegen.outline import Outline, outline
from backchannel.codegen.sources import SourceFile, parse_documents

_FRAGMENT = re.compile(r"^fragment (\w+) on", re.MULTILINE)


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run beside its result; it can be written to a file.

    Attributes:
        schema: the hashes of the schema's files by their paths, in their order.
        configuration: the hash of the settings.
        operations: the hashes of the files of operations and fragments, likewise.
        fragments: the files of fragments by their names.
        outline: the outline of the schema; None where it cannot be cut.
        warnings: what the lint found that is no mistake.
    """

    schema: dict[str, str]
    configuration: str
    operations: dict[str, str]
    fragments: dict[str, str]
    outline: Outline | None
    warnings: tuple[Diagnostic, ...]


class Session:
    """Compiles again and again, as `compile_operations` does, with the same results.

    Args:
        last: an earlier run, and its result.

    Attributes:
        state: what is known of the last run; None after a mistake.
    """

    def __init__(self, last: tuple[State, Compiled] | None = None) -> None:
        self.state: State | None = last[0] if last else None
        self._compiled = last[1] if last else None

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
        last, self.state = self.state, None
        state = State(
            schema=_hashes(schema),
            configuration=digest(msgspec.json.encode(configuration)),
            operations=_hashes(operations),
            fragments={},
            outline=None,
            warnings=(),
        )
        compiled = None
        if last is not None and self._compiled is not None and _is_alike(last, state):
            state = msgspec.structs.replace(state, fragments=last.fragments, outline=last.outline)
            changes = _Changes(last, state, self._compiled)
            compiled = changes.compile(schema, operations, configuration)
        if compiled is None:
            checked = check_input(schema, operations, configuration)
            compiled = compile_document(checked, configuration)
            state = msgspec.structs.replace(
                state,
                fragments=_fragment_files(checked.document),
                outline=outline(checked.schema, [file.path for file in schema]),
            )
        self.state = msgspec.structs.replace(state, warnings=tuple(compiled.warnings))
        self._compiled = compiled
        return compiled


def _hashes(files: Sequence[SourceFile]) -> dict[str, str]:
    return {file.path: digest(file.text) for file in files}


def _is_alike(last: State, state: State) -> bool:
    """Whether nothing changed but the contents of files of operations."""
    return (
        list(last.schema.items()) == list(state.schema.items())
        and last.configuration == state.configuration
        and list(last.operations) == list(state.operations)
        and last.outline is not None
    )


def _fragment_files(document: DocumentNode) -> dict[str, str]:
    return {
        each.name.value: each.loc.source.name
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode) and each.loc is not None
    }


class _Changes:
    """Compiles what changed between two runs.

    Args:
        last: what is known of the earlier run.
        state: what is known of the later one.
        whole: the result of the earlier one.
    """

    def __init__(self, last: State, state: State, whole: Compiled) -> None:
        self._last = last
        self._whole = whole
        self._changed = [
            path for path, found in state.operations.items() if found != last.operations[path]
        ]

    def compile(
        self,
        schema: Sequence[SourceFile],
        operations: Sequence[SourceFile],
        configuration: Configuration,
    ) -> Compiled | None:
        """The later result, if what changed is so simple that only it needs to be compiled."""
        assert self._last.outline is not None, "it is alike"
        files = {file.path: file for file in operations}
        if len(files) != len(operations):
            return None
        if not self._changed:
            return self._whole
        spread: set[str] = set()
        for path in self._changed:
            found = _operations(files[path])
            if not found or list(found) != self._names(path):
                return None
            spread |= {name for each in found.values() for name in _spreads(each.selection_set)}
        needed = self._needed(spread, files)
        if needed is None:
            return None
        sources = [*(files[path] for path in self._changed), *needed]
        mentions = [file.text for file in sources]
        # Overrides name parts of the schema too; a word more than these does no harm.
        mentions.append(msgspec.json.encode(configuration.overrides).decode())
        try:
            cut = self._last.outline.cut([file.text for file in schema], mentions)
            checked = check_document(cut, parse_documents(sources), configuration)
            part = compile_document(checked, configuration)
        except CompileError:
            # A full run says it better.
            return None
        return self._merged(part)

    def _names(self, path: str) -> list[str]:
        """The operations that were in a file; none where it had fragments."""
        if path in self._last.fragments.values():
            return []
        found = [each for each in self._whole.operations if each.path == path]
        return [each.name for each in sorted(found, key=lambda each: (each.line, each.column))]

    def _needed(self, spread: set[str], files: Mapping[str, SourceFile]) -> list[SourceFile] | None:
        """The files of fragments, with everything else blank, so that places stay what they are.

        None if there is no such fragment.
        """
        parsed: dict[str, dict[str, FragmentDefinitionNode]] = {}
        found: dict[str, FragmentDefinitionNode] = {}
        pending = list(spread)
        while pending:
            name = pending.pop()
            if name in found:
                continue
            path = self._last.fragments.get(name)
            if path is None:
                return None
            if path not in parsed:
                parsed[path] = _fragments(files[path])
            found[name] = parsed[path][name]
            pending += _spreads(found[name].selection_set)
        kept: dict[str, list[Node]] = {}
        for path in dict.fromkeys(self._last.fragments.values()):
            nodes = [node for name, node in parsed.get(path, {}).items() if name in found]
            if nodes:
                kept[path] = [*nodes]
        return [SourceFile(path, _masked(files[path].text, nodes)) for path, nodes in kept.items()]

    def _merged(self, part: Compiled) -> Compiled | None:
        """The whole with the changed part; None if more than the modules of the part changes."""
        whole = self._whole
        modules = {each.module for each in part.operations}
        files = modules | {f"{TESTING}/{name}" for name in modules}
        before = [each for each in whole.operations if each.path in self._changed]
        if (
            modules != {each.module for each in before}
            or _used(before) != _used(part.operations)
            or any(_interface(whole.files[name]) != _interface(part.files[name]) for name in files)
        ):
            return None
        anew = {each.name: each for each in part.operations}
        kept = [each for each in whole.warnings if each.path not in self._changed]
        # Those of fragments are known from before.
        found = [each for each in part.warnings if each.path in self._changed]
        return replace(
            whole,
            files={**whole.files, **{name: part.files[name] for name in files}},
            operations=[anew.get(each.name, each) for each in whole.operations],
            origins={**whole.origins, **{name: part.origins[name] for name in modules}},
            warnings=in_order([*kept, *found]),
        )


def _used(operations: Sequence[CompiledOperation]) -> set[str]:
    """The fragments that operations use: one that is not used any more is a mistake."""
    return {name for each in operations for name in _FRAGMENT.findall(each.document)}


def _fragments(file: SourceFile) -> dict[str, FragmentDefinitionNode]:
    return {
        each.name.value: each
        for each in parse(file.text).definitions
        if isinstance(each, FragmentDefinitionNode)
    }


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
