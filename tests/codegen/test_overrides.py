"""Overrides: applied after validation, and refused where they say nothing."""

from collections.abc import Callable
from types import ModuleType

import pytest

from backchannel.codegen import CompileError
from backchannel.codegen.configuration import modules_of

SCHEMA = """
type Query { a: A, all: [A], either: Either, key: String }
type A { x: Int, xs: [Int], must: Int! }
type B { x: Int }
union Either = A | B
"""
Compiled = Callable[..., dict[str, str]]


def nonnull(*coordinates: str) -> str:
    listed = ", ".join(f'"{each}"' for each in coordinates)
    return f'[[nonnull]]\ncoordinates = [{listed}]\nreason = "known"\nsource = "a.ex"\n'


def test_fields_and_items_become_non_null(
    compiled: Compiled, imported: Callable[..., ModuleType]
) -> None:
    api = imported(
        compiled(
            SCHEMA,
            "query Get { a { x xs } all { x } }",
            overrides=nonnull("Query.a", "A.x", "A.xs[]", "Query.all", "Query.all[]"),
        )
    )
    assert api.GetResult.__annotations__ == {"a": "GetA", "all": "list[GetAll]"}
    assert api.GetA.__annotations__ == {"x": "int", "xs": "list[int] | None"}


def test_operations_are_validated_against_the_schema_as_it_is(compiled: Compiled) -> None:
    # With A.x non-null and B.x nullable the two would conflict by GraphQL's rules.
    operations = "query Get { either { ... on A { x } ... on B { x } } }"
    files = compiled(SCHEMA, operations, overrides=nonnull("A.x"))
    assert "    x: int\n" in files["_operations/get.py"]
    assert "    x: int | None\n" in files["_operations/get.py"]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (nonnull("A.nothing"), "the schema has no field A.nothing"),
        (nonnull("Nothing.x"), "the schema has no field Nothing.x"),
        (nonnull("A.must"), "A.must is non-null already"),
        (nonnull("A.x[]"), "the field is no list"),
        (nonnull("A.xs[]", "A.xs[]"), "the items are non-null already"),
        (nonnull("A.x").replace("nonnull", "secret").replace("A.x", "A.y"), "no field A.y"),
        ("[[nonnull]]\ncoordinates = 3", "Expected `array`"),
        ("[[nonnul]]", "nonnul"),
        ("[[", "Invalid"),
    ],
)
def test_what_names_or_changes_nothing_is_an_error_of_the_file(
    overrides: str, expected: str, compiled: Compiled
) -> None:
    with pytest.raises(CompileError, match=r"overrides\.toml:") as caught:
        compiled(SCHEMA, "query Get { a { x } }", overrides=overrides)
    assert expected in str(caught.value)


def test_all_wrong_entries_are_told(compiled: Compiled) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(SCHEMA, "query Get { a { x } }", overrides=nonnull("A.no", "B.no"))
    assert len(caught.value.diagnostics) == 2


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ('[scalars.X]\ntype = "str"\nparse = "str"', "give both parse and serialize"),
        ('[scalars.X]\ntype = "import os"', "names no Python type"),
        ('[scalars.X]\ntype = "os.system(1)"', "names no Python type"),
        ('[scalars.X]\ntype = "Decimal"', "names no Python type"),
        ('[scalars.Keyy]\ntype = "str"', "the schema has no scalar Keyy. Did you mean 'Key'?"),
        ('[scalars.X]\nparse = "str"', "missing required field"),
        ("[scalar.X]", "unknown key 'scalar'. Did you mean 'scalars'?"),
    ],
)
def test_a_wrong_configuration_is_told(config: str, expected: str, compiled: Compiled) -> None:
    with pytest.raises(CompileError, match=r"config\.toml:") as caught:
        compiled(f"{SCHEMA}\nscalar Key", "query Get { key }", config=config)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("names", "modules"),
    [
        ("decimal.Decimal", {"decimal"}),
        ("datetime.date.fromisoformat", {"datetime"}),
        ("os.path.join", {"os.path"}),
        ("collections.abc.Mapping[str, object]", {"collections.abc"}),
        ("shop.money.parse", {"shop.money"}),
        ("shop.money.Money.parse", {"shop.money"}),
        ("dict[str, shop.Money] | None", {"shop"}),
    ],
)
def test_the_modules_that_dotted_names_need(names: str, modules: set[str]) -> None:
    assert modules_of(names) == modules


ACTORS = """
interface Actor { id: ID!, email: String }
type User implements Actor { id: ID!, email: String }
type Bot implements Actor { id: ID!, email: String, level: Int }
type Query { actor: Actor! }
"""


@pytest.mark.parametrize("coordinate", ["User.email", "Actor.email"])
@pytest.mark.parametrize(
    "selection",
    ["email", "email ... on Bot { level }", "... on User { email } ... on Bot { email }"],
)
def test_a_secret_field_is_masked_however_it_is_selected(
    coordinate: str, selection: str, compiled: Compiled, imported: Callable[..., ModuleType]
) -> None:
    overrides = nonnull(coordinate).replace("nonnull", "secret")
    api = imported(
        compiled(ACTORS, f"query Get {{ actor {{ {selection} }} }}", overrides=overrides)
    )
    reply = b'{"data": {"actor": {"__typename": "User", "email": "hunter2"}}}'
    actor = api.operations.GET.decode(reply)
    assert actor.email == "hunter2"
    assert "hunter2" not in repr(actor)
