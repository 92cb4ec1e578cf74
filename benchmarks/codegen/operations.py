"""Operations made up for a schema: a random walk over its types, the same for the same seed.

Each is valid, and has a name, variables for the arguments that must be given, nested selections,
and inline fragments where a type is abstract; some fragments are shared by many. What a tool
trips over for reasons that are not speed is left out: no aliases, no directives; for turms, no
fragment with a digit in its name, and no union of which nothing but `__typename` is selected.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_non_null_type,
)

DEPTH = 4
"""How deep selections go below the root field."""

FRAGMENTS = 40
"""How many fragments there are to share; each is made where it is first used."""


_LETTERS = str.maketrans("0123456789_", "abcdefghijk")


def operations(schema: GraphQLSchema, count: int, seed: int = 1) -> list[str]:
    """Documents: that of the shared fragments, then one for each operation."""
    dice = random.Random(seed)
    fragments: dict[str, str] = {}
    made = [_Operation(schema, dice, fragments).text(number) for number in range(1, count + 1)]
    shared = "\n".join(fragments.values())
    return [shared, *made]


def changed(document: str) -> str:
    """The document with another selection: `__typename` in that of its root field."""
    head, root, rest = document.split("{", maxsplit=2)
    return f"{head}{{{root}{{ __typename {rest}"


def _plain(on: GraphQLObjectType | GraphQLInterfaceType) -> Iterator[str]:
    """The leaves that need no argument."""
    for name, definition in on.fields.items():
        if is_leaf_type(get_named_type(definition.type)) and not _required(definition):
            yield name


@dataclass
class _Operation:
    """Writes one operation."""

    schema: GraphQLSchema
    dice: random.Random
    fragments: dict[str, str]
    variables: list[str] = field(default_factory=list[str])

    def text(self, number: int) -> str:
        mutation = self.schema.mutation_type is not None and number % 5 == 0
        root = self.schema.mutation_type if mutation else self.schema.query_type
        assert root is not None
        names = [name for name, each in root.fields.items() if _selectable(each)]
        name = self.dice.choice(sorted(names))
        body = self._field(name, root.fields[name], DEPTH)
        head = f"({', '.join(self.variables)})" if self.variables else ""
        kind = "mutation" if mutation else "query"
        return f"{kind} Made{number:04}{name[0].upper()}{name[1:]}{head} {{\n  {body}\n}}\n"

    def _field(self, name: str, definition: GraphQLField, depth: int) -> str:
        arguments: list[str] = []
        for argument, its in _required(definition).items():
            variable = f"v{len(self.variables) + 1}"
            self.variables.append(f"${variable}: {its}")
            arguments.append(f"{argument}: ${variable}")
        given = f"({', '.join(arguments)})" if arguments else ""
        named = get_named_type(definition.type)
        below = self._selection(named, depth) if is_composite_type(named) else ""
        return f"{name}{given}{below}"

    def _selection(self, on: GraphQLNamedType, depth: int) -> str:
        if isinstance(on, GraphQLObjectType) and self._is_shared(on):
            return f" {{ ...{_fragment(on)} }}"
        parts = ["__typename"]
        taken: set[str] = set()
        if isinstance(on, GraphQLObjectType | GraphQLInterfaceType):
            parts = list(self._fields(on, depth, taken)) or parts
        if isinstance(on, GraphQLUnionType) or (isinstance(on, GraphQLInterfaceType) and depth > 0):
            members = sorted(self.schema.get_possible_types(on), key=_name)
            for member in self.dice.sample(members, min(2, len(members))):
                inner = " ".join(self._fields(member, depth - 1, taken)) or "__typename"
                parts.append(f"... on {member.name} {{ {inner} }}")
        return f" {{ {' '.join(parts)} }}"

    def _is_shared(self, on: GraphQLObjectType) -> bool:
        """Whether to spread the fragment on a type; makes it if there may be one more."""
        leaves = sorted(_plain(on))
        if on.name in self.fragments:
            return self.dice.random() < 0.5
        if len(self.fragments) == FRAGMENTS or len(leaves) < 4 or self.dice.random() < 0.7:
            return False
        chosen = " ".join(sorted(self.dice.sample(leaves, min(8, len(leaves)))))
        self.fragments[on.name] = f"fragment {_fragment(on)} on {on.name} {{ {chosen} }}"
        return True

    def _fields(
        self, on: GraphQLObjectType | GraphQLInterfaceType, depth: int, taken: set[str]
    ) -> Iterator[str]:
        """Some fields of a type; those of other members would conflict and are left out."""
        leaves = [name for name in _plain(on) if name not in taken]
        chosen = self.dice.sample(sorted(leaves), min(self.dice.randint(2, 5), len(leaves)))
        if depth > 0:
            nested = sorted(
                name
                for name, each in on.fields.items()
                if is_composite_type(get_named_type(each.type))
                and name not in taken
                # Type and field together would be another type's name.
                and f"{on.name}{name[0].upper()}{name[1:]}" not in self.schema.type_map
            )
            chosen += self.dice.sample(nested, min(self.dice.randint(1, 2), len(nested)))
        taken.update(chosen)
        for name in chosen:
            yield self._field(name, on.fields[name], depth - 1)


def _fragment(on: GraphQLObjectType) -> str:
    """The name of the fragment on a type, of letters only: turms reads no others."""
    return f"{on.name.translate(_LETTERS)}Parts"


def _required(definition: GraphQLField) -> dict[str, object]:
    """The arguments that must be given, and those that pages of a connection need."""
    return {
        name: argument.type
        for name, argument in definition.args.items()
        if is_non_null_type(argument.type) or name == "first"
    }


def _selectable(definition: GraphQLField) -> bool:
    return is_composite_type(get_named_type(definition.type))


def _name(named: GraphQLNamedType) -> str:
    return named.name
