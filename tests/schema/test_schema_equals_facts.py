"""The contract is the server's schema, type for type, with descriptions added."""

from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    Visitor,
    build_ast_schema,
    find_breaking_changes,
    find_dangerous_changes,
    is_introspection_type,
    is_specified_scalar_type,
    lexicographic_sort_schema,
    parse,
    print_schema,
    visit,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def contract_document() -> DocumentNode:
    return parse((ROOT / "schema" / "glimesh.graphql").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def contract(contract_document: DocumentNode) -> GraphQLSchema:
    return build_ast_schema(contract_document)


@pytest.fixture(scope="module")
def facts() -> GraphQLSchema:
    path = ROOT / "tests" / "data" / "schema-facts.graphql"
    return build_ast_schema(parse(path.read_text(encoding="utf-8")))


class WithoutDescriptions(Visitor):
    def enter(self, node: Node, *_: object) -> None:
        if "description" in node.keys:
            node.description = None


def own_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [
        type_
        for type_ in schema.type_map.values()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    ]


def described_elements(type_: GraphQLNamedType) -> dict[str, str | None]:
    """The description of a type and of everything inside it, by schema coordinate."""
    elements = {type_.name: type_.description}
    if isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            elements[f"{type_.name}.{name}"] = value.description
    if isinstance(type_, GraphQLInputObjectType | GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            elements[f"{type_.name}.{name}"] = field.description
            for argument_name, argument in getattr(field, "args", {}).items():
                coordinate = f"{type_.name}.{name}({argument_name}:)"
                elements[coordinate] = argument.description
    return elements


def test_nothing_was_changed_from_the_facts(contract: GraphQLSchema, facts: GraphQLSchema) -> None:
    assert find_breaking_changes(facts, contract) == []
    assert find_dangerous_changes(facts, contract) == []


def test_nothing_was_added_to_the_facts(contract: GraphQLSchema, facts: GraphQLSchema) -> None:
    assert find_breaking_changes(contract, facts) == []
    assert find_dangerous_changes(contract, facts) == []


def test_without_descriptions_it_prints_as_the_facts_do(
    contract_document: DocumentNode, facts: GraphQLSchema
) -> None:
    bare = build_ast_schema(visit(contract_document, WithoutDescriptions()))
    printed = print_schema(lexicographic_sort_schema(bare))

    assert printed == print_schema(lexicographic_sort_schema(facts))
    assert printed.count("@deprecated") == 2


def test_it_has_every_type_the_server_lists(contract: GraphQLSchema) -> None:
    introspection = [type_ for type_ in contract.type_map.values() if is_introspection_type(type_)]
    built_in = [type_ for type_ in contract.type_map.values() if is_specified_scalar_type(type_)]

    assert (len(own_types(contract)), len(built_in), len(introspection)) == (50, 4, 8)
    assert len(contract.type_map) == 62


def test_everything_is_described(contract: GraphQLSchema) -> None:
    undescribed = [
        coordinate
        for type_ in own_types(contract)
        for coordinate, description in described_elements(type_).items()
        if not (description or "").strip().endswith(".")
    ]

    assert undescribed == []
