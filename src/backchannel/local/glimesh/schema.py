"""The schema, executable."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import (
    GraphQLDeprecatedDirective,
    GraphQLIncludeDirective,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    build_schema,
    is_introspection_type,
)

from backchannel.local.glimesh.absinthe.names import underscore
from backchannel.local.glimesh.resolvers import ALL
from backchannel.local.glimesh.world import ChatToken

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo

_TOKEN_TYPES = {"text": "TextToken", "url": "UrlToken", "emote": "EmoteToken"}


def schema_text() -> str:
    """The schema's SDL: packed into a wheel, or from the checkout this module lies in."""
    packed = files("backchannel.local.glimesh") / "schema.graphql"
    if packed.is_file():
        return packed.read_text(encoding="utf-8")
    checkout = Path(__file__).parents[4] / "schema" / "glimesh.graphql"
    return checkout.read_text(encoding="utf-8")


@cache
def executable_schema() -> GraphQLSchema:
    """The schema with its resolvers. It holds no state: the world comes with each request."""
    built = build_schema(schema_text(), assume_valid=True)
    described = built.to_kwargs()
    # These three are all that the server knows, in its order.
    described["directives"] = (
        GraphQLDeprecatedDirective,
        GraphQLIncludeDirective,
        GraphQLSkipDirective,
    )
    schema = GraphQLSchema(**described)
    for group in ALL:
        for type_name, resolvers in group.items():
            kind = schema.type_map[type_name]
            if not isinstance(kind, GraphQLObjectType):
                raise TypeError(f"{type_name} has no fields")
            for name, resolver in resolvers.items():
                kind.fields[name].resolve = resolver
    _spell_as_python(schema)
    tokens = schema.type_map["ChatMessageToken"]
    if not isinstance(tokens, GraphQLInterfaceType):
        raise TypeError("ChatMessageToken is no interface")
    tokens.resolve_type = _token_type
    return schema


def _spell_as_python(schema: GraphQLSchema) -> None:
    """Hand arguments to the resolvers in snake case."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            for name, member in kind.fields.items():
                member.out_name = underscore(name)
        elif isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind):
            for field in kind.fields.values():
                for name, argument in field.args.items():
                    argument.out_name = underscore(name)


def naive_time(moment: datetime) -> str:
    """UTC in whole seconds, without saying so."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def _token_type(token: object, _info: GraphQLResolveInfo, _kind: object) -> str:
    if not isinstance(token, ChatToken):
        raise TypeError(f"not a token: {token!r}")
    return _TOKEN_TYPES[token.type]


def attribute(source: object, info: GraphQLResolveInfo) -> object:
    """A field without a resolver of its own: the row's column of that name."""
    value: object = getattr(source, _column(info.field_name))
    return naive_time(value) if isinstance(value, datetime) else value


@cache
def _column(field_name: str) -> str:
    """The column of a field of the schema; remembered, because every value of a reply asks."""
    return underscore(field_name)
