"""Our walk tells of documents exactly what graphql-core tells of them."""

import re
from pathlib import Path

import graphql
from graphql import (
    DocumentNode,
    FieldsOnCorrectTypeRule,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoDeprecatedCustomRule,
    build_schema,
    parse,
    specified_rules,
)
from graphql.validation.validate import validate_sdl
from hypothesis import given
from hypothesis import strategies as st

from backchannel.codegen import walk

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = build_schema((ROOT / "schema/glimesh.graphql").read_text())
RULES = [*specified_rules, NoDeprecatedCustomRule]
WORDS = ["$id", "Channel", "ChannelId", "chat", "@skip", "@nope", "null", "{", "}", "...", "3"]

QUERIES = "\n".join(
    path.read_text() for path in sorted((ROOT / "queries").glob("*.graphql"))
).split()
TYPES = re.findall(
    r"\S+",
    """
    directive @mark(a: Int!) on OBJECT | FIELD_DEFINITION
    interface Named @mark(a: 1) { name: String! }
    type Query implements Named { name: String! thing(input: Input = {a: 1}): Thing }
    union Thing = Query | Other
    type Other { color(one: Color = RED): Color @deprecated }
    enum Color { RED GREEN }
    input Input @oneOf { a: Int b: [Color!] }
    extend type Other { more: Int }
    """,
)


def edited(words: list[str], edits: list[tuple[int, str | None]]) -> DocumentNode | None:
    """The words with some left out or replaced; None if that cannot be parsed."""
    for place, word in edits:
        words = [*words[:place], *([] if word is None else [word]), *words[place + 1 :]]
    try:
        return parse(" ".join(words))
    except GraphQLSyntaxError:
        return None


def edits(words: list[str], others: list[str]) -> st.SearchStrategy[list[tuple[int, str | None]]]:
    replaced = st.sampled_from([None, *others, *words])
    return st.lists(st.tuples(st.integers(0, len(words) - 10), replaced), max_size=4)


def of_graphql(schema: GraphQLSchema, document: DocumentNode) -> list[str]:
    return [str(error) for error in graphql.validate(schema, document, RULES, max_errors=1000)]


@given(edits(QUERIES, WORDS))
def test_of_operations(made: list[tuple[int, str | None]]) -> None:
    document = edited(QUERIES, made)
    if document is not None:
        found = walk.validate(SCHEMA, document, RULES)
        assert [str(error) for error in found] == of_graphql(SCHEMA, document)


@given(edits(TYPES, []))
def test_of_schemas(made: list[tuple[int, str | None]]) -> None:
    document = edited(TYPES, made)
    if document is not None:
        found = walk.validate_sdl(document)
        assert [str(error) for error in found] == [str(each) for each in validate_sdl(document)]


def test_mistakes_without_end_are_told_up_to_a_limit() -> None:
    document = parse("query Q { " + "nothing " * (walk.MAXIMUM_ERRORS + 50) + "}")
    found = walk.validate(SCHEMA, document, [FieldsOnCorrectTypeRule])
    assert len(found) == walk.MAXIMUM_ERRORS + 1
    assert found[-1].message == "There are more mistakes; they are not told."


def test_fragments_nested_without_end_are_a_mistake() -> None:
    fragments = [f"fragment F{n} on Channel {{ ...F{n + 1} }}" for n in range(3000)]
    last = "fragment F3000 on Channel { id }"
    document = parse(" ".join(["query Q { channel { ...F0 } }", *fragments, last]))
    found = walk.validate(SCHEMA, document, RULES)
    assert [error.message for error in found] == ["The fragments are nested too deeply."]
