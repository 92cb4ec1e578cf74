"""Drives ariadne-codegen, which decides all types of the generated code."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from ariadne_codegen.client_generators import package
from ariadne_codegen.client_generators.result_types import ResultTypesGenerator
from ariadne_codegen.client_generators.scalars import ScalarData
from ariadne_codegen.plugins.manager import PluginManager
from ariadne_codegen.settings import ModelsOnlySettings
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from backchannel.codegen.normalized import HOLDER
from backchannel.codegen.plugin import CollectingPlugin, Decisions


class EngineError(Exception):
    """ariadne-codegen did not decide a type that it was asked for; a defect, not a mistake."""


class Engine:
    """ariadne-codegen, set up for one schema. A context manager.

    Its package generator is set up as its own command does, for models only, and its parts decide;
    what would print, copy, format and write is not called. Inputs and enums are decided at once,
    operations and fragments one by one, so that what is decided need not be kept.

    Args:
        schema: the schema, overrides applied.
        fragments: normalized fragments.
        held: name and type of the fields of the type `HOLDER`, one for each fragment on an
            abstract type.
        scalars: names of mapped scalars; annotations name them as the schema does.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Sequence[FragmentDefinitionNode],
        held: Iterable[tuple[str, GraphQLCompositeType]],
        scalars: Iterable[str],
    ) -> None:
        self._schema = schema
        self._held = held
        self._manager = PluginManager(schema, plugins_types=[CollectingPlugin])
        collecting = self._manager.plugins[0]
        assert isinstance(collecting, CollectingPlugin)
        self._collecting = collecting
        with tempfile.TemporaryDirectory() as directory:
            generator = package.get_package_generator(
                schema=schema,
                fragments=list(fragments),
                settings=_settings(directory, scalars),
                plugin_manager=self._manager,
            )
        assert isinstance(generator, package.ModelsOnlyPackageGenerator)
        self._generator = generator
        self._results = _results_generator()

    def __enter__(self) -> Self:
        self._schema.type_map[HOLDER] = _holder(self._held)
        return self

    def __exit__(self, *_: object) -> None:
        del self._schema.type_map[HOLDER]

    @property
    def shared(self) -> Decisions:
        """The decisions on inputs and enums."""
        return self._collecting.decisions

    def decide(self, definition: OperationDefinitionNode | FragmentDefinitionNode) -> Decisions:
        """The decisions on the results and the variables of a normalized operation or fragment."""
        self._collecting.decisions = decisions = Decisions(
            inputs=self.shared.inputs, enums=self.shared.enums
        )
        with warnings.catch_warnings():
            # Ariadne warns of each deprecated part of the schema that is used.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._results(
                schema=self._schema,
                operation_definition=definition,
                enums_module_name=self._generator.enums_module_name,
                fragments_definitions=self._generator.fragments_definitions,
                convert_to_snake_case=self._generator.convert_to_snake_case,
                custom_scalars=self._generator.custom_scalars,
                plugin_manager=self._manager,
            )
            if isinstance(definition, OperationDefinitionNode):
                self._generator.arguments_generator.generate(definition.variable_definitions)
        return decisions


def _results_generator() -> type[ResultTypesGenerator]:
    """The generator of result types, without what takes ariadne most of its time.

    To write its modules, ariadne copies and prints each operation with all its fragments, and
    looks through the inline fragments on all types of a union for each of these types. The first
    is never called: the generator decides all types when it is made. For the second it is given
    no more than the inline fragments on the type at hand.
    """
    # Looked up when it is used, as ariadne's own package generator does.
    base = vars(package)["ResultTypesGenerator"]
    resolve = base._resolve_selection_set  # noqa: SLF001  (ariadne has no other seam for it)

    def resolve_less(
        self: ResultTypesGenerator, selection_set: SelectionSetNode, root_type: str = ""
    ) -> tuple[list[FieldNode], set[str]]:
        selections = selection_set.selections
        known: dict[int, _Divided] = vars(self).setdefault("_divided", {})
        if id(selections) not in known:
            known[id(selections)] = _Divided(selections)
        found: tuple[list[FieldNode], set[str]] = resolve(
            self, known[id(selections)].on(root_type), root_type
        )
        return found

    return type("Results", (base,), {"_resolve_selection_set": resolve_less})


class _Divided:
    """Selections by the type they are on: normalized documents have inline fragments on objects.

    Args:
        selections: the selections of one selection set; held, so that their id stays theirs.
    """

    def __init__(self, selections: tuple[SelectionNode, ...]) -> None:
        self._selections = selections
        self._of_all: list[SelectionNode] = []
        self._of_one: dict[str, list[SelectionNode]] = {}
        for node in selections:
            if isinstance(node, InlineFragmentNode):
                self._of_one.setdefault(node.type_condition.name.value, []).append(node)
            else:
                self._of_all.append(node)

    def on(self, name: str) -> SelectionSetNode:
        """What is selected of an object of that type."""
        return SelectionSetNode(selections=(*self._of_all, *self._of_one.get(name, ())))


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
