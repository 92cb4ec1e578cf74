"""Overrides: applied after validation, and refused where they say nothing."""

from collections.abc import Callable
from types import ModuleType

import pytest

from backchannel.codegen import CompileError
from backchannel.codegen.configuration import modules_of
from backchannel.errors import InvalidInput

SCHEMA = """
type Query { a(in: In): A, all: [A], either: Either, key: String }
input In { x: Int }
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
        (nonnull("In.x"), "In.x is given to the server"),
        (nonnull("In.y"), "the schema has no field In.y. Did you mean 'In.x'?"),
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
interface Person implements Actor { id: ID!, email: String }
type User implements Actor & Person { id: ID!, email: String }
type Bot implements Actor { id: ID!, email: String, level: Int }
type Query { actor: Actor!, person: Person! }
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
    operation = f"query Get {{ actor {{ {selection} }} person {{ email }} }}"
    api = imported(compiled(ACTORS, operation, overrides=overrides))
    email = b'{"__typename": "User", "email": "hunter2"}'
    result = api.operations.GET.decode(b'{"data": {"actor": %b, "person": %b}}' % (email, email))
    assert result.actor.email == result.person.email == "hunter2"
    assert "hunter2" not in repr(result)


SIGN_UP = """
input SignUp { name: String!, password: String!, backup: SignUp, by: By }
input By @oneOf { mail: String, token: String }
directive @oneOf on INPUT_OBJECT
type Query { up(as: SignUp): Int }
"""


def test_a_secret_field_of_an_input_is_sent_and_masked(
    compiled: Compiled, imported: Callable[..., ModuleType]
) -> None:
    overrides = nonnull("SignUp.password", "By.token").replace("nonnull", "secret")
    api = imported(compiled(SIGN_UP, "query Up($as: SignUp) { up(as: $as) }", overrides=overrides))
    inner = api.SignUp(name="b", password="hunter3", by=api.By(token="hunter4"))
    given = api.SignUp(name="a", password="hunter2", backup=inner)
    assert "hunter" not in repr(given)
    assert str(given.by) == "UNSET"
    assert b"hunter2" in api.operations.UP.encode({"as": given})
    assert dict(given.__rich_repr__())["password"] == "***"
    with pytest.raises(InvalidInput) as caught:
        api.By(token="hunter5", mail="a")
    assert caught.value.given == "mail='a', token=***"


def test_what_is_non_null_on_an_interface_is_so_on_its_types(
    compiled: Compiled, imported: Callable[..., ModuleType]
) -> None:
    schema = """
    interface Actor { name: String, tags: [String] }
    interface Person implements Actor { name: String, tags: [String] }
    type User implements Actor & Person { name: String, tags: [String!], email: String }
    type Bot implements Actor { name: String!, tags: [String] }
    type Query { actor: Actor, user: User }
    """
    api = imported(
        compiled(
            schema,
            "query Get { actor { name tags ... on User { email } } user { name } }",
            overrides=nonnull("Actor.name", "Actor.tags[]", "User.name"),
        )
    )
    for name in ("GetActorUser", "GetBot", "GetOtherActor"):
        assert getattr(api, name).__annotations__["name"] == "str", name
        assert getattr(api, name).__annotations__["tags"] == "list[str] | None"
