"""What changes of a schema can hit: the uses in an operation, and the types around them."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)

from backchannel.codegen import uses
from backchannel.codegen.shapes import innermost
from backchannel.codegen.uses import Role, Use


class Uses:
    """Finds the uses in the definitions of a document that is valid.

    Args:
        schema: the schema.
        document: operations and fragments.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._uses = uses.Uses(schema, self._fragments)

    def of(self, operation: OperationDefinitionNode) -> list[Use]:
        """The uses in an operation and its fragments."""
        return [around for use in self._uses.of(operation)[0] for around in self._around(use)]

    def fragments(self, operation: OperationDefinitionNode) -> list[FragmentDefinitionNode]:
        """The fragments that an operation uses, each once."""
        return [self._fragments[name] for name in self._uses.of(operation)[1]]

    def _around(self, use: Use) -> Iterator[Use]:
        """A use, with the type that a field results in, and all that a variable can hold."""
        yield use
        if use.role is Role.FIELD and isinstance(use.definition, GraphQLField):
            yield Use(innermost(use.definition).name, Role.RESULT, use.node)
        elif use.role is Role.VARIABLE:
            for coordinate in self._held(use.coordinate):
                yield Use(coordinate, Role.VARIABLE, use.node)

    def _held(self, name: str) -> Iterator[str]:
        """The coordinates inside of a value of an input type, that of the type apart."""
        seen = {name}
        pending = [name]
        while pending:
            current = pending.pop()
            on = self._schema.type_map[current]
            if isinstance(on, GraphQLInputObjectType):
                for key, definition in on.fields.items():
                    yield f"{current}.{key}"
                    inner = innermost(definition).name
                    if inner not in seen:
                        seen.add(inner)
                        pending.append(inner)
                        yield inner
