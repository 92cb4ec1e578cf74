"""The operations of a document: which one runs, and what each uses through its fragments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)

from backchannel.local.glimesh.absinthe.problem import Problem, location

if TYPE_CHECKING:
    from graphql import Node, SelectionSetNode


@dataclass(frozen=True, slots=True)
class Uses:
    """The names that an operation uses, in itself and in the fragments it spreads."""

    variables: frozenset[str]
    fragments: frozenset[str]


class Operations:
    """The definitions of a document; `current` is the operation that `name` selects, if any."""

    def __init__(self, document: DocumentNode, name: str | None) -> None:
        self.name = name
        self.all = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        for node in document.definitions:
            if isinstance(node, FragmentDefinitionNode):
                self.fragments.setdefault(node.name.value, node)
        self.all_fragments = [
            node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        ]
        self.current = self._select()

    def _select(self) -> OperationDefinitionNode | None:
        if self.name is None:
            return self.all[0] if len(self.all) == 1 else None
        return next((node for node in self.all if operation_name(node) == self.name), None)

    def selection_problems(self) -> list[Problem]:
        """Why nothing is selected, if so."""
        if not self.all:
            return [Problem("No operations provided.")]
        if self.current is not None:
            return []
        several = "Must provide a valid operation name if query contains multiple operations.\n\n"
        if self.name is None:
            return [Problem(f"{several}No operation name was given.\n")]
        given = f'The provided operation name was: "{self.name}"\n'
        if len(self.all) > 1:
            return [Problem(several + given)]
        return [
            Problem(
                "The provided operation name did not match the operation in the query.\n\n" + given
            )
        ]

    def cycles(self) -> list[Problem]:
        """Fragments that spread themselves; nothing more is looked at when there are any."""
        problems: list[Problem] = []
        for name, fragment in self.fragments.items():
            way = self._way_back(name, name, [])
            if way is not None:
                via = ", ".join(f'"{step}"' for step in way)
                text = f'Cannot spread fragment "{name}" within itself'
                problems.append(
                    Problem(f"{text} via {via}." if way else f"{text}.", (location(fragment),))
                )
        return problems

    def _way_back(self, start: str, name: str, seen: list[str]) -> list[str] | None:
        fragment = self.fragments.get(name)
        if fragment is None:
            return None
        for spread in sorted(_found(fragment, FragmentSpreadNode)):
            if spread == start:
                return [*seen, start] if seen else []
            if spread not in seen:
                way = self._way_back(start, spread, [*seen, spread])
                if way is not None:
                    return way
        return None

    def uses(self, operation: OperationDefinitionNode) -> Uses:
        """What an operation uses, directly or through fragments."""
        variables: set[str] = set()
        fragments: set[str] = set()
        waiting: list[Node] = [operation.selection_set]
        while waiting:
            node = waiting.pop()
            variables |= _found(node, VariableNode)
            for name in _found(node, FragmentSpreadNode) - fragments:
                fragments.add(name)
                if name in self.fragments:
                    waiting.append(self.fragments[name])
        return Uses(frozenset(variables), frozenset(fragments))


def operation_name(operation: OperationDefinitionNode) -> str | None:
    """What the document calls the operation."""
    return operation.name.value if operation.name else None


def operation_problems(operations: Operations, operation: OperationDefinitionNode) -> list[Problem]:
    """What is wrong with an operation as a whole."""
    problems: list[Problem] = []
    place = (location(operation),)
    name = operation_name(operation)
    subscribes = operation is operations.current and (
        operation.operation is OperationType.SUBSCRIPTION
    )
    if subscribes and len(operation.selection_set.selections) > 1:
        problems.append(
            Problem("Only one field is permitted on the root object when subscribing", place)
        )
    if name is not None and [operation_name(node) for node in operations.all].count(name) > 1:
        problems.append(Problem(f'There can only be one operation named "{name}".', place))
    if name is None and len(operations.all) > 1:
        problems.append(
            Problem("This anonymous operation must be the only defined operation.", place)
        )
    return problems


def complexity_problems(
    operations: Operations, operation: OperationDefinitionNode, maximum: int
) -> list[Problem]:
    """Everything whose fields, counted one each through fragments, are more than `maximum`."""
    problems: list[Problem] = []
    name = operation_name(operation)

    def check(described: str, node: Node, selections: SelectionSetNode, cost: int) -> None:
        if cost <= maximum:
            return
        # The innermost comes first in the reply.
        problems.insert(
            0,
            Problem(
                f"{described} is too complex: complexity is {cost} and maximum is {maximum}",
                (location(node),),
            ),
        )
        for child in selections.selections:
            if isinstance(child, FieldNode) and child.selection_set:
                check(
                    f"Field {child.name.value}",
                    child,
                    child.selection_set,
                    _cost(child, operations),
                )
            elif isinstance(child, InlineFragmentNode):
                check("Inline Fragment", child, child.selection_set, _cost(child, operations))

    check(
        f"Operation {name}" if name else "Operation",
        operation,
        operation.selection_set,
        _sum(operation.selection_set, operations),
    )
    return problems


def _sum(selections: SelectionSetNode, operations: Operations) -> int:
    return sum(_cost(node, operations) for node in selections.selections)


def _cost(node: Node, operations: Operations) -> int:
    match node:
        case FieldNode():
            return 1 + (_sum(node.selection_set, operations) if node.selection_set else 0)
        case InlineFragmentNode():
            return _sum(node.selection_set, operations)
        case FragmentSpreadNode():
            return _sum(operations.fragments[node.name.value].selection_set, operations)
        case _:
            return 0


def _found(node: Node, kind: type[VariableNode | FragmentSpreadNode]) -> set[str]:
    names: set[str] = set()

    class Collect(Visitor):
        def enter(self, found: Node, *_: object) -> None:
            if isinstance(found, kind):
                names.add(found.name.value)

    visit(node, Collect())
    return names
