"""What generated code is made of: results, inputs, enums and scalars."""

import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.pretty import pretty_repr

from backchannel.errors import ConfigurationError, InvalidInput
from backchannel.graphql.models import (
    UNSET,
    Input,
    OpenEnum,
    Result,
    SecretResult,
    Unset,
    parse_utc,
    scalar,
    serialize_naive_utc,
    serialize_utc,
    to_wire,
)
from backchannel.graphql.operation import Operation, Variable
from backchannel.graphql.reply import decoder_for
from backchannel.graphql.stamp import FORMAT, require_format
from support.operations import CREATE_CHAT_MESSAGE

DATE_TIME = scalar("DateTime", parse_utc, serialize_utc)
DECIMAL = scalar("Decimal", Decimal, str)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Status(OpenEnum):
    LIVE = "LIVE"
    OFFLINE = "OFFLINE"


class Stream(Result):
    status: Status
    viewers: int | None = None


class Owner(SecretResult):
    secret_fields = frozenset({"stream_key"})
    id: str
    stream_key: str | None = msgspec.field(name="streamKey", default=None)


class Page(Result):
    owners: tuple[Owner, ...]


class Tag(Input):
    name: str
    slug: str | None | Unset = UNSET


class NewStream(Input):
    scalar_fields: ClassVar = {"starts_at": DATE_TIME, "ends_at": DATE_TIME}
    title: str
    starts_at: datetime | None | Unset = msgspec.field(name="startsAt", default=UNSET)
    ends_at: list[datetime] | Unset = msgspec.field(name="endsAt", default=UNSET)
    status: Status | Unset = UNSET
    tags: list[Tag] | Unset = UNSET


def test_an_unknown_enum_value_survives_and_goes_back_as_it_came() -> None:
    stream = decoder_for(Stream).decode(b'{"status": "PAUSED"}')
    assert isinstance(stream.status, Status)
    assert not stream.status.is_known
    assert stream.status == "PAUSED" == stream.status.value == str(stream.status)
    assert stream.status == Status("PAUSED")
    assert stream.status != Status.LIVE
    assert len({stream.status, Status("PAUSED")}) == 1
    assert msgspec.json.encode({"status": to_wire(stream.status)}) == b'{"status":"PAUSED"}'
    assert pickle.loads(pickle.dumps(stream.status)) == stream.status


def test_a_known_enum_value_is_the_member() -> None:
    stream = decoder_for(Stream).decode(b'{"status": "LIVE"}')
    assert stream.status is Status.LIVE
    assert stream.status.is_known


def test_an_unknown_value_does_not_become_a_member() -> None:
    Status("PAUSED")
    assert list(Status) == [Status.LIVE, Status.OFFLINE]


@pytest.mark.parametrize("value", ["5", "true", "{}", "null"])
def test_an_enum_value_that_is_no_text_is_refused_with_its_path(value: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.status"):
        decoder_for(Stream).decode(f'{{"status": {value}}}')


@pytest.mark.parametrize("show", [repr, str, pretty_repr, "{}".format])
def test_a_secret_field_is_masked_wherever_it_is_shown(show: object) -> None:
    page = Page(owners=(Owner(id="1", stream_key="live-S3cret"), Owner(id="2")))
    for value in (page, page.owners[0], [page]):
        assert "S3cret" not in show(value)
        assert "***" in show(value)
        assert "'1'" in show(value)
    assert page.owners[0].stream_key == "live-S3cret"


def test_left_out_is_not_null() -> None:
    given = NewStream(title="t", starts_at=None, tags=[Tag(name="a"), Tag(name="b", slug=None)])
    assert to_wire(given) == {
        "title": "t",
        "startsAt": None,
        "tags": [{"name": "a"}, {"name": "b", "slug": None}],
    }


def test_scalars_are_written_wherever_they_stand() -> None:
    given = NewStream(title="t", starts_at=NOON, ends_at=[NOON, NOON + timedelta(hours=1)])
    assert to_wire(given) == {
        "title": "t",
        "startsAt": "2026-11-21T12:00:00Z",
        "endsAt": ["2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"],
    }
    assert to_wire([[NOON], None], DATE_TIME) == [["2026-11-21T12:00:00Z"], None]


@pytest.mark.parametrize("value", ["text", 5, 1.5, True, None, {"a": [1]}])
def test_plain_json_stays_as_it_is(value: object) -> None:
    assert to_wire(value) == value


def operation(**variables: Variable) -> Operation[object]:
    return Operation(
        name="Go",
        kind="query",
        document="query Go { a }",
        result=Stream,
        root=None,
        fields=("a",),
        variables=variables,
    )


def test_variables_become_the_json_of_a_request() -> None:
    go = operation(
        at=Variable("DateTime", DATE_TIME), stream=Variable("NewStream"), id=Variable("ID")
    )
    values = go.wire_variables(
        {"at": NOON, "stream": NewStream(title="é", status=Status("NEW")), "id": UNSET}
    )
    assert values == {
        "at": "2026-11-21T12:00:00Z",
        "stream": {"title": "é", "status": "NEW"},
    }
    assert msgspec.json.decode(go.encode_wire(values)) == {
        "query": "query Go { a }",
        "operationName": "Go",
        "variables": values,
    }
    assert msgspec.json.decode(go.encode({})) == {"query": "query Go { a }", "operationName": "Go"}


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (NOON.replace(tzinfo=None), "no time zone"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=5))), "out of range"),
    ],
)
def test_a_time_that_cannot_be_written_is_refused_by_name(value: datetime, given: str) -> None:
    with pytest.raises(InvalidInput, match=given) as caught:
        operation(at=Variable("DateTime", DATE_TIME)).wire_variables({"at": value})
    assert caught.value.argument == "at"


def test_a_variable_that_the_operation_has_not_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="the variables of Go are id; given: di"):
        operation(id=Variable("ID")).wire_variables({"di": 1})


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"U\+D83D"):
        CREATE_CHAT_MESSAGE.encode({"id": "1", "message": {"message": "\ud83d"}})


def test_an_arithmetic_error_of_a_scalar_names_the_path() -> None:
    class Price(Result):
        amount: DECIMAL

    assert decoder_for(Price).decode(b'{"amount": "1.50"}').amount == Decimal("1.50")
    with pytest.raises(msgspec.ValidationError, match=r"\$\.amount"):
        decoder_for(Price).decode(b'{"amount": "much"}')


MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.timedeltas(min_value=timedelta(hours=-23), max_value=timedelta(hours=23)).map(
        lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    ),
)


@given(MOMENTS)
def test_a_time_that_was_written_is_read_back(moment: datetime) -> None:
    assert parse_utc(serialize_utc(moment)) == moment
    assert serialize_utc(moment).endswith("Z")
    assert parse_utc(serialize_naive_utc(moment)) == moment.astimezone(UTC).replace(microsecond=0)
    assert parse_utc(moment.isoformat()).tzinfo is UTC


def test_a_package_of_another_format_is_refused_with_what_to_do() -> None:
    require_format("glimesh_api", FORMAT)
    for generated, age in ((FORMAT - 1, "older"), (FORMAT + 1, "newer")):
        with pytest.raises(ConfigurationError, match=f"{age}.*backchannel generate"):
            require_format("glimesh_api", generated)
