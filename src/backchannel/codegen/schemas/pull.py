"""Downloading the schema of a server by introspection, whatever the server's age."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backchannel.codegen.schemas.introspection import schema_sdl
from backchannel.codegen.schemas.model import Introspection
from backchannel.errors import GraphQLError
from backchannel.graphql.operation import Operation
from backchannel.wire.rules import MEBIBYTE, Limits

if TYPE_CHECKING:
    from backchannel.graphql.client import GraphQLClient

LIMITS = Limits(timeout=60.0, max_reply_bytes=64 * MEBIBYTE)
"""For a client that pulls: a large schema is tens of megabytes, and takes its time."""

DEPTH = 9
"""Lists and non-nulls that a type may have around it."""

# What older servers lack, and the words of an error by which it is known to be that. By words,
# because every server has its own sentence. `includeDeprecated` alone is old, on fields and enum
# values; no server complains of it there.
_FEATURES = {
    "specified by": re.compile("specifiedByURL"),
    "one of": re.compile("isOneOf"),
    "deprecated inputs": re.compile(
        "includeDeprecated|__InputValue|isDeprecated|deprecationReason"
    ),
    "repeatable": re.compile("isRepeatable"),
    "schema description": re.compile("description"),
}


def pull_schema(client: GraphQLClient, path: str) -> str:
    """Download a schema.

    It asks for all that introspection has, and again without what the server says it lacks
    (Absinthe 1.7 lacks `specifiedByURL`, `isOneOf` and deprecated inputs).

    Args:
        client: a client of the server, best with `LIMITS`.
        path: what messages call the schema.

    Returns:
        The schema as SDL, sorted by name.

    Raises:
        CompileError: what came describes no valid schema.
        BackchannelError: as from any operation.
    """
    features: frozenset[str] = frozenset(_FEATURES)
    while True:
        try:
            introspection = client.execute(_operation(features), {})
        except GraphQLError as error:
            lacking = _lacking(error) & features
            if error.data or not features:
                raise
            # A server that refuses and does not say why is asked for the least.
            features = features - lacking if lacking else frozenset[str]()
        else:
            return schema_sdl(introspection.schema, path)


def _lacking(error: GraphQLError) -> frozenset[str]:
    return frozenset(
        feature
        for entry in error.errors
        for feature, words in _FEATURES.items()
        if words.search(entry.message)
    )


def _operation(features: frozenset[str]) -> Operation[Introspection]:
    return Operation(
        name="IntrospectionQuery",
        kind="query",
        document="\n".join(_document(features)),
        result=Introspection,
        root=None,
        fields=("__schema",),
        variables={},
    )


def _document(features: frozenset[str]) -> Iterator[str]:
    """An introspection query that asks for these features."""

    def given(feature: str, text: str) -> str:
        return text if feature in features else ""

    deprecated = given("deprecated inputs", "(includeDeprecated: true)")
    yield f"""query IntrospectionQuery {{
  __schema {{
    {given("schema description", "description")}
    queryType {{ name }}
    mutationType {{ name }}
    subscriptionType {{ name }}
    types {{ ...FullType }}
    directives {{
      name
      description
      locations
      {given("repeatable", "isRepeatable")}
      args{deprecated} {{ ...InputValue }}
    }}
  }}
}}"""
    yield f"""fragment FullType on __Type {{
  kind
  name
  description
  {given("specified by", "specifiedByURL")}
  {given("one of", "isOneOf")}
  fields(includeDeprecated: true) {{
    name
    description
    args{deprecated} {{ ...InputValue }}
    type {{ ...Reference }}
    isDeprecated
    deprecationReason
  }}
  inputFields{deprecated} {{ ...InputValue }}
  interfaces {{ name }}
  enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
  possibleTypes {{ name }}
}}"""
    yield f"""fragment InputValue on __InputValue {{
  name
  description
  type {{ ...Reference }}
  defaultValue
  {given("deprecated inputs", "isDeprecated deprecationReason")}
}}"""
    around = "kind name"
    for _ in range(DEPTH):
        around = f"kind name ofType {{ {around} }}"
    yield f"fragment Reference on __Type {{ {around} }}"
