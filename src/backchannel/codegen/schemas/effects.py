"""What a change does to a use, before it is known whether the new schema refuses the operation."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    Node,
    NonNullTypeNode,
    ObjectValueNode,
    VariableDefinitionNode,
    VariableNode,
)

from backchannel.codegen.schemas.changes import Change, ChangeKind, Severity
from backchannel.codegen.uses import Role


class Effect(enum.StrEnum):
    """What a change does to an operation and its types."""

    BREAKS = "breaks"
    RESULT = "result type changes"
    ARGUMENT = "argument type changes"
    NULLABLE = "becomes nullable"
    NON_NULL = "becomes non-null"
    NEW_VALUE = "new enum value can arrive"
    NEW_MEMBER = "new member can arrive"
    DEFAULT = "default changes"
    DEPRECATED = "deprecated"
    HARMLESS = "harmless"


@dataclass(frozen=True)
class Pattern:
    """Uses that a change hits.

    Attributes:
        coordinate: of the use.
        role: of the use.
        effect: what happens there if the new schema takes the operation; None: nothing.
        without: an argument or input field that must not be given there.
    """

    coordinate: str
    role: Role
    effect: Effect | None
    without: str = ""

    def fits(self, node: Node) -> bool:
        """Whether the condition holds at a node."""
        return not self.without or self.without not in _given(node)


def patterns(change: Change) -> Iterator[Pattern]:
    """The uses that a change hits, and how."""
    for row in _TABLE.get(change.kind, ()):
        at = {_SELF: change.coordinate, _OWNER: change.owner, _RELATED: change.related}[row.at]
        effect = row.effect(change) if callable(row.effect) else row.effect
        yield Pattern(at, row.role, effect, without=change.name if row.absent else "")


def is_breaking(change: Change, effect: Effect) -> bool:
    """Whether a compiled operation may fail by the effect.

    It does where the server refuses it, or what it sends, or where results no longer fit.
    """
    if effect is Effect.ARGUMENT:
        return change.severity is Severity.BREAKING
    return effect in (Effect.BREAKS, Effect.RESULT, Effect.NULLABLE)


def takes_default(node: Node, variables: dict[str, VariableDefinitionNode]) -> bool:
    """Whether an argument that is given may still leave the value to the schema's default."""
    if not isinstance(node, ArgumentNode):
        return True
    if not isinstance(node.value, VariableNode):
        return False
    definition = variables.get(node.value.name.value)
    return (
        definition is not None
        and definition.default_value is None
        and not isinstance(definition.type, NonNullTypeNode)
    )


def _result_effect(change: Change) -> Effect:
    difference = change.difference
    assert difference is not None, "a type changed"
    if difference.other:
        return Effect.RESULT
    return Effect.NULLABLE if difference.nullable else Effect.NON_NULL


def _deprecation(change: Change) -> Effect:
    return Effect.DEPRECATED if change.new else Effect.HARMLESS


def _given(node: Node) -> set[str]:
    if isinstance(node, FieldNode | DirectiveNode):
        return {argument.name.value for argument in node.arguments}
    if isinstance(node, ObjectValueNode):
        return {field.name.value for field in node.fields}
    return set()


def _sent(change: Change) -> Effect:
    """Of a value that variables hold: what breaks is more than a hint."""
    return Effect.ARGUMENT if change.severity is Severity.BREAKING else Effect.HARMLESS


def _sent_default(change: Change) -> Effect:
    return Effect.ARGUMENT if change.severity is Severity.BREAKING else Effect.DEFAULT


_SELF, _OWNER, _RELATED = "self", "owner", "related"


@dataclass(frozen=True)
class _Row:
    """Where to look for uses: at a coordinate of the change, in a role.

    Attributes:
        at: the change's own coordinate, its owner, or what it is related to.
        role: of the use.
        effect: as of a pattern, or what decides it.
        absent: whether the argument or input field must not be given there.
    """

    at: str
    role: Role
    effect: Effect | Callable[[Change], Effect] | None = None
    absent: bool = False


_TABLE: Mapping[ChangeKind, Sequence[_Row]] = {
    ChangeKind.ROOT_REMOVED: (_Row(_SELF, Role.ROOT, Effect.BREAKS),),
    ChangeKind.TYPE_REMOVED: (_Row(_SELF, Role.CONDITION), _Row(_SELF, Role.VARIABLE)),
    ChangeKind.TYPE_RENAMED: (_Row(_SELF, Role.CONDITION),),
    ChangeKind.TYPE_KIND_CHANGED: (
        _Row(_SELF, Role.RESULT, Effect.RESULT),
        _Row(_SELF, Role.VARIABLE, Effect.ARGUMENT),
        _Row(_SELF, Role.CONDITION),
    ),
    ChangeKind.SCALAR_URL: (
        _Row(_SELF, Role.RESULT, Effect.HARMLESS),
        _Row(_SELF, Role.VARIABLE, Effect.HARMLESS),
    ),
    ChangeKind.INTERFACE_ADDED: (_Row(_RELATED, Role.RESULT, Effect.NEW_MEMBER),),
    ChangeKind.INTERFACE_REMOVED: (
        _Row(_RELATED, Role.RESULT, Effect.HARMLESS),
        _Row(_SELF, Role.RESULT),
    ),
    ChangeKind.MEMBER_ADDED: (_Row(_SELF, Role.RESULT, Effect.NEW_MEMBER),),
    ChangeKind.MEMBER_REMOVED: (_Row(_SELF, Role.RESULT, Effect.HARMLESS),),
    ChangeKind.FIELD_REMOVED: (_Row(_SELF, Role.FIELD),),
    ChangeKind.FIELD_TYPE: (_Row(_SELF, Role.FIELD, _result_effect),),
    ChangeKind.FIELD_DEPRECATION: (_Row(_SELF, Role.FIELD, _deprecation),),
    ChangeKind.ARGUMENT_REMOVED: (_Row(_SELF, Role.ARGUMENT),),
    ChangeKind.ARGUMENT_ADDED: (_Row(_OWNER, Role.FIELD), _Row(_OWNER, Role.DIRECTIVE)),
    ChangeKind.ARGUMENT_TYPE: (
        _Row(_SELF, Role.ARGUMENT, Effect.HARMLESS),
        _Row(_OWNER, Role.FIELD, absent=True),
        _Row(_OWNER, Role.DIRECTIVE, absent=True),
    ),
    ChangeKind.ARGUMENT_DEFAULT: (
        _Row(_SELF, Role.ARGUMENT, Effect.DEFAULT),
        _Row(_OWNER, Role.FIELD, Effect.DEFAULT, absent=True),
        _Row(_OWNER, Role.DIRECTIVE, Effect.DEFAULT, absent=True),
    ),
    ChangeKind.ARGUMENT_DEPRECATION: (_Row(_SELF, Role.ARGUMENT, _deprecation),),
    ChangeKind.INPUT_FIELD_ADDED: (
        _Row(_OWNER, Role.VARIABLE, _sent),
        _Row(_OWNER, Role.OBJECT),
    ),
    ChangeKind.INPUT_FIELD_REMOVED: (
        _Row(_SELF, Role.VARIABLE, Effect.ARGUMENT),
        _Row(_SELF, Role.LITERAL),
    ),
    ChangeKind.INPUT_FIELD_TYPE: (
        _Row(_SELF, Role.VARIABLE, Effect.ARGUMENT),
        _Row(_SELF, Role.LITERAL, Effect.HARMLESS),
        _Row(_OWNER, Role.OBJECT, absent=True),
    ),
    ChangeKind.INPUT_FIELD_DEFAULT: (
        _Row(_SELF, Role.VARIABLE, _sent_default),
        _Row(_OWNER, Role.OBJECT, Effect.DEFAULT, absent=True),
    ),
    ChangeKind.INPUT_FIELD_DEPRECATION: (
        _Row(_SELF, Role.VARIABLE, _deprecation),
        _Row(_SELF, Role.LITERAL, _deprecation),
    ),
    ChangeKind.ONE_OF: (
        _Row(_SELF, Role.VARIABLE, _sent),
        _Row(_SELF, Role.OBJECT, Effect.HARMLESS),
    ),
    ChangeKind.VALUE_ADDED: (
        _Row(_OWNER, Role.RESULT, Effect.NEW_VALUE),
        _Row(_OWNER, Role.VARIABLE, Effect.HARMLESS),
    ),
    ChangeKind.VALUE_REMOVED: (
        _Row(_SELF, Role.LITERAL),
        _Row(_OWNER, Role.VARIABLE, Effect.ARGUMENT),
        _Row(_OWNER, Role.RESULT, Effect.HARMLESS),
    ),
    ChangeKind.VALUE_DEPRECATION: (
        _Row(_SELF, Role.LITERAL, _deprecation),
        _Row(_OWNER, Role.VARIABLE, _deprecation),
        _Row(_OWNER, Role.RESULT, _deprecation),
    ),
    ChangeKind.DIRECTIVE_REMOVED: (_Row(_SELF, Role.DIRECTIVE),),
    ChangeKind.DIRECTIVE_LOCATIONS: (_Row(_SELF, Role.DIRECTIVE),),
    ChangeKind.DIRECTIVE_REPEATABLE: (_Row(_SELF, Role.DIRECTIVE),),
}
