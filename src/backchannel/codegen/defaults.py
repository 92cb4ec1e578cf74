"""Schemas in which the default of an input leads back to that input.

`input Filter { and: Filter = {and: null} }` is legal, and graphql-core evaluates the default before
it knows the fields, without end. Nothing here needs the value: compiled functions leave defaults
to the server.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    build_ast_schema,
)


def build_schema(document: DocumentNode) -> GraphQLSchema:
    """The schema of a document that is valid SDL."""
    try:
        return build_ast_schema(document, assume_valid_sdl=True)
    except TypeError as error:
        if "recursion" not in str(error):
            raise
    found = list(_with_objects(document))
    defaults = [(node, node.default_value) for _, node in found]
    for node, _ in defaults:
        node.default_value = None
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
    finally:
        for node, default in defaults:
            node.default_value = default
    for owner, node in found:
        named = schema.type_map[owner]
        assert isinstance(named, GraphQLInputObjectType), "it was built from one"
        # Any value says that there is one: the field may be left out.
        named.fields[node.name.value].default_value = None
    return schema


def _with_objects(document: DocumentNode) -> Iterator[tuple[str, InputValueDefinitionNode]]:
    """The fields of inputs whose defaults are objects or hold some, and their types."""
    for definition in document.definitions:
        if isinstance(definition, InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode):
            for node in definition.fields:
                if node.default_value is not None and _has_object(node.default_value):
                    yield definition.name.value, node


def _has_object(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(_has_object(item) for item in value.values)
    return isinstance(value, ObjectValueNode)
