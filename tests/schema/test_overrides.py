"""What the overrides claim holds: for the schema, our operations and every recorded reply."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldDefinitionNode,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLSchema,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    assert_valid_schema,
    build_ast_schema,
    build_schema,
    execute_sync,
    get_nullable_type,
    is_list_type,
    parse,
    validate,
)

ROOT = Path(__file__).parents[2]
SDL = (ROOT / "schema" / "glimesh.graphql").read_text(encoding="utf-8")
OVERRIDES = tomllib.loads((ROOT / "schema" / "overrides.toml").read_text(encoding="utf-8"))
RECORDED = ROOT / "tests" / "data" / "wire-http.jsonl"
TOKEN_TYPES = {"text": "TextToken", "url": "UrlToken", "emote": "EmoteToken"}


def coordinates(kind: str) -> list[str]:
    return [coordinate for entry in OVERRIDES[kind] for coordinate in entry["coordinates"]]


def position(schema: GraphQLSchema, coordinate: str) -> Any:
    """The type at a coordinate: of a field, or with [] of the items of its list."""
    type_name, field_name = coordinate.removesuffix("[]").split(".")
    field_type = schema.type_map[type_name].fields[field_name].type
    if not coordinate.endswith("[]"):
        return field_type
    assert is_list_type(get_nullable_type(field_type)), f"{coordinate} is no list"
    return get_nullable_type(field_type).of_type


def overridden_schema() -> GraphQLSchema:
    """The schema with every non-null override written into it."""
    nonnull = set(coordinates("nonnull"))

    def tightened(type_: TypeNode, coordinate: str) -> TypeNode:
        if isinstance(type_, ListTypeNode):
            type_.type = tightened(type_.type, f"{coordinate}[]")
        return NonNullTypeNode(type=type_) if coordinate in nonnull else type_

    document = parse(SDL)
    for definition in document.definitions:
        for field in getattr(definition, "fields", ()):
            if isinstance(field, FieldDefinitionNode):
                field.type = tightened(field.type, f"{definition.name.value}.{field.name.value}")
    return build_ast_schema(document)


def recorded_replies() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Case, request and data of each recorded reply that came without an error."""
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        exchange = json.loads(line)
        reply = exchange["response"]["body"]
        if not isinstance(reply, dict) or "data" not in reply or "errors" in reply:
            continue
        try:
            request = json.loads(exchange["request"]["body"] or "")
        except json.JSONDecodeError:
            continue
        if not isinstance(request.get("variables"), str):
            yield exchange["case"], request, reply["data"]


@pytest.mark.parametrize("kind", ["nonnull", "secret"])
def test_every_entry_gives_its_reason_and_source(kind: str) -> None:
    for entry in OVERRIDES[kind]:
        assert entry.keys() == {"coordinates", "reason", "source"}
        assert entry["coordinates"]
        assert entry["reason"].endswith(".")
        assert re.fullmatch(r"lib/glimesh(_web)?/[a-z_/]+\.ex", entry["source"])


def test_there_are_no_other_kinds_of_entry() -> None:
    assert OVERRIDES.keys() == {"nonnull", "secret"}


@pytest.mark.parametrize("kind", ["nonnull", "secret"])
def test_no_coordinate_is_named_twice(kind: str) -> None:
    named = coordinates(kind)

    assert sorted(named) == sorted(set(named))


def test_every_override_changes_something() -> None:
    schema = build_schema(SDL)
    without_effect = [
        coordinate
        for coordinate in coordinates("nonnull")
        if isinstance(position(schema, coordinate), GraphQLNonNull)
    ]

    assert without_effect == []


def test_secrets_are_the_fields_that_hold_one() -> None:
    schema = build_schema(SDL)

    assert set(coordinates("secret")) == {"Channel.hmacKey", "Channel.streamKey", "User.email"}
    assert {str(position(schema, coordinate)) for coordinate in coordinates("secret")} == {"String"}


def test_what_may_be_null_without_an_error_stays_nullable() -> None:
    assert not set(coordinates("nonnull")) & {
        "Channel.hmacKey",
        "Channel.stream",
        "Channel.streamKey",
        "ChannelBan.expiresAt",
        "ChatMessage.metadata",
        "PageInfo.endCursor",
        "PageInfo.startCursor",
        "Stream.endedAt",
        "Tag.category",
        "User.channel",
        "User.confirmedAt",
        "User.email",
    }


def test_edges_and_nodes_of_every_connection_are_overridden() -> None:
    connections = [
        definition.name.value.removesuffix("Connection")
        for definition in parse(SDL).definitions
        if isinstance(definition, ObjectTypeDefinitionNode)
        and definition.name.value.endswith("Connection")
    ]
    expected = {
        coordinate
        for name in connections
        for coordinate in (
            f"{name}Connection.edges",
            f"{name}Connection.edges[]",
            f"{name}Connection.count",
            f"{name}Edge.node",
            f"{name}Edge.cursor",
        )
    }

    assert expected
    assert expected <= set(coordinates("nonnull"))


def test_the_overridden_schema_is_valid() -> None:
    # An interface's field and its implementations must be overridden together.
    assert_valid_schema(overridden_schema())


def test_our_operations_are_valid_under_the_overridden_schema() -> None:
    documents = sorted((ROOT / "queries").glob("*.graphql"))
    operations = parse("\n".join(path.read_text(encoding="utf-8") for path in documents))

    assert validate(overridden_schema(), operations) == []


def test_no_recorded_reply_has_null_where_an_override_says_never() -> None:
    schema = overridden_schema()

    def recorded_value(source: dict[str, Any], info: GraphQLResolveInfo, **_: object) -> Any:
        return source[info.path.key]

    def token_type(value: dict[str, Any], *_: object) -> str:
        return TOKEN_TYPES[value["type"]]

    checked = 0
    for case, request, data in recorded_replies():
        document = parse(request["query"])
        if validate(schema, document):
            continue  # written in snake_case, which the server accepts besides the schema's names
        result = execute_sync(
            schema,
            document,
            root_value=data,
            variable_values=request.get("variables"),
            field_resolver=recorded_value,
            type_resolver=token_type,
        )
        assert result.errors is None, case
        checked += 1

    assert checked >= 25
