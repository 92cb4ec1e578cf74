"""Which operations the changes of a schema hit, where, and what they do to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    NonNullTypeNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    get_location,
    validate,
)

from backchannel.codegen.overrides import Overrides, apply_to_versions
from backchannel.codegen.rules import RULES
from backchannel.codegen.schemas.changes import Change, ChangeKind, Severity
from backchannel.codegen.schemas.compare import find_changes
from backchannel.codegen.schemas.effects import (
    Effect,
    is_breaking,
    patterns,
    takes_default,
)
from backchannel.codegen.schemas.uses import Uses
from backchannel.codegen.uses import Use

MAXIMUM_ERRORS = 1000
"""As many errors are asked for in one operation."""


@dataclass(frozen=True)
class Hit:
    """A place in an operation, or in a fragment it uses, that a change hits.

    Attributes:
        operation: the operation's name.
        change: the change; None where the new schema refuses the operation and no change can be
            named.
        node: the place.
        effect: what happens there.
        advice: what else is to be said, or "".
    """

    operation: str
    change: Change | None
    node: Node
    effect: Effect
    advice: str = ""

    @property
    def breaking(self) -> bool:
        """Whether the compiled operation may fail by it."""
        return self.change is None or is_breaking(self.change, self.effect)

    @property
    def place(self) -> tuple[str, int, int]:
        """Path, line and column."""
        assert self.node.loc is not None, "the operations were parsed"
        location = get_location(self.node.loc.source, self.node.loc.start)
        return self.node.loc.source.name, location.line, location.column


@dataclass(frozen=True)
class Impact:
    """What the changes of a schema do to operations.

    Attributes:
        changes: all changes, sorted by coordinate.
        hits: the hits by operation, in the order of the input; in an operation by place.
    """

    changes: Sequence[Change]
    hits: Mapping[str, Sequence[Hit]]

    @property
    def all_hits(self) -> Iterator[Hit]:
        """The hits of all operations."""
        for hits in self.hits.values():
            yield from hits

    @property
    def breaks(self) -> bool:
        """Whether an operation breaks."""
        return any(hit.breaking for hit in self.all_hits)

    @property
    def concerns(self) -> bool:
        """Whether anything happens that is not harmless."""
        return any(hit.effect is not Effect.HARMLESS for hit in self.all_hits)


def assess(
    old: GraphQLSchema,
    new: GraphQLSchema,
    document: DocumentNode,
    overrides: Overrides | None = None,
) -> Impact:
    """Compare two schemas, and tell what the changes do to operations.

    Args:
        old: the schema for which the operations were written.
        new: the schema to come.
        document: the operations and their fragments, valid in the old schema.
        overrides: what is known of both schemas beyond what they say; applied in place.

    Raises:
        CompileError: an override names or changes nothing in both schemas.
    """
    operations = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode) and each.name is not None
    }
    uses = Uses(old, document)
    # Almost always nothing is refused, and then no operation has to be asked about alone.
    refused = bool(_errors(new, document))
    errors = {
        name: _errors(new, DocumentNode(definitions=(each, *uses.fragments(each))))
        for name, each in operations.items()
        if refused
    }
    # Only now: the rules of GraphQL hold for the schemas as the server declares them.
    if overrides is not None:
        apply_to_versions([old, new], overrides)
    changes = find_changes(old, new)
    hits: dict[str, Sequence[Hit]] = {}
    for name, definition in operations.items():
        judged = _Judge(definition, changes, uses.of(definition))
        judged.refuse(errors.get(name, ()))
        hits[name] = judged.hits
    return Impact(changes, hits)


def _errors(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    return validate(schema, document, RULES, max_errors=MAXIMUM_ERRORS)


@dataclass(frozen=True)
class _Candidate:
    change: Change
    node: Node
    effect: Effect | None
    advice: str = ""


@dataclass
class _Judge:
    """Decides what happens to one operation."""

    definition: OperationDefinitionNode
    changes: Sequence[Change]
    uses: Sequence[Use]
    _candidates: list[_Candidate] = field(default_factory=list[_Candidate])
    _unexplained: list[Hit] = field(default_factory=list[Hit])

    def __post_init__(self) -> None:
        places: dict[tuple[str, object], list[Node]] = {}
        for use in self.uses:
            places.setdefault((use.coordinate, use.role), []).append(use.node)
        variables = {each.variable.name.value: each for each in self._variables}
        for change in self.changes:
            for pattern in patterns(change):
                for node in places.get((pattern.coordinate, pattern.role), ()):
                    if not pattern.fits(node):
                        continue
                    effect = pattern.effect
                    if effect is Effect.DEFAULT and not takes_default(node, variables):
                        effect = None
                    self._candidates.append(_Candidate(change, node, effect))

    @property
    def hits(self) -> list[Hit]:
        """The hits, by place."""
        found = [
            Hit(self._name, each.change, each.node, each.effect, each.advice)
            for each in self._candidates
            if each.effect is not None
        ]
        return sorted([*found, *self._unexplained], key=_order)

    def refuse(self, errors: Sequence[GraphQLError]) -> None:
        """Take note of why the new schema refuses the operation."""
        for error in errors:
            nodes = [node for node in error.nodes or () if node.loc is not None]
            # Of a variable and its use, the use comes last, and is what a change is about.
            explained: list[int] = []
            for node in reversed(nodes):
                explained = explained or self._explaining(node)
            for index in explained:
                candidate = self._candidates[index]
                advice = self._advice(candidate)
                self._candidates[index] = replace(candidate, effect=Effect.BREAKS, advice=advice)
            if not explained:
                node = nodes[0] if nodes else self.definition
                self._unexplained.append(Hit(self._name, None, node, Effect.BREAKS, error.message))

    @property
    def _name(self) -> str:
        assert self.definition.name is not None, "operations without names were refused"
        return self.definition.name.value

    @property
    def _variables(self) -> tuple[VariableDefinitionNode, ...]:
        return tuple(self.definition.variable_definitions)

    def _advice(self, candidate: _Candidate) -> str:
        """How to mend an argument whose type changed, where it is given a variable."""
        change, name = candidate.change, _variable(candidate.node)
        if name is None or change.kind not in (
            ChangeKind.ARGUMENT_TYPE,
            ChangeKind.INPUT_FIELD_TYPE,
        ):
            return ""
        required = any(
            isinstance(each.type, NonNullTypeNode)
            for each in self._variables
            if each.variable.name.value == name
        )
        declared = change.new + ("!" if required and not change.new.endswith("!") else "")
        if sum(_variable(use.node) == name for use in self.uses) > 1:
            # It has another type to keep, maybe.
            return f"give it a variable of type {declared}"
        return f"declare ${name} as {declared}"

    def _explaining(self, node: Node) -> list[int]:
        """The candidates that explain an error at a node: those closest around it."""
        around = [
            (index, _length(each.node))
            for index, each in enumerate(self._candidates)
            if each.change.severity is Severity.BREAKING and _contains(each.node, node)
        ]
        closest = min((length for _, length in around), default=0)
        return [index for index, length in around if length == closest]


def _variable(node: Node) -> str | None:
    """The variable that an argument or input field is given, if it is given one."""
    if isinstance(node, ArgumentNode | ObjectFieldNode) and isinstance(node.value, VariableNode):
        return node.value.name.value
    return None


def _contains(outer: Node, inner: Node) -> bool:
    return (
        outer.loc is not None
        and inner.loc is not None
        and outer.loc.source is inner.loc.source
        and outer.loc.start <= inner.loc.start
        and inner.loc.end <= outer.loc.end
    )


def _length(node: Node) -> int:
    assert node.loc is not None, "the operations were parsed"
    return node.loc.end - node.loc.start


def _order(hit: Hit) -> tuple[tuple[str, int, int], str, str]:
    return hit.place, hit.change.coordinate if hit.change else "", hit.effect
