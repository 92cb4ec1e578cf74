"""The rules of the lint: each finds something in operations, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLID,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NoDeprecatedCustomRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    SelectionSetNode,
    SingleFieldSubscriptionsRule,
    StringValueNode,
    TypeInfo,
    Visitor,
    get_named_type,
    is_abstract_type,
)

from backchannel.codegen.conditions import TYPENAME
from backchannel.codegen.diagnostics import Diagnostic, at_node, from_graphql
from backchannel.codegen.lint import Lint
from backchannel.codegen.walk import validate, walk

Rule = Callable[[GraphQLSchema, DocumentNode, Lint], Iterator[Diagnostic]]


def _of_graphql(rule: type[ASTValidationRule]) -> Rule:
    """A rule of graphql-core as one of the lint."""

    def find(schema: GraphQLSchema, document: DocumentNode, _: Lint) -> Iterator[Diagnostic]:
        for error in validate(schema, document, [rule]):
            yield from_graphql(error)

    return find


def literals(schema: GraphQLSchema, document: DocumentNode, _: Lint) -> Iterator[Diagnostic]:
    """Texts and ids that are fixed in an operation; numbers, enums and booleans may well be."""
    types = TypeInfo(schema)
    visitor = _Literals(types)
    walk(document, [visitor], types)
    yield from visitor.found


class _Literals(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        # graphql-core annotates its answers in part only.
        self._types: Any = types
        self._argument = ""
        self.found: list[Diagnostic] = []

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        self._argument = node.name.value

    def leave_argument(self, *_: object) -> None:
        self._argument = ""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        self._note(node)

    def enter_int_value(self, node: IntValueNode, *_: object) -> None:
        if get_named_type(self._types.get_input_type()) is GraphQLID:
            self._note(node)

    def _note(self, node: StringValueNode | IntValueNode) -> None:
        if self._argument and self._types.get_directive() is None:
            message = f"a literal for '{self._argument}': a variable lets the caller choose"
            self.found.append(at_node(node, message))


def complexity(
    schema: GraphQLSchema, document: DocumentNode, settings: Lint
) -> Iterator[Diagnostic]:
    """Operations that are more complex than the server accepts.

    Each field counts 1 wherever it stands, as Absinthe counts by default, `__typename` included.
    """
    limit = settings.max_complexity
    if limit is None:
        return
    count = _Complexity(schema, document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            found = count.of(definition)
            if found > limit:
                message = f"complexity is {found}, and the server's maximum is {limit}"
                yield at_node(definition, message)


class _Complexity:
    """Counts the fields of operations as they are sent, those of a fragment at each spread."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        types = TypeInfo(schema)
        visitor = _Abstract(types)
        walk(document, [visitor], types)
        self._abstract = visitor.found
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._of_fragments: dict[str, int] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        """The complexity of an operation."""
        return self._count(operation.selection_set)

    def _count(self, selection_set: SelectionSetNode) -> int:
        # The compiler adds a __typename to these.
        total = 1 if id(selection_set) in self._abstract else 0
        for node in selection_set.selections:
            if isinstance(node, FragmentSpreadNode):
                total += self._of_fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                total += self._count(node.selection_set)
            elif isinstance(node, FieldNode):
                total += 1 + (self._count(node.selection_set) if node.selection_set else 0)
        return total

    def _of_fragment(self, name: str) -> int:
        if name not in self._of_fragments and name in self._fragments:
            # A fragment inside of itself is another rule's matter.
            self._of_fragments[name] = 0
            self._of_fragments[name] = self._count(self._fragments[name].selection_set)
        return self._of_fragments.get(name, 0)


class _Abstract(Visitor):
    """Finds the selections of fields on abstract types that lack a `__typename`."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types: Any = types
        self.found: set[int] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        selection_set = node.selection_set
        if selection_set is None or not is_abstract_type(get_named_type(self._types.get_type())):
            return
        if not any(
            isinstance(each, FieldNode) and each.name.value == TYPENAME and each.alias is None
            for each in selection_set.selections
        ):
            self.found.add(id(selection_set))


RULES: Mapping[str, Rule] = {
    "unused-fragment": _of_graphql(NoUnusedFragmentsRule),
    "unused-variable": _of_graphql(NoUnusedVariablesRule),
    "subscription-fields": _of_graphql(SingleFieldSubscriptionsRule),
    "complexity": complexity,
    "deprecated": _of_graphql(NoDeprecatedCustomRule),
    "literal": literals,
}
