"""Pages by offset, where the recorded exchanges leave a question open."""

import pytest

from backchannel.local.glimesh.connections import encode_cursor, paginate, single
from backchannel.local.glimesh.context import Crash, RefusedError

ROWS = list(range(10))


def shown(connection):
    info = connection.page_info
    nodes = [edge.node for edge in connection.edges]
    return nodes, info.has_previous_page, info.has_next_page


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"first": 2, "after": encode_cursor(0)}, ([1, 2], True, True)),
        ({"first": 2, "after": encode_cursor(7)}, ([8, 9], True, False)),
        ({"first": 2, "after": encode_cursor(9)}, ([], True, False)),
        # Without `last`, `before` means from there on.
        ({"before": encode_cursor(8)}, ([8, 9], True, False)),
        ({"last": 3, "before": encode_cursor(2)}, ([0, 1], False, True)),
        ({"first": 1, "last": 3}, ([0], False, True)),
        ({"last": 2000}, (ROWS, False, False)),
        ({"last": -1}, ([], True, True)),
    ],
)
def test_page(page, expected):
    assert shown(paginate(ROWS, page)) == expected


def test_a_page_holds_a_hundred_rows_unless_asked_and_a_thousand_at_most():
    rows = list(range(1500))
    assert paginate(rows, {}).count == 100
    assert paginate(rows, {"first": 1400}).count == 1000
    last = paginate(rows, {"last": 1400})
    assert (last.edges[0].node, last.edges[-1].node) == (500, 1499)


@pytest.mark.parametrize(
    "page", [{"first": -2}, {"last": -2}, {"first": 1, "after": encode_cursor(-5)}]
)
def test_the_database_refuses_negative_limits_and_offsets(page):
    with pytest.raises(Crash):
        paginate(ROWS, page)


@pytest.mark.parametrize("cursor", ["", "garbage", "YWJj", encode_cursor(1)[:-1]])
def test_a_cursor_of_another_form_is_refused(cursor):
    with pytest.raises(RefusedError, match="Invalid cursor provided as `before` argument"):
        paginate(ROWS, {"last": 1, "before": cursor})


def test_an_explicit_null_takes_the_default_away():
    with pytest.raises(RefusedError, match="You must either supply `:first` or `:last`"):
        paginate(ROWS, {"first": None})
    with pytest.raises(RefusedError, match="You must either supply `:first` or `:last`"):
        single(0, {})


def test_a_connection_of_one():
    assert shown(single("row", {"first": 1})) == (["row"], False, False)
    assert shown(single("row", {"last": 5})) == (["row"], False, False)
    assert shown(single("row", {"first": 1, "after": encode_cursor(0)})) == ([], True, False)
