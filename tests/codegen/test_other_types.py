"""Members of unions and interfaces that a newer server adds: they arrive, with their names."""

import json
from collections.abc import Callable
from types import ModuleType

import msgspec
import pytest

from backchannel.errors import MalformedReply

Case = Callable[[str], ModuleType]

NEW = {"__typename": "Poll", "id": "9", "title": "Which?", "votes": [1, 2], "width": "?"}


def reply(**data: object) -> bytes:
    return json.dumps({"data": data}).encode()


def test_an_unknown_member_has_the_fields_of_the_interface(case: Case) -> None:
    api = case("abstract")
    link, poll = api.operations.FEED.decode(reply(feed=[{"__typename": "Link", "id": "3"}, NEW]))
    assert link == api.FeedLink(id="3")
    assert poll == api.FeedOtherItem(typename="Poll", id="9")
    assert isinstance(poll, api.FeedItem)


def test_an_unknown_member_of_a_union_has_its_name(case: Case) -> None:
    api = case("abstract")
    assert api.operations.THING.decode(reply(thing=NEW)) == api.ThingOtherThing(typename="Poll")


def test_a_fragment_on_the_interface_holds_what_it_selects_of_all(case: Case) -> None:
    api = case("abstract")
    [poll] = api.operations.WHOLE_FRAGMENT.decode(reply(feed=[NEW]))
    assert poll == api.ItemFieldsOtherItem(typename="Poll", id="9")
    [poll] = api.operations.FRAGMENT_AND_MORE.decode(reply(feed=[NEW]))
    assert (poll.id, poll.title) == ("9", "Which?")


def test_fields_of_another_interface_are_not_promised(case: Case) -> None:
    # Whatever implements Item today, a new member of the union need not.
    api = case("abstract")
    new = api.operations.THROUGH_INTERFACE.decode(reply(thing={"__typename": "Poll"}))
    assert new == api.ThroughInterfaceOtherThing(typename="Poll")


DEEP = {
    "feed": [
        {
            "__typename": "Photo",
            "id": "1",
            "width": 2,
            "related": [
                [{"__typename": "Video", "title": "v", "seconds": 3}],
                None,
                [{"__typename": "Poll", "title": None}, {"title": "w", "__typename": "Wiki"}],
            ],
        },
        {"id": "2", "related": [[{"title": "p", "__typename": "Poll"}]], "__typename": "Poll"},
    ],
    "thing": {"__typename": "Wiki", "kind": "Wiki"},
    "named": {
        "__typename": "Group",
        "name": "G",
        "friends": [None, {"__typename": "User", "avatar": None}, {"__typename": "Group"}],
    },
}


def check_deep(result: object) -> None:
    photo, poll = result.feed
    assert (photo.id, photo.width, photo.related[0][0].seconds) == ("1", 2, 3)
    assert photo.related[1] is None
    assert [(each.typename, each.title) for each in photo.related[2]] == [
        ("Poll", None),
        ("Wiki", "w"),
    ]
    assert (poll.typename, poll.id, poll.related[0][0].typename) == ("Poll", "2", "Poll")
    assert (result.thing.typename, result.thing.kind) == ("Wiki", "Wiki")
    assert (result.named.typename, result.named.name) == ("Group", "G")
    assert [each and each.typename for each in result.named.friends] == [None, "User", "Group"]


def test_at_any_depth_and_in_several_places_at_once(case: Case) -> None:
    check_deep(case("abstract").operations.DEEPLY.decode(reply(**DEEP)))


def test_data_that_is_parsed_already_is_converted_alike_and_stays_as_it_is(case: Case) -> None:
    before = json.dumps(DEEP)
    check_deep(case("abstract").operations.DEEPLY.convert(DEEP))
    assert json.dumps(DEEP) == before


def test_what_is_wrong_beside_an_unknown_member_is_still_found(case: Case) -> None:
    api = case("abstract")
    with pytest.raises(MalformedReply, match=r"feed\[1\]"):
        api.operations.FEED.decode(reply(feed=[NEW, {"__typename": "Photo", "id": 1}]))
    with pytest.raises(MalformedReply, match="id"):
        api.operations.FEED.decode(reply(feed=[{"__typename": "Poll"}]))
    with pytest.raises(msgspec.ValidationError, match="__typename"):
        api.operations.FEED.convert({"feed": [{"id": "1"}]})


def test_times_and_enums_beside_an_unknown_member_are_read_as_ever(
    compiled: Callable[..., dict[str, str]], imported: Case
) -> None:
    api = imported(
        compiled(
            "scalar DateTime type Query { a: [U] at: DateTime e: E f: Float }"
            " union U = A type A { x: Int } enum E { ONE }",
            "query Q { a { ... on A { x } } at e f }",
        )
    )
    new = api.operations.Q.decode(
        reply(a=[{"__typename": "B"}], at="2023-05-01T12:00:00Z", e="TWO", f=1)
    )
    old = api.operations.Q.decode(reply(a=[], at="2023-05-01T12:00:00Z", e="TWO", f=1))
    assert (new.at, new.e, new.f) == (old.at, old.e, old.f)
    assert new.a[0].typename == "B"


def test_a_secret_of_an_unknown_member_is_masked(
    compiled: Callable[..., dict[str, str]], imported: Case
) -> None:
    api = imported(
        compiled(
            "type Query { a: I } interface I { key: String } type A implements I"
            " { key: String x: Int }",
            "query Q { a { key ... on A { x } } }",
            overrides='[[secret]]\ncoordinates = ["I.key", "A.key"]\nreason = "a key"',
        )
    )
    other = api.operations.Q.decode(reply(a={"__typename": "B", "key": "hunter2"}))
    assert (other.typename, other.key) == ("B", "hunter2")
    assert "hunter2" not in repr(other)
