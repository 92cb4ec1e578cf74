"""Inputs of which exactly one field is given, and inputs that hold themselves."""

import json
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType

import pytest

from backchannel.errors import InvalidInput
from backchannel.graphql.models import UNSET

Case = Callable[[str], ModuleType]


def sent(operation: object, **variables: object) -> object:
    return json.loads(operation.encode(variables))["variables"]


def test_the_one_field_is_sent(case: Case) -> None:
    api = case("one_of")
    find = api.operations.FIND
    assert sent(find, by=api.By(user_name="a")) == {"by": {"userName": "a"}}
    assert sent(find, by=api.By(day=Decimal("1.0"), id=UNSET)) == {"by": {"day": "1.0"}}
    assert sent(find, by=api.By(self=False)) == {"by": {"self": False}}


def test_inputs_hold_themselves_at_any_depth(case: Case) -> None:
    api = case("one_of")
    where = api.Where(and_=[api.Where(not_=api.Where(by=api.By(overload_=3)))], not_=None)
    by = api.By(any=[api.By(not_=api.By(where=where)), None])
    assert sent(api.operations.FIND, by=by, all=[]) == {
        "by": {
            "any": [
                {"not": {"where": {"not": None, "and": [{"not": {"by": {"overload": 3}}}]}}},
                None,
            ]
        },
        "all": [],
    }


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        ({}, "nothing"),
        ({"id": UNSET}, "nothing"),
        ({"id": None}, "id=None"),
        ({"id": "1", "overload_": 2}, "id='1', overload_=2"),
        ({"id": "1", "self": None}, "id='1', self=None"),
    ],
)
def test_anything_else_is_refused_when_it_is_made(
    case: Case, fields: dict[str, object], given: str
) -> None:
    with pytest.raises(InvalidInput, match="By: exactly one of id, user_name, self, ") as caught:
        case("one_of").By(**fields)
    assert caught.value.given == given


def test_the_docstring_says_so(case: Case) -> None:
    assert "Exactly one field is given." in case("one_of").By.__doc__
