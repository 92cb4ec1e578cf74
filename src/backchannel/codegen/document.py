"""The document that goes on the wire: the user's own, with `__typename` on abstract types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import TypeVar, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
    print_ast,
)

from backchannel.codegen.conditions import TYPENAME
from backchannel.codegen.shapes import composite, condition_of, field_of, root_of

N = TypeVar("N", bound=Node)


class Documents:
    """Prints documents.

    Args:
        schema: the schema.
        fragments: the fragments by name.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._printed: dict[str, str] = {}

    def of(self, operation: OperationDefinitionNode) -> str:
        """The document of an operation, with the fragments it uses in the order of their use."""
        fragments = [self._fragment(name) for name in self._used(operation.selection_set)]
        own = print_ast(self._definition(operation, root_of(self._schema, operation)))
        return "\n\n".join([own, *fragments])

    def _used(self, selection_set: SelectionSetNode) -> list[str]:
        found: dict[str, None] = {}
        pending = [selection_set]
        while pending:
            for name in _spreads(pending.pop(0)):
                if name not in found:
                    found[name] = None
                    pending.append(self._fragments[name].selection_set)
        return list(found)

    def _fragment(self, name: str) -> str:
        if name not in self._printed:
            definition = self._fragments[name]
            on = condition_of(self._schema, definition)
            self._printed[name] = print_ast(self._definition(definition, on))
        return self._printed[name]

    def _definition(self, node: N, on: GraphQLCompositeType) -> N:
        # The bound of N, a node of any definition, does not declare what both kinds have.
        selection_set = cast("SelectionSetNode", getattr(node, "selection_set"))  # noqa: B009
        return _with(node, selection_set=self._selection_set(selection_set, on))

    def _selection_set(
        self, node: SelectionSetNode, on: GraphQLCompositeType, *, of_field: bool = False
    ) -> SelectionSetNode:
        selections = tuple(self._selection(each, on) for each in node.selections)
        if of_field and is_abstract_type(on) and not any(map(_is_typename, selections)):
            selections = (FieldNode(name=NameNode(value=TYPENAME)), *selections)
        return _with(node, selections=selections)

    def _selection(self, node: SelectionNode, on: GraphQLCompositeType) -> SelectionNode:
        if isinstance(node, InlineFragmentNode):
            return self._definition(node, condition_of(self._schema, node, on))
        if isinstance(node, FieldNode) and node.selection_set is not None:
            definition = field_of(on, node.name.value)
            assert definition is not None, "validation refuses unknown fields"
            below = composite(definition)
            assert below is not None, "validation refuses selections on leaves"
            inside = self._selection_set(node.selection_set, below, of_field=True)
            return _with(node, selection_set=inside)
        return node


def _with(node: N, **changes: object) -> N:
    """A copy of a node with other attributes; the user's own tree stays as it is."""
    changed = copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _is_typename(node: SelectionNode) -> bool:
    return (
        isinstance(node, FieldNode)
        and node.name.value == TYPENAME
        and node.alias is None
        and not node.directives
    )


def _spreads(selection_set: SelectionSetNode) -> Iterator[str]:
    for node in selection_set.selections:
        if isinstance(node, FragmentSpreadNode):
            yield node.name.value
        else:
            inner = cast("FieldNode | InlineFragmentNode", node).selection_set
            if inner is not None:
                yield from _spreads(inner)
