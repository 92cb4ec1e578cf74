"""Data builders: what they make is valid, can be overridden anywhere, and survives a round trip."""

import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

import glimesh_api
from backchannel.graphql.fixtures import reply_body
from glimesh_api import operations, testing
from glimesh_api.operations import CHAT_MESSAGES, FIND_CHANNEL

CASES = sorted(path.name for path in (Path(__file__).parent / "cases").iterdir())
Case = Callable[[str], ModuleType]


def check_all(package: ModuleType) -> int:
    """Every operation decodes what its builder makes; return how many there were."""
    builders = importlib.import_module(f"{package.__name__}.testing")
    checked = 0
    for constant in package.operations.__all__:
        operation = getattr(package.operations, constant)
        build = getattr(builders, constant.lower())
        parameters = inspect.signature(build).parameters.values()
        if any(each.default is inspect.Parameter.empty for each in parameters):
            continue
        value = build()
        assert operation.decode(reply_body(operation, value)) == value
        assert build() == value
        checked += 1
    return checked


def test_every_operation_reads_back_what_its_builder_makes() -> None:
    assert check_all(glimesh_api) == len(operations.__all__)


@pytest.mark.parametrize("name", CASES)
def test_so_it_is_whatever_is_selected(case: Case, name: str) -> None:
    assert check_all(case(name))


def test_every_builder_makes_its_class() -> None:
    for name in testing.__all__:
        assert getattr(testing, name)() is not None


def test_each_level_can_be_overridden() -> None:
    message = testing.chat_message_fields(message="hi", user=testing.user_fields(username="Ann"))
    edge = testing.chat_messages_chat_message_edge(node=message)
    page = testing.chat_messages_chat_message_connection(edges=[edge, edge])
    channel = testing.chat_messages(chat_messages=page)
    assert [each.node.message for each in channel.chat_messages.edges] == ["hi", "hi"]
    assert channel.chat_messages.edges[0].node.user.username == "Ann"
    assert CHAT_MESSAGES.decode(reply_body(CHAT_MESSAGES, channel)) == channel


def test_null_is_not_left_out() -> None:
    assert testing.find_channel().title == "title"
    channel = testing.find_channel(title=None)
    assert channel.title is None
    assert FIND_CHANNEL.decode(reply_body(FIND_CHANNEL, channel)) == channel


def test_nothing_is_shared_between_two_results() -> None:
    first, second = testing.chat_message_fields(), testing.chat_message_fields()
    assert first == second
    assert first.tokens is not second.tokens


def test_a_type_that_a_newer_server_adds() -> None:
    poll = testing.chat_message_fields_other_chat_message_token(typename="PollToken", text="?")
    message = testing.chat_message_fields(tokens=[poll])
    body = reply_body(operations.CREATE_CHAT_MESSAGE, message)
    assert b'"__typename":"PollToken"' in body
    assert operations.CREATE_CHAT_MESSAGE.decode(body) == message


def test_a_builder_has_its_name_where_a_field_has_it_too(
    compiled: Callable[..., dict[str, str]], imported: Case
) -> None:
    api = imported(
        compiled(
            "type Query { user: User } type User { user: User name: String list: [Int] }",
            "query User { user { ...Person } } query Whole { user { user { name } } }"
            " fragment Person on User { list user { name } } ",
        )
    )
    builders = importlib.import_module(f"{api.__name__}.testing")
    assert builders.user() == builders.person()
    assert builders.user(user=None).user is None
    assert builders.whole().user.name == "name"


def test_what_there_is_no_value_for_has_to_be_given(
    compiled: Callable[..., dict[str, str]], imported: Case
) -> None:
    api = imported(
        compiled(
            "scalar Odd type Query { a: A! b: B } type A { odd: Odd! id: ID! } type B { a: A!"
            " maybe: Odd odds: [Odd!]! }",
            "query A { a { id odd } } query B { b { a { odd } maybe odds } }",
            config='[scalars.Odd]\ntype = "fractions.Fraction"'
            '\nparse = "fractions.Fraction"\nserialize = "str"',
        )
    )
    builders = importlib.import_module(f"{api.__name__}.testing")
    with pytest.raises(TypeError, match="odd"):
        builders.a()
    assert builders.a(odd=Decimal(1)).id == "1"
    with pytest.raises(TypeError, match="'a'"):
        builders.b()
    value = builders.b(a=builders.ba(odd=Decimal(1)))
    assert (value.maybe, value.odds) == (None, [])


def test_applications_do_not_load_it() -> None:
    code = "import sys; from glimesh_api import chat_messages; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in run.stdout.split() if "testing" in name and "glimesh" in name]
    assert "backchannel.graphql.fixtures" not in run.stdout.split()
