"""Names: a document may write `chatMessages` or `chat_messages`, the schema knows one of them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Composite = GraphQLObjectType | GraphQLInterfaceType

# Of graphql-core's introspection, what Absinthe 1.7 does not know.
_UNKNOWN_FIELDS = {
    "__Type": {"specifiedByURL", "isOneOf"},
    "__InputValue": {"isDeprecated", "deprecationReason"},
}
_UNKNOWN_ARGUMENTS = {
    ("__Type", "inputFields"),
    ("__Field", "args"),
    ("__Directive", "args"),
}
_LIKE_ENOUGH = 0.7
_SUGGESTIONS = 5


def underscore(name: str) -> str:
    """`chatBgUrl` and `chat_bg_url` are both `chat_bg_url`."""
    if name.startswith("__"):
        return "__" + underscore(name[2:])
    name = re.sub(r"([A-Z]+)([A-Z][a-z0-9])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def find(names: Iterable[str], written: str) -> str | None:
    """The one of `names` that `written` means."""
    wanted = underscore(written)
    return next((name for name in names if underscore(name) == wanted), None)


@cache
def fields_of(schema: GraphQLSchema, parent: Composite) -> dict[str, GraphQLField]:
    """The fields that a document may ask of `parent`, by their name in snake case."""
    hidden = _UNKNOWN_FIELDS.get(parent.name, set[str]())
    found = {name: field for name, field in parent.fields.items() if name not in hidden}
    found["__typename"] = TypeNameMetaFieldDef
    if parent is schema.query_type:
        found |= {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
    return {underscore(name): field for name, field in found.items()}


@cache
def schema_names(parent: Composite | GraphQLInputObjectType) -> dict[str, str]:
    """The names as the schema has them, by their snake case."""
    return {underscore(name): name for name in parent.fields}


def arguments_of(parent: Composite, name: str, field: GraphQLField) -> list[str]:
    """The names of the arguments that the field takes."""
    return [] if (parent.name, name) in _UNKNOWN_ARGUMENTS else list(field.args)


def alike(candidates: Iterable[str], written: str) -> list[str]:
    """The candidates that `written` may be a misspelling of, the least alike first."""
    scored = sorted((jaro(candidate, written), candidate) for candidate in candidates)
    return [candidate for score, candidate in scored if score >= _LIKE_ENOUGH]


def did_you_mean(suggestions: Sequence[str], *, what: str = "") -> str:
    """The end of a message that offers the suggestions, or nothing when there are none."""
    quoted = [f'"{name}"' for name in suggestions[:_SUGGESTIONS]]
    if not quoted:
        return ""
    if len(quoted) == 1:
        listed = quoted[0]
    elif len(quoted) == 2:
        listed = " or ".join(quoted)
    else:
        listed = f"{', '.join(quoted[:-1])}, or {quoted[-1]}"
    return f" Did you mean {what}{listed}?"


def jaro(left: str, right: str) -> float:
    """The Jaro similarity of two words, 0 to 1."""
    if left == right:
        return 1.0
    reach = max(max(len(left), len(right)) // 2 - 1, 0)
    taken = [False] * len(right)
    common: list[str] = []
    for place, letter in enumerate(left):
        for other in range(max(place - reach, 0), min(place + reach + 1, len(right))):
            if not taken[other] and right[other] == letter:
                taken[other] = True
                common.append(letter)
                break
    if not common:
        return 0.0
    across = [letter for letter, used in zip(right, taken, strict=True) if used]
    swapped = sum(a != b for a, b in zip(common, across, strict=True)) / 2
    matches = len(common)
    return (matches / len(left) + matches / len(right) + (matches - swapped) / matches) / 3
