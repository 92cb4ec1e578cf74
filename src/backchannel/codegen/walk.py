"""Walks documents with graphql-core's own rules, in less time than its `visit` takes.

`visit` can edit what it visits, asks every visitor at every node, and finds each method by name.
Rules only look: so here a table says who wants which kind of node, and nodes that nobody can want,
those of names, are not visited. All rules of a run share what they ask of a document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    TypeInfo,
    ValidationContext,
    Visitor,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.language.visitor import SKIP
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validate import ValidationAbortedError
from graphql.validation.validation_context import (
    NodeWithSelectionSet,
    SDLValidationContext,
    VariableUsage,
    VariableUsageVisitor,
)

MAXIMUM_ERRORS = 1000
"""How many mistakes are told at most."""

_UNVISITED = {"name", "alias", "description"}
"""Below these nothing is to be found: no rule visits names, and descriptions have no rules."""


def validate(
    schema: GraphQLSchema, document: DocumentNode, rules: Collection[type[ASTValidationRule]]
) -> list[GraphQLError]:
    """What rules find in operations, as graphql-core's `validate` tells it.

    Args:
        schema: a valid schema.
        document: operations and fragments.
        rules: rules that do not visit names.
    """
    errors: list[GraphQLError] = []

    def note(error: GraphQLError) -> None:
        if len(errors) == MAXIMUM_ERRORS:
            raise ValidationAbortedError("There are more mistakes; they are not told.")
        errors.append(error)

    types = TypeInfo(schema)
    context = _Context(schema, document, types, note)
    try:
        walk(document, [rule(context) for rule in rules], types)
    except ValidationAbortedError as error:
        # Rules raise it too, where comparing fields would take too long.
        errors.append(error)
    except RecursionError:
        errors.append(GraphQLError("The fragments are nested too deeply."))
    return errors


def validate_sdl(document: DocumentNode) -> list[GraphQLError]:
    """What graphql-core's rules for schemas find in one."""
    errors: list[GraphQLError] = []
    context = SDLValidationContext(document, None, errors.append)
    walk(document, [rule(context) for rule in specified_sdl_rules])
    return errors


class _Context(ValidationContext):
    """The context of rules, which looks for variables by our walk."""

    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        # By identity: to hash a node, graphql-core hashes everything below it.
        known: dict[int, list[VariableUsage]] = vars(self).setdefault("_usages_by_id", {})
        if id(node) not in known:
            types = TypeInfo(self.schema)
            visitor = VariableUsageVisitor(types)
            walk(node, [visitor], types)
            known[id(node)] = visitor.usages
        return known[id(node)]


def walk(root: Node, visitors: Sequence[Visitor], types: TypeInfo | None = None) -> None:
    """Visit a tree of nodes with visitors that only look, and do not visit names.

    They get nodes, parents and ancestors as from `visit`, but no keys and no paths, and they may
    skip what is below a node.

    Args:
        root: where to begin.
        visitors: they see each node in this order.
        types: what is told of each node before the visitors are.
    """
    _Walk(types, tuple(visitors), {}).visit(root, None, [])


_Enter = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Who wants to know of nodes of a kind, and where its children are."""

    keys: tuple[str, ...]
    type_enter: Callable[[Node], None] | None
    type_leave: Callable[[], None] | None
    enter: Sequence[tuple[Visitor, _Enter]]
    leave: Sequence[tuple[Visitor, _Enter]]


class _Walk:
    """A walk with some visitors; where one of them skips a node, another goes on below."""

    def __init__(
        self,
        types: TypeInfo | None,
        visitors: tuple[Visitor, ...],
        walks: dict[tuple[Visitor, ...], _Walk],
    ) -> None:
        self._types = types
        self._visitors = visitors
        self._walks = walks
        self._wanted: dict[str, _Wanted] = {}

    def visit(self, node: Node, parent: Any, ancestors: list[Any]) -> None:
        """Visit a node and what is below it.

        Args:
            node: the node.
            parent: the node or tuple that it is in.
            ancestors: those that the parent is in, from the root on.
        """
        wanted = self._wanted.get(node.kind) or self._find(node.kind)
        below = self
        if wanted.type_enter is not None:
            wanted.type_enter(node)
        skipping: list[Visitor] = []
        for visitor, enter in wanted.enter:
            action = enter(node, None, parent, (), ancestors)
            if action is SKIP or action is False:
                skipping.append(visitor)
        if skipping:
            below = self._without(skipping)
        if below._visitors:  # noqa: SLF001  (of the same class)
            below._visit_children(node, wanted.keys, parent, ancestors)  # noqa: SLF001
        for visitor, leave in wanted.leave:
            if visitor not in skipping:
                leave(node, None, parent, (), ancestors)
        if wanted.type_leave is not None:
            wanted.type_leave()

    def _visit_children(
        self, node: Node, keys: tuple[str, ...], parent: Any, ancestors: list[Any]
    ) -> None:
        if parent is not None:
            ancestors.append(parent)
        for key in keys:
            child: Node | tuple[Node, ...] | None = getattr(node, key, None)
            if not child:
                continue
            if isinstance(child, tuple):
                ancestors.append(node)
                for each in child:
                    self.visit(each, child, ancestors)
                ancestors.pop()
            else:
                self.visit(child, node, ancestors)
        if parent is not None:
            ancestors.pop()

    def _without(self, skipping: list[Visitor]) -> _Walk:
        left = tuple(each for each in self._visitors if each not in skipping)
        if left not in self._walks:
            self._walks[left] = _Walk(self._types, left, self._walks)
        return self._walks[left]

    def _find(self, kind: str) -> _Wanted:
        methods = [(each, each.get_enter_leave_for_kind(kind)) for each in self._visitors]
        self._wanted[kind] = wanted = _Wanted(
            keys=tuple(key for key in _KEYS.get(kind, ()) if key not in _UNVISITED),
            type_enter=getattr(self._types, f"enter_{kind}", None),
            type_leave=getattr(self._types, f"leave_{kind}", None),
            enter=[(each, both.enter) for each, both in methods if both.enter is not None],
            leave=[(each, both.leave) for each, both in methods if both.leave is not None],
        )
        return wanted


_KEYS: Mapping[str, tuple[str, ...]] = QUERY_DOCUMENT_KEYS
