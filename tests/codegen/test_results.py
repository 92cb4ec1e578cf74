"""Results: which classes there are, and what replies become."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType

import pytest

from backchannel.errors import GraphQLError, MalformedReply
from backchannel.graphql.models import UNSET

Case = Callable[[str], ModuleType]


def reply(**data: object) -> bytes:
    return json.dumps({"data": data}).encode()


def test_fields_of_one_response_key_are_merged(case: Case) -> None:
    api = case("selections")
    user = api.operations.FIND_USER.decode(
        reply(user={"id": "1", "name": "A", "role": None, "friend": {"id": "2", "name": "B"}})
    )
    assert (user.friend.id, user.friend.name) == ("2", "B")
    assert type(user).__name__ == "FindUserUser"
    assert type(user.friend).__name__ == "FindUserUserFriend"


def test_a_selection_with_a_fragment_and_more_inherits_from_the_fragment(case: Case) -> None:
    api = case("selections")
    assert issubclass(api.FindUserUser, api.Named)


def test_a_selection_that_is_a_fragment_has_its_type(case: Case) -> None:
    api = case("selections")
    user = api.operations.PLAIN.decode(reply(user={"name": "A", "role": "ADMIN"}))
    assert user == api.Named(name="A", role=api.Role.ADMIN)
    assert "PlainUser" not in dir(api)


def test_several_fragments_become_one_flat_class(case: Case) -> None:
    api = case("selections")
    user = api.operations.GUARDED.decode(reply(user={"name": "A", "role": None, "secret": "s"}))
    assert (user.name, user.secret) == ("A", "s")


def test_names_that_meet_in_snake_case_keep_their_spelling(case: Case) -> None:
    api = case("selections")
    user = api.operations.ALIKE.decode(reply(user={"userId": 1, "userID": 2, "label": "x"}))
    assert (user.userId, user.userID, user.label) == (1, 2, "x")


def test_a_type_selected_twice_is_named_by_path_both_times(case: Case) -> None:
    api = case("selections")
    assert api.TwiceUserFriend.__struct_fields__ == ("id",)
    assert api.TwiceUserFriends.__struct_fields__ == ("name",)


def test_exactly_what_include_and_skip_may_leave_out_is_optional(case: Case) -> None:
    api = case("selections")
    assert api.operations.MAYBE.decode(reply(now=None)).user is UNSET
    user = api.operations.MAYBE.decode(reply(user={"id": "1"}, now=None)).user
    assert (user.id, user.name, user.role, user.secret, user.friend) == ("1",) + (UNSET,) * 4
    with pytest.raises(MalformedReply, match="id"):
        api.operations.MAYBE.decode(reply(user={"name": "A"}, now=None))
    # A friend comes with its id, for whichever reason it comes.
    with pytest.raises(MalformedReply, match="friend"):
        api.operations.MAYBE.decode(reply(user={"id": "1", "friend": {"name": "B"}}, now=None))


def test_lists_in_lists_and_null_in_them(case: Case) -> None:
    api = case("selections")
    users = api.operations.NESTED.decode(reply(users=[[{"id": "1"}], None, []]))
    assert users == [[api.NestedUser(id="1")], None, []]
    with pytest.raises(MalformedReply, match=r"users\[0\]\[0\]"):
        api.operations.NESTED.decode(reply(users=[[None]]))


def test_times_are_utc(case: Case) -> None:
    api = case("selections")
    result = api.operations.MAYBE.decode(reply(now="2023-05-01T14:00:00+02:00"))
    assert result.now == datetime(2023, 5, 1, 12, tzinfo=UTC)
    assert result.now.tzinfo is UTC


def test_a_value_the_enum_does_not_know_survives(case: Case) -> None:
    api = case("selections")
    user = api.operations.PLAIN.decode(reply(user={"name": "A", "role": "OWNER"}))
    assert (str(user.role), user.role.is_known, isinstance(user.role, api.Role)) == (
        "OWNER",
        False,
        True,
    )


def test_several_root_fields_come_as_the_whole_result_one_comes_alone(case: Case) -> None:
    api = case("selections")
    assert api.operations.MAYBE.root is None
    assert api.operations.PLAIN.root == "user"
    assert isinstance(api.operations.MAYBE.decode(reply(now=None)), api.MaybeResult)


def test_errors_of_the_reply_are_read_before_its_data(case: Case) -> None:
    api = case("selections")
    body = json.dumps({"data": {"users": None}, "errors": [{"message": "no"}]}).encode()
    with pytest.raises(GraphQLError, match="no") as caught:
        api.operations.NESTED.decode(body)
    assert caught.value.data == {"users": None}


def test_types_with_different_fields_are_a_union_and_each_type_is_a_member(case: Case) -> None:
    api = case("abstract")
    photo, video, link = api.operations.FEED.decode(
        reply(
            feed=[
                {"__typename": "Photo", "id": "1", "width": 3, "by": {"name": "A"}},
                {"__typename": "Video", "id": "2", "seconds": 4},
                {"__typename": "Link", "id": "3"},
            ]
        )
    )
    assert photo == api.FeedPhoto(id="1", width=3, by=api.FeedUser(name="A"))
    assert video == api.FeedVideo(id="2", seconds=4)
    assert link == api.FeedLink(id="3")
    assert [photo.typename, video.typename, link.typename] == ["Photo", "Video", "Link"]


def test_an_interface_with_the_same_fields_for_all_is_one_class(case: Case) -> None:
    api = case("abstract")
    feed = api.operations.UNIFORM.decode(reply(feed=[{"__typename": "New", "title": "t"}]))
    assert feed == [api.UniformItem(typename="New", title="t")]


def test_a_fragment_on_an_interface_gives_its_union_its_name(case: Case) -> None:
    api = case("abstract")
    feed = api.operations.WHOLE_FRAGMENT.decode(
        reply(feed=[{"__typename": "Photo", "id": "1", "width": 2}])
    )
    assert feed == [api.ItemFieldsPhoto(id="1", width=2)]
    assert isinstance(feed[0], api.ItemFields)


def test_a_member_inherits_from_the_fragment_it_spreads(case: Case) -> None:
    api = case("abstract")
    user = api.operations.THING.decode(reply(thing={"__typename": "User", "name": "A"}))
    assert isinstance(user, api.UserFields)
    video = api.operations.THING.decode(reply(thing={"__typename": "Video"}))
    assert video == api.ThingVideo()


def test_members_get_the_fields_of_the_interfaces_they_implement(case: Case) -> None:
    api = case("abstract")
    assert api.ThroughInterfacePhoto.__struct_fields__ == ("title",)
    assert api.ThroughInterfaceUser.__struct_fields__ == ("name",)


def test_names_python_or_the_generated_code_needs_get_an_underscore(case: Case) -> None:
    api = case("names")
    data = {"def": "d", "str": 1, "int": "i", "type": "t", "id": "1", "_1": 5}
    rest = ("list", "float", "typename", "secret_fields", "scalarFields", "_private", "bool")
    rest += ("object", "None", "field", "msgspec", "From")
    found = api.operations.FROM_.decode(reply(**{"from": {**dict.fromkeys(rest), **data}}))
    assert (found.def_, found.str_, found.int_, found.type, found.id) == ("d", 1, "i", "t", "1")
    assert (found.x_1, found.list_, found.none) == (5, None, None)
    assert callable(api.operations_)
    assert callable(api.overload_)
    assert api.operations.OPERATIONS_.decode(reply(**{"None": "mro"})) is api.None_.mro_


def test_secrets_are_masked_in_reprs(
    compiled: Callable[..., dict[str, str]], imported: Case
) -> None:
    schema = "type Query { me: Me } type Me { id: ID! streamKey: String, other: Me }"
    overrides = '[[secret]]\ncoordinates = ["Me.streamKey"]\nreason = "a key"'
    operations = """
        query Mine { me { ...F streamKey other { ...Keys id } } }
        fragment F on Me { id }
        fragment Keys on Me { key: streamKey }
    """
    api = imported(compiled(schema, operations, overrides=overrides))
    me = api.operations.MINE.decode(
        reply(me={"id": "1", "streamKey": "hunter2", "other": {"key": "hunter3", "id": "2"}})
    )
    assert (me.stream_key, me.other.key) == ("hunter2", "hunter3")
    assert "hunter" not in repr(me)
    assert "id='1'" in repr(me)
    assert issubclass(type(me.other), api.Keys)
