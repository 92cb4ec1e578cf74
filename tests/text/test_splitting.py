"""Long texts: the parts joined are the text, each fits, none is blank, and what belongs together
stays together."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backchannel.errors import InvalidInput
from backchannel.text import TextLimit, Unit, split_text
from backchannel.text.graphemes import clusters

GLIMESH = TextLimit(255, Unit.CODE_POINTS)
SHORT = TextLimit(20, Unit.CODE_POINTS)
SHORT_UTF16 = TextLimit(20, Unit.UTF16)
MANY = 100_000


def units(text: str, limit: TextLimit) -> int:
    if limit.unit is Unit.UTF16:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def cuts(parts: tuple[str, ...]) -> set[int]:
    """The offsets of the text at which it was cut."""
    offsets, at = set(), 0
    for part in parts[:-1]:
        at += len(part)
        offsets.add(at)
    return offsets


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("short", ["short"]),
        ("exactly twenty chars", ["exactly twenty chars"]),
        ("first line, long\nsecond line", ["first line, long\n", "second line"]),
        ("One sentence. Another one.", ["One sentence. ", "Another one."]),
        ("He said “enough!” Then he left.", ["He said “enough!” ", "Then he left."]),
        ("words of one text without an end", ["words of one text ", "without an end"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
        ("hi " + "x" * 19, ["hi ", "x" * 19]),
        ("if a:\n    return b, c, d", ["if a:\n    return b, ", "c, d"]),
        ("for a in things:\n    use(a)", ["for a in things:\n", "    use(a)"]),
        ("one  " + " " * 14 + "two", ["one" + " " * 16, "two"]),
        ("one" + " " * 30 + "two", ["one" + " " * 17, " " * 13 + "two"]),
        ("one two" + " " * 32 + "x", ["one ", "two" + " " * 17, " " * 15 + "x"]),
        ("12345678901234567890" + "1 ", ["12345678901234567890", "1 "]),
        ("1234567890 12345678 " + " " * 5, ["1234567890 ", "12345678 " + " " * 5]),
        ("see https://example.org/", ["see ", "https://example.org/"]),
        ("xy(https://example.com)", ["xy(", "https://example.com)"]),
        ("press:thumbs_up:xy:ok:now", ["press:thumbs_up:xy", ":ok:now"]),
        ("a [b c](https://d.e) f", ["a ", "[b c](https://d.e) f"]),
        ("the call `f(a, b)` does it", ["the call `f(a, b)` ", "does it"]),
        ("the call f `a, b c d e` is", ["the call f ", "`a, b c d e` is"]),
        ("text\n```\na b\nc d\n```\nx", ["text\n", "```\na b\nc d\n```\nx"]),
        (
            "```\nfirst of lines\nsecond line\n```\nend",
            ["```\nfirst of lines\n", "second line\n```\nend"],
        ),
        ("a line's `b\nc` is here", ["a line's `b\n", "c` is here"]),
        ("字字字字字字字字字字。字字字字字字字字字字字字", ["字" * 10 + "。", "字" * 12]),
        ("line one line one\r\nline two", ["line one line one\r\n", "line two"]),
        ("x" * 18 + "e\u0301\u0302y", ["x" * 18, "e\u0301\u0302y"]),
        ("x" * 18 + "👩\u200d👩\u200d👧", ["x" * 18, "👩\u200d👩\u200d👧"]),
        ("x" * 19 + "🇩🇪🇫🇷", ["x" * 19, "🇩🇪🇫🇷"]),
        ("e" + "\u0301" * 24, ["e" + "\u0301" * 19, "\u0301" * 5]),
    ],
)
def test_texts_are_cut_at_the_best_place(text: str, parts: list[str]):
    assert list(split_text(text, SHORT)) == parts


def test_utf16_counts_two_units_for_characters_beyond_the_first_plane():
    assert split_text("😀" * 15, SHORT_UTF16) == ("😀" * 10, "😀" * 5)
    assert split_text("😀" * 15, SHORT) == ("😀" * 15,)


@pytest.mark.parametrize(
    ("text", "max_parts", "words"),
    [
        ("", 10, "must not be blank; given: ''"),
        (" \n\t" * 100, 10, "must not be blank"),
        ("word " * 100, 10, "at most 10 parts of at most 20 code points.*given: 500 code points"),
        ("word " * 9, 2, "at most 2 parts .*given: 45 code points"),
        ("a" + " " * 39 + "b", 10, "parts of at most 20 code points that are not blank.*39 blanks"),
        ("a" + " " * 20, 10, "given: 20 blanks in a row"),
        ("\n" * 20 + "a", 10, "given: 20 blanks in a row"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_the_limit_and_what_was_given(text, max_parts, words):
    with pytest.raises(InvalidInput, match=words):
        split_text(text, SHORT, max_parts=max_parts)


def test_as_many_parts_as_allowed_are_given():
    assert len(split_text("word " * 12, SHORT, max_parts=3)) == 3


@pytest.mark.parametrize("numbers", [(0, 1), (-5, 1), (5, 0)])
def test_limits_below_one_are_refused(numbers):
    with pytest.raises(InvalidInput, match="must be 1 or more"):
        split_text("text", TextLimit(numbers[0], Unit.UTF16), max_parts=numbers[1])


PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from([*" `:[)\n", "\r\n", ". ", "```", "``", "](", "\u0301", "\u200d", "👧", "🇩"]),
    st.sampled_from(["https://", "word", "\t", "\u1100", "\uac00", "\u11a8", "。"]),
)
LIMITS = st.builds(TextLimit, st.integers(2, 40), st.sampled_from(Unit))


@given(text=st.lists(PIECES, max_size=60).map("".join), limit=LIMITS)
@example(text="a" + " " * 30 + "b" + " " * 19, limit=SHORT)
@example(text="\ud83d\ude00" * 20, limit=SHORT_UTF16)
def test_joined_parts_are_the_text_and_each_fits_and_is_not_blank(text: str, limit: TextLimit):
    try:
        parts = split_text(text, limit, max_parts=MANY)
    except InvalidInput:
        return  # another test says that this happens only where there is no way
    assert "".join(parts) == text
    assert all(part.strip() for part in parts)
    assert all(units(part, limit) <= limit.maximum for part in parts)
    assert len(parts) == 1 or units(text, limit) > limit.maximum


@given(text=st.text(alphabet="ab \n", min_size=1, max_size=24), maximum=st.integers(1, 5))
def test_a_text_is_refused_only_if_there_is_no_way(text: str, maximum: int):
    limit = TextLimit(maximum, Unit.CODE_POINTS)
    possible = {len(text)}
    for start in range(len(text) - 1, -1, -1):
        ends = range(start + 1, min(len(text), start + maximum) + 1)
        if any(end in possible and text[start:end].strip() for end in ends):
            possible.add(start)
    if 0 in possible:
        assert "".join(split_text(text, limit, max_parts=MANY)) == text
    else:
        with pytest.raises(InvalidInput):
            split_text(text, limit, max_parts=MANY)


WHOLE = st.one_of(
    st.text(alphabet="abc_-", min_size=1, max_size=18).map(lambda name: f":{name}:"),
    st.text(alphabet="abc/?=.", min_size=1, max_size=12).map(lambda path: f"https://{path}"),
    st.text(alphabet="abc 😀(", min_size=1, max_size=9).map(lambda code: f"`{code}`"),
    st.text(alphabet="abc \n", min_size=1, max_size=12).map(lambda code: f"```{code}```"),
)


@given(
    pieces=st.lists(st.tuples(st.text(alphabet="xyz ,.\n字", max_size=30), WHOLE), min_size=1),
    unit=st.sampled_from(Unit),
)
def test_what_fits_into_a_part_and_belongs_together_is_never_cut(pieces, unit):
    limit = TextLimit(20, unit)
    text = "x".join(f"{before} {whole} " for before, whole in pieces)
    try:
        parts = split_text(text, limit, max_parts=MANY)
    except InvalidInput:
        return
    at = 0
    for before, whole in pieces:
        start = at + len(before) + 1
        if units(whole, limit) <= limit.maximum:
            assert not cuts(parts) & set(range(start + 1, start + len(whole))), (whole, parts)
        at = start + len(whole) + 2


@given(
    st.lists(st.sampled_from(["e\u0301", "👩\u200d👧", "🇩🇪", "한", "각", "x", " x"]), min_size=9)
)
def test_a_character_of_several_code_points_is_never_cut(pieces):
    text = "x" + "".join(pieces)
    parts = split_text(text, TextLimit(9, Unit.UTF16), max_parts=MANY) if len(text) > 9 else (text,)
    inner = {at for start, end in clusters(text) for at in range(start + 1, end)}
    assert not cuts(parts) & inner


@pytest.mark.parametrize(
    ("piece", "limit"),
    [
        (piece, limit)
        for limit, pieces in {
            GLIMESH: [
                "word ",
                "x",
                "[",
                "[a]((b)",
                "https://",
                "\u0301",
                ".'",
                "``` ",
                " \n" * 100 + "x",
            ],
            TextLimit(5000, Unit.UTF16): ["`", "[a](", ":a", "👩\u200d", "a\n"],
        }.items()
        for piece in pieces
    ],
)
def test_a_megabyte_of_anything_is_cut_in_one_go(piece: str, limit: TextLimit):
    # A step that takes the square of that would not end within the test's time limit.
    text = piece * (1_000_000 // len(piece))
    assert "".join(split_text(text, limit, max_parts=MANY)) == text
