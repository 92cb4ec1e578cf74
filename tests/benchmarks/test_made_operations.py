"""The operations that the compiler's benchmark makes up."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

ROOT = Path(__file__).parents[2]


@pytest.fixture
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema/glimesh.graphql").read_text())


@pytest.mark.parametrize("seed", range(3))
def test_they_are_valid_and_the_same_for_the_same_seed(
    schema: GraphQLSchema, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks.codegen.operations import changed, operations

    fragments, *made = operations(schema, 30, seed)
    assert len(made) == 30
    assert [fragments, *made] == operations(schema, 30, seed)
    assert validate(schema, parse("\n".join([fragments, *made]))) == []
    edited = [changed(each) for each in made]
    assert edited != made
    assert validate(schema, parse("\n".join([fragments, *edited]))) == []
