"""Drives ariadne-codegen, which decides all types of the generated code."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from ariadne_codegen.client_generators.package import get_package_generator
from ariadne_codegen.client_generators.scalars import ScalarData
from ariadne_codegen.plugins.manager import PluginManager
from ariadne_codegen.settings import ModelsOnlySettings
from graphql import (
    FragmentDefinitionNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)

from backchannel.codegen.normalized import HOLDER
from backchannel.codegen.plugin import CollectingPlugin, Decisions


class EngineError(Exception):
    """ariadne-codegen did not decide a type that it was asked for; a defect, not a mistake."""


def decide(
    schema: GraphQLSchema,
    operations: Sequence[OperationDefinitionNode],
    fragments: Sequence[FragmentDefinitionNode],
    held: Iterable[tuple[str, GraphQLCompositeType]],
    scalars: Iterable[str],
) -> Decisions:
    """Let ariadne-codegen decide the types of results, inputs, enums and variables.

    Its package generator is set up as its own command does, for models only, and its parts are
    asked for their modules; what would write, copy and format files is not called.

    Args:
        schema: the schema, overrides applied.
        operations: normalized operations.
        fragments: normalized fragments.
        held: name and type of the fields of the type `HOLDER`, one for each fragment on an
            abstract type.
        scalars: names of mapped scalars; annotations name them as the schema does.
    """
    manager = PluginManager(schema, plugins_types=[CollectingPlugin])
    collecting = manager.plugins[0]
    assert isinstance(collecting, CollectingPlugin)
    with tempfile.TemporaryDirectory() as directory, warnings.catch_warnings():
        # Ariadne warns of each deprecated part of the schema that is used.
        warnings.simplefilter("ignore", DeprecationWarning)
        generator = get_package_generator(
            schema=schema,
            fragments=list(fragments),
            settings=_settings(directory, scalars),
            plugin_manager=manager,
        )
        schema.type_map[HOLDER] = _holder(held)
        try:
            for operation in operations:
                generator.add_operation(operation)
            generator.fragments_generator.generate()
        finally:
            del schema.type_map[HOLDER]
        generator.input_types_generator.generate()
        generator.enums_generator.generate()
    return collecting.decisions


def _settings(directory: str, scalars: Iterable[str]) -> ModelsOnlySettings:
    schema_path = Path(directory, "schema.graphql")
    schema_path.touch()
    return ModelsOnlySettings(
        schema_path=str(schema_path),
        target_package_path=directory,
        convert_to_snake_case=False,
        scalars={name: ScalarData(type_=name) for name in scalars},
    )


def _holder(held: Iterable[tuple[str, GraphQLCompositeType]]) -> GraphQLNamedType:
    # The made-up name breaks GraphQL's rule on purpose, so it is set after the check.
    fields = {name: GraphQLField(GraphQLNonNull(on)) for name, on in held}
    holder = GraphQLObjectType("Holder", fields)
    holder.name = HOLDER
    return holder
