"""Cutting out of a schema's text what some operations need of it.

Parsing and building a large schema takes longer than all else that is done for one operation. An
outline knows where each definition and each field of the text begins and ends, and which types it
names. A cut holds the types within reach of the operations, with the fields that these mention;
of all inputs and enums at least the names, so that nothing is called otherwise than with the whole
schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Location,
    Node,
    OperationType,
    TokenKind,
    parse,
)

from backchannel.codegen.defaults import build_schema
from backchannel.codegen.selection import MANY_TYPES
from backchannel.codegen.shapes import innermost

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


class Span(msgspec.Struct, frozen=True, array_like=True):
    """A part of a file of the schema, in characters.

    Attributes:
        file: which file, counted from 0.
        start: its first character.
        end: the character after its last.
    """

    file: int
    start: int
    end: int

    def of(self, files: Sequence[str]) -> str:
        """The part of the texts of the files."""
        return files[self.file][self.start : self.end]


class FieldOutline(msgspec.Struct, frozen=True, array_like=True):
    """A field of an object or interface type.

    Attributes:
        span: where it is.
        types: the types that it and its arguments name.
    """

    span: Span
    types: tuple[str, ...]


class TypeOutline(msgspec.Struct, frozen=True, array_like=True):
    """A type.

    Attributes:
        whole: where its definition is.
        head: where what stands before its fields or values is.
        name: the same without the description.
        fields: of an object or interface type, its fields by name.
        types: the types that the fields of an input type name.
        interfaces: the interfaces that it implements.
        possible: of an abstract type, the types that its objects can have.
        is_always_there: whether others take care not to be called like it.
    """

    whole: Span
    head: Span
    name: Span
    fields: dict[str, FieldOutline] = {}
    types: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    is_always_there: bool = False


class Outline(msgspec.Struct, frozen=True):
    """The outline of a schema.

    Attributes:
        types: the types of which parts can be left out, by name.
        rest: all other definitions.
        roots: the types to begin with: those of operations, and of the arguments of directives.
    """

    types: dict[str, TypeOutline]
    rest: tuple[Span, ...]
    roots: tuple[str, ...]

    def cut(self, files: Sequence[str], mentions: Iterable[str]) -> GraphQLSchema:
        """The schema with what texts can be about; they are valid for it if they are for all of it.

        Args:
            files: the texts of the schema's files.
            mentions: operations with all fragments that they use, and what else names types.
        """
        mentioned = {name for each in mentions for name in _NAME.findall(each)}
        reached = self._reached(mentioned)
        parts = [span.of(files) for span in self.rest]
        kept = self._kept(reached)
        for name, each in self.types.items():
            if name not in reached:
                if name in kept:
                    parts.append(each.name.of(files))
            elif not each.fields:
                parts.append(each.whole.of(files))
            else:
                chosen = [
                    field.span.of(files) for key, field in each.fields.items() if key in mentioned
                ]
                body = "\n".join(["{", *chosen, "}"]) if chosen else ""
                parts.append(f"{each.head.of(files)} {body}")
        schema = build_schema(parse("\n".join(parts)))
        for name, each in self.types.items():
            if each.is_always_there and name not in schema.type_map:
                # It stands for an enum or input of which nothing matters but the name.
                schema.type_map[name] = GraphQLEnumType(name, {})
        return schema

    def _reached(self, mentioned: set[str]) -> set[str]:
        """The types that can be come to by way of the fields that are mentioned."""
        found: set[str] = set()
        pending = [*self.roots, *mentioned]
        while pending:
            name = pending.pop()
            if name in found or name not in self.types:
                continue
            found.add(name)
            each = self.types[name]
            pending += each.types
            # Of many types, only those count that are mentioned, see `MANY_TYPES`.
            if len(each.possible) <= MANY_TYPES or name in mentioned:
                pending += each.possible
            for key in each.fields.keys() & mentioned:
                pending += each.fields[key].types
        return found

    def _kept(self, reached: set[str]) -> set[str]:
        """The types that the heads and unions of what is reached name, and so on."""
        found: set[str] = set()
        pending = list(reached)
        while pending:
            each = self.types[pending.pop()]
            named = {*each.interfaces, *each.possible} - found
            found |= named
            pending += named
        return found


def outline(schema: GraphQLSchema, files: Sequence[str]) -> Outline | None:
    """The outline of a parsed schema; None where types are extended, which is not cut.

    Args:
        schema: the schema, with the nodes of its types.
        files: the names of its files.
    """
    named = [each for each in schema.type_map.values() if each.ast_node is not None]
    if schema.extension_ast_nodes or any(each.extension_ast_nodes for each in named):
        return None
    places = _Places({name: number for number, name in enumerate(files)})
    types: dict[str, TypeOutline] = {}
    rest = [places.of(schema.ast_node)] if schema.ast_node is not None else []
    for each in named:
        described = _described(each, schema, places)
        if described is None:
            rest.append(places.of(each.ast_node))
        else:
            types[each.name] = described
    roots = [root.name for kind in OperationType if (root := schema.get_root_type(kind))]
    for directive in schema.directives:
        if directive.ast_node is not None:
            rest.append(places.of(directive.ast_node))
            roots += [innermost(argument).name for argument in directive.args.values()]
    return Outline(types, tuple(rest), tuple(roots))


def _described(
    named: GraphQLNamedType, schema: GraphQLSchema, places: _Places
) -> TypeOutline | None:
    """The outline of a type; None of one that is not cut, a scalar."""
    node = named.ast_node
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        fields = {name: _field(each, places) for name, each in named.fields.items()}
        parts = [each.ast_node for each in named.fields.values()]
        implementing: tuple[str, ...] = ()
        if isinstance(named, GraphQLInterfaceType):
            implementing = tuple(each.name for each in schema.get_possible_types(named))
        head, name = places.before(node, parts)
        interfaces = tuple(each.name for each in named.interfaces)
        return TypeOutline(
            places.of(node), head, name, fields, interfaces=interfaces, possible=implementing
        )
    if isinstance(named, GraphQLInputObjectType):
        types = tuple({innermost(each).name: None for each in named.fields.values()})
        head, name = places.before(node, [each.ast_node for each in named.fields.values()])
        return TypeOutline(places.of(node), head, name, types=types, is_always_there=True)
    if isinstance(named, GraphQLEnumType):
        head, name = places.before(node, [each.ast_node for each in named.values.values()])
        return TypeOutline(places.of(node), head, name, is_always_there=True)
    if isinstance(named, GraphQLUnionType):
        whole = places.of(node)
        members = tuple(each.name for each in named.types)
        return TypeOutline(whole, whole, whole, possible=members)
    return None


def _field(field: GraphQLField, places: _Places) -> FieldOutline:
    types = [innermost(field).name, *(innermost(each).name for each in field.args.values())]
    return FieldOutline(places.of(field.ast_node), tuple(dict.fromkeys(types)))


class _Places:
    """Where nodes are.

    Args:
        files: the numbers of files by name.
    """

    def __init__(self, files: dict[str, int]) -> None:
        self._files = files

    def of(self, node: Node | None) -> Span:
        """The part that is a node."""
        location = _location(node)
        return Span(self._files[location.source.name], location.start, location.end)

    def before(self, node: Node | None, parts: Iterable[Node | None]) -> tuple[Span, Span]:
        """The part of a definition before the brace, with its description and without it."""
        whole = self.of(node)
        first = next(iter(parts), None)
        end = whole.end
        if first is not None:
            brace = _location(first).start_token.prev
            while brace is not None and brace.kind is not TokenKind.BRACE_L:
                brace = brace.prev
            assert brace is not None, "fields are in braces"
            end = brace.start
        description: Node | None = getattr(node, "description", None)
        start = whole.start if description is None else _location(description).end
        return Span(whole.file, whole.start, end), Span(whole.file, start, end)


def _location(node: Node | None) -> Location:
    assert node is not None, "the schema was parsed"
    assert node.loc is not None, "with its locations"
    return node.loc
