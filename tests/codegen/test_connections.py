"""Which operations get a function that reads all pages, and how it reads them."""

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from backchannel.codegen import CompileError
from backchannel.codegen.configuration import Connections, read_configuration
from backchannel.drive import Driver
from backchannel.errors import InvalidInput, MalformedReply
from backchannel.graphql.endpoint import make_endpoint
from backchannel.wire.messages import Request, Response

Case = Callable[[str], ModuleType]

QUERY = """
    query Users($first: Int, $after: String, $last: Int, $before: String) {
        users(first: $first, after: $after, last: $last, before: $before) {
            pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
        }
    }
"""


class Pages:
    """A client whose server gives these replies, one after the other, and then the last again."""

    def __init__(self, *replies: object) -> None:
        self.endpoint = make_endpoint("https://example.org/graphql", {})
        self.driver = Driver(self)
        self.sent: list[object] = []
        self._replies = list(replies)

    def send(self, request: Request) -> Response:
        self.sent.append(json.loads(request.body).get("variables"))
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        body = json.dumps({"data": reply}).encode()
        return Response(status=200, headers={"Content-Type": "application/json"}, body=body)


def guests(cursor: str | None, *, more: bool) -> object:
    page = {"pageInfo": {"hasNextPage": more, "endCursor": cursor}, "edges": None}
    return {"room": {"guests": page}, "rooms": []}


def test_only_operations_with_one_connection_and_all_it_takes_have_one(case: Case) -> None:
    api = case("connections")
    found = {name for name in api.__all__ if name.endswith("_pages")}
    assert found == {"guests_pages", "members_pages", "needed_pages", "users_pages"}


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        ("users_pages", ["page_size", "cursor", "backwards"]),
        ("members_pages", ["room", "cursor_", "page_size", "cursor"]),
        ("guests_pages", ["room", "page_size", "cursor"]),
        ("needed_pages", ["page_size", "cursor"]),
    ],
)
def test_the_parameters_are_those_of_one_page_without_the_place(
    case: Case, function: str, parameters: list[str]
) -> None:
    signature = inspect.signature(getattr(case("connections"), function))
    assert list(signature.parameters) == ["client", *parameters]


def test_a_page_is_the_connection_wherever_it_is_selected(case: Case) -> None:
    api = case("connections")
    client = Pages(guests("a", more=True), guests("b", more=False))
    pages = list(api.guests_pages(client, room="1", page_size=7))
    assert {type(page) for page in pages} == {api.WithGuestsUserConnection}
    assert client.sent == [{"room": "1", "first": 7}, {"room": "1", "first": 7, "after": "a"}]


def test_backwards_by_any_names(case: Case) -> None:
    def users(cursor: str | None, *, more: bool) -> object:
        info = {"more": True, "to": "x", "hasPreviousPage": more, "startCursor": cursor}
        return {"all": {"info": info, "edges": []}}

    client = Pages(users("a", more=True), users(None, more=False))
    list(case("connections").users_pages(client, backwards=True, cursor="z"))
    assert client.sent == [
        {"backwards": 100, "cursor": "z"},
        {"backwards": 100, "cursor": "a"},
    ]


def test_null_on_the_way_is_no_page(case: Case) -> None:
    client = Pages({"room": None, "rooms": []})
    assert list(case("connections").guests_pages(client, room="1")) == []
    assert list(case("connections").members_pages(Pages({}), room="1", cursor_=True)) == []


@pytest.mark.parametrize("cursor", [None, "a", "start"])
def test_a_server_that_goes_round_in_circles_is_found_out(case: Case, cursor: str | None) -> None:
    client = Pages(guests("a", more=True), guests("b", more=True), guests(cursor, more=True))
    pages: Iterator[object] = case("connections").guests_pages(client, room="1", cursor="start")
    assert [next(pages), next(pages), next(pages)]
    with pytest.raises(MalformedReply, match=f"gives {cursor!r} as its cursor"):
        next(pages)
    assert len(client.sent) == 3


def test_a_page_size_there_cannot_be_is_refused_at_once(
    compiled: Callable[..., dict[str, str]], imported: Case
) -> None:
    schema = (Path(__file__).parent / "cases/connections/schema.graphql").read_text()
    api = imported(compiled(schema, QUERY, config="[connections]\nmax_page_size = 50"))
    assert inspect.signature(api.users_pages).parameters["page_size"].default == 50
    for size in (0, -1, 51):
        with pytest.raises(InvalidInput, match=f"page_size: 1 to 50; given: {size}"):
            api.users_pages(Pages(None), page_size=size)
    endless = imported(compiled(schema, QUERY))
    endless.users_pages(Pages(None), page_size=10_000)
    with pytest.raises(InvalidInput, match="page_size: at least 1; given: 0"):
        endless.users_pages(Pages(None), page_size=0)


def test_a_function_of_an_operation_keeps_its_name(compiled: Callable[..., object]) -> None:
    schema = (Path(__file__).parent / "cases/connections/schema.graphql").read_text()
    with pytest.raises(CompileError, match="users_pages is taken already"):
        compiled(schema, QUERY + "query UsersPages { rooms { __typename } }")


def test_a_configuration_without_a_sensible_cap_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[connections]\nmax_page_size = 0")
    with pytest.raises(CompileError, match="max_page_size"):
        read_configuration(path)
    path.write_text("")
    assert read_configuration(path).connections == Connections(max_page_size=None)
