"""What the operations select, resolved: the pass that goes before ariadne-codegen.

Every selection set becomes a `Selection` in which fields of one response key are merged, type
conditions are decided, and it is known which fields may be missing because of `@include` and
`@skip`. A selection on an abstract type whose fields depend on the type is divided into a member
for each type, or for each that is mentioned where there are many. Fragments stay where a class can
inherit from them. From this, `normalized` prints documents in which nothing is left that
ariadne-codegen gets wrong, and `results` makes classes of the types that it decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNameMetaFieldDef,
)

from backchannel.codegen import names
from backchannel.codegen.conditions import TYPENAME, Conditions, is_conditional
from backchannel.codegen.diagnostics import CompileError, Diagnostic, at_node
from backchannel.codegen.shapes import composite, condition_of, field_of, root_of

MANY_TYPES = 20
"""How many types a divided selection has a class for each of.

A few are what an application tells apart, and are decoded at once. Interfaces such as that of all
nodes have hundreds of types, of which an operation means those that it mentions.
"""


@dataclass(frozen=True)
class Field:
    """A field of a selection, merged from all places that select its response key.

    Attributes:
        key: the response key.
        token: the name that ariadne-codegen sees, unique in the compilation.
        name: the field's name in the schema.
        coordinate: `Type.field`.
        definition: the field in the schema.
        conditional: whether `@include` or `@skip` may leave it out.
        secret: whether its value must not be shown.
        node: where it is selected first.
        selection: what is selected below it.
    """

    key: str
    token: str
    name: str
    coordinate: str
    definition: GraphQLField
    conditional: bool
    secret: bool
    node: FieldNode
    selection: Selection | None = None


@dataclass(frozen=True)
class Selection:
    """A resolved selection set.

    Attributes:
        type: the type it selects from.
        node: its place.
        fields: its fields by response key, without those of `fragment`.
        fragment: the fragment its class inherits from; without own fields, and not being a
            member, the selection is the fragment.
        members: for a divided selection on an abstract type, the selections by type.
        is_member: whether it is such a member.
        other: for a divided selection, what is selected from types that are not among the members,
            as those that a newer server adds.
        is_other: whether it is such a selection.
        is_partial: whether it is divided, or is the other of what is, and the members are only
            the types that the operation mentions.
    """

    type: GraphQLCompositeType
    node: SelectionSetNode
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])
    fragment: str | None = None
    members: Mapping[str, Selection] = field(default_factory=dict[str, "Selection"])
    is_member: bool = False
    other: Selection | None = None
    is_other: bool = False
    is_partial: bool = False

    @property
    def is_fragment(self) -> bool:
        """Whether the selection is exactly a fragment, whose type is used as it is."""
        return self.fragment is not None and not self.fields and not self.is_member


Group: TypeAlias = tuple[SelectionSetNode, bool]
"""A selection set of the input, and whether it may be left out."""


@dataclass(frozen=True)
class _Occurrence:
    node: FieldNode
    group: int
    conditional: bool


class Selector:
    """Resolves the selections of operations and fragments.

    Args:
        schema: the schema, overrides applied.
        fragments: the fragments by name.
        secrets: coordinates of secret fields.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        secrets: frozenset[str] = frozenset(),
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._conditions = Conditions(schema, fragments)
        self._secrets = secrets
        self._resolved: dict[str, Selection] = {}
        self._tokens = 0
        self._problems: list[Diagnostic] = []

    def operation(self, definition: OperationDefinitionNode) -> Selection:
        """Resolve an operation."""
        root = root_of(self._schema, definition)
        groups = [(definition.selection_set, False)]
        return Selection(root, definition.selection_set, self._merge(groups, root))

    def fragment(self, name: str) -> Selection:
        """Resolve a fragment."""
        if name not in self._resolved:
            definition = self._fragments[name]
            groups = [(definition.selection_set, False)]
            self._resolved[name] = self._resolve(groups, condition_of(self._schema, definition))
        return self._resolved[name]

    def all_fields(self, selection: Selection) -> dict[str, Field]:
        """The fields of a selection by response key, those of its fragment first."""
        inherited = self.all_fields(self.fragment(selection.fragment)) if selection.fragment else {}
        return {**inherited, **selection.fields}

    def python_names(self, selection: Selection) -> dict[str, str]:
        """The attributes of a selection's class by response key, inherited ones included."""
        return names.scope(self.all_fields(selection), names.FIELDS)

    def check(self) -> None:
        """Raise what was found wrong.

        Raises:
            CompileError: there is something.
        """
        if self._problems:
            raise CompileError(self._problems)

    def _resolve(
        self, groups: Sequence[Group], on: GraphQLCompositeType, *, is_member: bool = False
    ) -> Selection:
        node = groups[0][0]
        spreads = set(self._direct_spreads(groups, on))
        if isinstance(on, GraphQLInterfaceType | GraphQLUnionType):
            if len(spreads) == 1 and self._only_spreads(groups):
                return Selection(on, node, fragment=spreads.pop())
            if self._conditions.divide([each for each, _ in groups], on):
                return self._divided(groups, on)
            return Selection(on, node, {**self._typename(on, node), **self._merge(groups, on)})
        if len(spreads) == 1:
            inheriting = self._inherit(groups, on, spreads.pop(), is_member)
            if inheriting is not None:
                return inheriting
        fields = self._merge(groups, on)
        if is_member:
            fields.pop(TYPENAME, None)
        return Selection(on, node, fields, is_member=is_member)

    def _divided(
        self, groups: Sequence[Group], on: GraphQLInterfaceType | GraphQLUnionType
    ) -> Selection:
        """The selection by type: by each type, or of many types by each that is mentioned."""
        node = groups[0][0]
        types = self._schema.get_possible_types(on)
        is_partial = len(types) > MANY_TYPES
        if is_partial:
            mentioned = self._conditions.mentioned([each for each, _ in groups], on)
            types = [each for each in types if each.name in mentioned]
        members = {each.name: self._resolve(groups, each, is_member=True) for each in types}
        fields = self._merge(groups, on)
        fields.pop(TYPENAME, None)
        other = Selection(on, node, fields, is_other=True, is_partial=is_partial)
        return Selection(on, node, members=members, other=other, is_partial=is_partial)

    def _inherit(
        self, groups: Sequence[Group], on: GraphQLCompositeType, fragment: str, is_member: bool
    ) -> Selection | None:
        """The selection as a subclass of a fragment's class, where that can be one."""
        base = self.fragment(fragment)
        inherited = self.all_fields(base)
        if is_member and TYPENAME in inherited:
            return None
        fields = self._merge(groups, on, without=fragment)
        if is_member:
            fields.pop(TYPENAME, None)
        for key in fields.keys() & inherited.keys():
            if fields[key].selection is not None or inherited[key].conditional:
                return None
        own = {key: each for key, each in fields.items() if key not in inherited}
        if any(each.secret for each in own.values()) and not any(
            each.secret for each in inherited.values()
        ):
            return None
        selection = Selection(on, groups[0][0], own, fragment=fragment, is_member=is_member)
        together = self.python_names(selection)
        if any(together[key] != name for key, name in self.python_names(base).items()):
            return None
        return selection

    def _merge(
        self, groups: Sequence[Group], on: GraphQLCompositeType, without: str | None = None
    ) -> dict[str, Field]:
        found: dict[str, list[_Occurrence]] = {}
        for index, (selection_set, _) in enumerate(groups):
            for node, conditional in self._fields_on(selection_set, on, without):
                key = (node.alias or node.name).value
                found.setdefault(key, []).append(_Occurrence(node, index, conditional))
        return {key: self._field(key, each, groups, on) for key, each in found.items()}

    def _field(
        self,
        key: str,
        occurrences: Sequence[_Occurrence],
        groups: Sequence[Group],
        on: GraphQLCompositeType,
    ) -> Field:
        node = occurrences[0].node
        name = node.name.value
        definition = self._definition(node, on)
        # Present for sure: in a group that is, or in each of the groups one of which is.
        sure = {each.group for each in occurrences if not each.conditional}
        present = len(sure) == len(groups) or any(not groups[index][1] for index in sure)
        selection = None
        inner = composite(definition)
        if inner is not None:
            below = [
                (each.node.selection_set, each.conditional or groups[each.group][1])
                for each in occurrences
                if each.node.selection_set is not None
            ]
            selection = self._resolve(below, inner)
        coordinate = f"{on.name}.{name}"
        self._tokens += 1
        return Field(
            key=key,
            token=TYPENAME if key == TYPENAME else f"f{self._tokens}",
            name=name,
            coordinate=coordinate,
            definition=definition,
            conditional=not present,
            secret=coordinate in self._secrets,
            node=node,
            selection=selection,
        )

    def _definition(self, node: FieldNode, on: GraphQLCompositeType) -> GraphQLField:
        name = node.name.value
        if name == TYPENAME:
            return TypeNameMetaFieldDef
        if name.startswith("__"):
            self._problems.append(
                at_node(node, f"{name}: introspection has no place in a compiled operation")
            )
            return TypeNameMetaFieldDef
        definition = field_of(on, name)
        assert definition is not None, "validation refuses unknown fields"
        return definition

    def _typename(self, on: GraphQLCompositeType, node: SelectionSetNode) -> dict[str, Field]:
        added = Field(
            key=TYPENAME,
            token=TYPENAME,
            name=TYPENAME,
            coordinate=f"{on.name}.{TYPENAME}",
            definition=TypeNameMetaFieldDef,
            conditional=False,
            secret=False,
            node=FieldNode(loc=node.loc),
        )
        return {TYPENAME: added}

    def _fields_on(
        self,
        selection_set: SelectionSetNode,
        on: GraphQLCompositeType,
        without: str | None,
        *,
        conditional: bool = False,
    ) -> Iterator[tuple[FieldNode, bool]]:
        """The fields that are selected from a type, and whether they may be left out."""
        for node in selection_set.selections:
            may_miss = conditional or is_conditional(node)
            if isinstance(node, FieldNode):
                yield node, may_miss
            elif not (isinstance(node, FragmentSpreadNode) and node.name.value == without):
                condition, inner = self._conditions.inner(node, on)
                if self._conditions.covers(condition, on):
                    yield from self._fields_on(inner, on, without, conditional=may_miss)

    def _direct_spreads(self, groups: Sequence[Group], on: GraphQLCompositeType) -> Iterator[str]:
        """The fragments on exactly this type that are spread for sure."""
        for selection_set, conditional in groups:
            if conditional and len(groups) > 1:
                continue
            for node in selection_set.selections:
                if isinstance(node, FieldNode) or is_conditional(node):
                    continue
                condition, inner = self._conditions.inner(node, on)
                if isinstance(node, InlineFragmentNode) and self._conditions.covers(condition, on):
                    yield from self._direct_spreads([(inner, False)], on)
                elif isinstance(node, FragmentSpreadNode) and condition.name == on.name:
                    yield node.name.value

    def _only_spreads(self, groups: Sequence[Group]) -> bool:
        """Whether there is nothing but spreads, each there for sure, and `__typename`."""
        return all(
            not is_conditional(node)
            and (
                isinstance(node, FragmentSpreadNode)
                or (
                    isinstance(node, FieldNode)
                    and node.name.value == TYPENAME
                    and node.alias is None
                )
            )
            for selection_set, _ in groups
            for node in selection_set.selections
        )


def is_object(selection: Selection) -> bool:
    """Whether the selection is on an object type."""
    return isinstance(selection.type, GraphQLObjectType)
