"""The documents that ariadne-codegen gets to see.

They say the same as the user's, in a form that it has no trouble with: fields are merged, every
field has a unique alias, every operation, variable and fragment a unique name (so that no naming
rule or collision of ariadne's matters), and a divided selection is an inline fragment a type.
Directives are left out: a field that may be missing is not null because of that, which is more
than ariadne tells apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
)

from backchannel.codegen.conditions import TYPENAME
from backchannel.codegen.selection import Field, Selection, is_object

# GraphQL allows no parentheses in names, so no type of a schema is called this.
HOLDER = "(fragments)"
"""A type made up for fragments on abstract types: each is the type of one of its fields."""


class Normalizer:
    """Prints resolved selections as documents for ariadne-codegen.

    Args:
        fragment_tokens: names of the fragments in these documents, by their own names.
    """

    def __init__(self, fragment_tokens: dict[str, str]) -> None:
        self._fragment_tokens = fragment_tokens

    def operation(
        self,
        token: str,
        definition: OperationDefinitionNode,
        variable_tokens: Iterable[str],
        selection: Selection,
    ) -> OperationDefinitionNode:
        """The document of an operation."""
        variables = zip(definition.variable_definitions, variable_tokens, strict=True)
        return OperationDefinitionNode(
            name=NameNode(value=token),
            operation=definition.operation,
            directives=(),
            variable_definitions=tuple(
                VariableDefinitionNode(
                    variable=VariableNode(name=NameNode(value=variable_token)),
                    type=variable.type,
                    directives=(),
                )
                for variable, variable_token in variables
            ),
            selection_set=self._selection_set(selection),
        )

    def fragment(self, token: str, selection: Selection) -> FragmentDefinitionNode:
        """The document of a fragment."""
        if is_object(selection):
            on, selection_set = selection.type.name, self._selection_set(selection)
        else:
            holder = FieldNode(
                name=NameNode(value=token),
                arguments=(),
                directives=(),
                selection_set=self._selection_set(selection),
            )
            on, selection_set = HOLDER, SelectionSetNode(selections=(holder,))
        return FragmentDefinitionNode(
            name=NameNode(value=token),
            type_condition=NamedTypeNode(name=NameNode(value=on)),
            directives=(),
            variable_definitions=(),
            selection_set=selection_set,
        )

    def _selection_set(self, selection: Selection) -> SelectionSetNode:
        return SelectionSetNode(selections=tuple(self._selections(selection)))

    def _selections(self, selection: Selection) -> Iterator[SelectionNode]:
        if selection.is_fragment and not is_object(selection):
            yield self._field_node(TYPENAME)
            return
        if selection.fragment is not None:
            token = self._fragment_tokens[selection.fragment]
            yield FragmentSpreadNode(name=NameNode(value=token), directives=())
        for field in selection.fields.values():
            yield self._field(field)
        if selection.other is not None:
            yield self._field_node(TYPENAME)
            # In ariadne's class for the interface itself; a union has no fields of its own.
            yield from (
                self._field(field)
                for field in selection.other.fields.values()
                if field.name != TYPENAME
            )
        for name, member in selection.members.items():
            yield InlineFragmentNode(
                type_condition=NamedTypeNode(name=NameNode(value=name)),
                directives=(),
                selection_set=self._selection_set(member),
            )

    def _field(self, field: Field) -> FieldNode:
        return self._field_node(
            field.name,
            alias=None if field.token == TYPENAME else NameNode(value=field.token),
            selection_set=None if field.selection is None else self._selection_set(field.selection),
        )

    @staticmethod
    def _field_node(
        name: str,
        *,
        alias: NameNode | None = None,
        selection_set: SelectionSetNode | None = None,
    ) -> FieldNode:
        return FieldNode(
            name=NameNode(value=name),
            alias=alias,
            arguments=(),
            directives=(),
            selection_set=selection_set,
        )
