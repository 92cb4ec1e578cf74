"""Variables and inputs: what may be given, what may be left out, what is sent."""

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import ModuleType

import pytest

from backchannel.errors import InvalidInput
from backchannel.graphql.models import UNSET

Case = Callable[[str], ModuleType]


class Recorder:
    """Stands for a client: keeps what a function hands over."""

    def execute(self, operation: object, variables: dict[str, object]) -> tuple[object, ...]:
        return operation, operation.wire_variables(variables)

    subscribe = execute


def annotations(function: Callable[..., object]) -> dict[str, str]:
    return {
        name: str(each.annotation) for name, each in inspect.signature(function).parameters.items()
    }


def test_nullable_is_not_required_and_unset_is_not_null(case: Case) -> None:
    api = case("inputs")
    parameters = inspect.signature(api.search).parameters
    assert parameters["filter"].default is UNSET
    assert parameters["tags"].default is inspect.Parameter.empty
    kinds = annotations(api.search)
    assert kinds["filter"] == "Filter | None | Unset"
    # A non-null variable with a default may be left out, but is not null.
    assert kinds["order"] == "Order | Unset"
    assert parameters["order"].default is UNSET


def test_items_of_lists_are_nullable_where_the_operation_says_so(case: Case) -> None:
    kinds = annotations(case("inputs").search)
    assert kinds["tags"] == "list[str | None]"
    assert kinds["grid"] == "list[list[int] | None]"


def test_functions_hand_the_operation_and_the_wire_names_to_the_client(case: Case) -> None:
    api = case("inputs")
    operation, sent = api.search(Recorder(), tags=["a", None], grid=[[1]], limit=None)
    assert operation is api.operations.SEARCH
    assert sent == {"tags": ["a", None], "grid": [[1]], "limit": None}


def test_inputs_send_what_is_set_by_its_wire_name(case: Case) -> None:
    api = case("inputs")
    since = datetime(2023, 5, 1, 12, tzinfo=UTC)
    given = api.Filter(not_=api.Filter(words=[]), and_=[], limit=3, since=since)
    _, sent = api.search(Recorder(), filter=given, tags=[], grid=[], order=api.Order.OLDEST)
    assert sent["filter"] == {
        "not": {"words": []},
        "and": [],
        "limit": 3,
        "since": "2023-05-01T12:00:00",
    }
    assert sent["order"] == "OLDEST"


def test_custom_scalars_are_written_and_read_as_configured(case: Case) -> None:
    api = case("inputs")
    _, sent = api.save(
        Recorder(),
        input=api.SaveInput(title="t", amount=Decimal("1.10"), amounts=[Decimal(2), None]),
    )
    assert sent == {"input": {"title": "t", "amount": "1.10", "amounts": ["2", None]}}
    body = b'{"data": {"save": {"amount": "1.10"}}}'
    assert api.operations.SAVE.decode(body).amount == Decimal("1.10")


def test_scalars_without_a_parser_are_what_msgspec_makes_of_the_type(case: Case) -> None:
    api = case("inputs")
    body = b'{"data":{"search":[{"title":null,"amount":null,"extra":{"a":[1]},"days":["2023-05-01"]}],"limited":null}}'
    [hit] = api.operations.SEARCH.decode(body).search
    assert hit.extra == {"a": [1]}
    assert hit.days == [date(2023, 5, 1)]


def test_a_time_without_a_zone_is_refused(case: Case) -> None:
    api = case("inputs")
    with pytest.raises(InvalidInput, match="at"):
        api.between(Recorder(), from_=date(2023, 5, 1), at=[datetime.fromisoformat("2023-05-01")])


def test_variables_know_what_they_stand_for(case: Case) -> None:
    variables = case("inputs").operations.SEARCH.variables
    assert variables["filter"].uses == ("Query.search(filter:)",)
    assert variables["limit"].uses == ("Filter.limit",)
    assert variables["grid"].declared == "[[Int!]]!"
    assert variables["grid"].named_type == "Int"


def test_reserved_words_as_variables(case: Case) -> None:
    api = case("names")
    _, sent = api.from_(Recorder(), import_="i", client_=1, self=True, str=api.Str(int_=[]))
    assert sent == {"import": "i", "client": 1, "self": True, "str": {"int": []}}


def test_docstrings_say_what_comment_and_schema_say(case: Case) -> None:
    doc = inspect.getdoc(case("selections").find_user)
    assert doc.startswith("Finds somebody.\n\nCase does not matter.\n\nArgs:\n    client: ")
    assert "Source: Query.user." in doc
    assert "Any of these words." in case("inputs").Filter.__doc__
