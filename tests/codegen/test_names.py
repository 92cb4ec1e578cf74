"""The rules of generated names."""

import keyword

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
