"""The rules of generated names."""

import keyword
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.codegen import names


@pytest.mark.parametrize(
    ("name", "snake", "pascal"),
    [
        ("streamKey", "stream_key", "StreamKey"),
        ("userID", "user_id", "UserID"),
        ("HTTPServer", "http_server", "HTTPServer"),
        ("chatRulesMd", "chat_rules_md", "ChatRulesMd"),
        ("sha256Sum", "sha256_sum", "Sha256Sum"),
        ("already_snake", "already_snake", "AlreadySnake"),
        ("SCREAMING_CASE", "screaming_case", "SCREAMINGCASE"),
        ("_private", "private", "Private"),
        ("_1", "x_1", "X1"),
        ("_", "x_", "X"),
    ],
)
def test_cases(name: str, snake: str, pascal: str) -> None:
    assert names.snake_case(name) == snake
    assert names.pascal_case(name) == pascal


def test_names_that_meet_keep_their_spelling() -> None:
    assert names.scope(["userId", "userID", "name"], frozenset()) == {
        "userId": "userId",
        "userID": "userID",
        "name": "name",
    }
    assert names.scope(["from", "from_", "From"], frozenset()) == {
        "from": "from_",
        "from_": "from__",
        "From": "From_",
    }
    assert names.scope(["id", "_id", "__class__", "class__"], frozenset()) == {
        "id": "id",
        "_id": "x_id",
        "__class__": "x__class__",
        "class__": "class__",
    }


graphql_names = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,8}", fullmatch=True)


@given(st.lists(graphql_names, unique=True, max_size=8))
def test_names_of_a_scope_are_identifiers_and_all_different(given: list[str]) -> None:
    chosen = names.scope(given, names.FIELDS)
    assert len(set(chosen.values())) == len(given)
    for name in chosen.values():
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert name not in names.FIELDS


@given(st.lists(graphql_names, unique=True, max_size=8))
def test_names_of_members_are_identifiers_and_all_different(given: list[str]) -> None:
    chosen = names.members(given)
    assert len(set(chosen.values())) == len(given)
    for name in chosen.values():
        assert name.isidentifier()
        assert not name.startswith("_")
        assert name not in names.MEMBERS


@given(st.lists(graphql_names, unique=True, max_size=8), st.integers(0, 8))
def test_names_of_types_and_markers_are_all_different(given: list[str], scalars: int) -> None:
    types = names.type_names(given, given[:scalars])
    assert len(types.reserved) == len(given) + len(given[:scalars])
    assert types.reserved == {*types.classes.values(), *types.markers.values()}
    assert types == names.type_names(reversed(given), given[:scalars])


def test_a_type_that_is_spelled_like_a_class_keeps_its_name() -> None:
    assert names.type_names(["role", "Role", "RoleScalar"], ["Role"]).classes == {
        "Role": "Role",
        "RoleScalar": "RoleScalar",
        "role": "Role_",
    }


@given(st.lists(graphql_names, unique=True, max_size=8))
def test_private_modules_differ_in_more_than_case(given: list[str]) -> None:
    chosen = names.private_modules(given)
    assert len({each.lower() for each in chosen.values()}) == len(given)
    assert chosen == names.private_modules(reversed(given))


paths = st.lists(graphql_names, min_size=1, max_size=3).map(tuple)


@given(st.lists(st.tuples(graphql_names, paths), unique_by=lambda each: each[1], max_size=8))
def test_names_of_selections_are_all_different_in_any_order(
    wanted: list[tuple[str, tuple[str, ...]]],
) -> None:
    types = names.type_names(["XA", "XAb"], [])
    chosen = names.selection_names(wanted, "X", "XResult", types)
    assert len({*chosen, *types.reserved, "XResult"}) == len(wanted) + 3
    backwards = names.selection_names(wanted[::-1], "X", "XResult", types)
    assert backwards[::-1] == chosen


def test_another_operation_renames_nothing(compiled: Callable[..., dict[str, str]]) -> None:
    schema = """
    type Query { find(as: FIND, at: FindUser): User }
    type User { id: ID, role: Role, post: Post }
    type Post { id: ID, user: User }
    enum Role { A }
    enum role { a }
    enum FIND { A }
    scalar FindUser
    """
    one = "query Find { find { id post { id } } }"
    more = """
    query get($as: FIND, $at: FindUser) { find(as: $as, at: $at) { role ...Role } }
    fragment Role on User { role }
    """
    config = '[scalars.FindUser]\ntype = "str"'
    alone, together = compiled(schema, one), compiled(schema, one + more, config=config)
    found = sorted(name for name in alone if name.startswith("_operations/"))
    assert found == ["_operations/__init__.py", "_operations/find_.py"]
    assert {name: together[name] for name in found} == {name: alone[name] for name in found}
