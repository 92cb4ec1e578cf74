"""Markup: plain text survives Markdown, and Markdown becomes text that reads the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backchannel.text import Markup, translate

TABLE = Path(__file__).parents[2] / "docs" / "text.md"


def to_markdown(text: str, **more) -> str:
    return translate(text, source=Markup.PLAIN, target=Markup.MARKDOWN, **more)


def to_plain(text: str, **more) -> str:
    return translate(text, source=Markup.MARKDOWN, target=Markup.PLAIN, **more)


def rows(heading: str) -> list[tuple[str, str]]:
    """The rows of a table of the document, as from and to; ⏎ is a line's end, · a word joiner."""
    section = TABLE.read_text().split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    found = re.findall(r"^\| [^|]* \| (`+) ?(.+?) ?\1 \| (`+) ?(.+?) ?\3 \|", section, re.MULTILINE)
    assert found, f"{heading}: no rows"
    return [(unwritten(row[1]), unwritten(row[3])) for row in found]


def unwritten(cell: str) -> str:
    return cell.replace("⏎", "\n").replace("·", "\u2060").replace("¦", "|")


@pytest.mark.parametrize(("plain", "markdown"), rows("From Glimesh to Rocket.Chat"))
def test_each_row_of_the_table_from_glimesh_to_rocketchat(plain: str, markdown: str):
    assert to_markdown(plain) == markdown
    assert to_plain(markdown) == plain


@pytest.mark.parametrize(("markdown", "plain"), rows("From Rocket.Chat to Glimesh"))
def test_each_row_of_the_table_from_rocketchat_to_glimesh(markdown: str, plain: str):
    assert to_plain(markdown) == plain


PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from([*"*_`~#.|<>[]():\n a\\", "**", "__", "```", "# ", "||", "](", "\u2060"]),
    st.sampled_from([":a_b:", "https://x.y/", "http://", "t:1"]),
)


@given(st.lists(PIECES, max_size=40).map("".join))
@example("https://a* https://b*")
@example("\\\\*")
@example("<\u2060t:1>")
def test_plain_text_comes_back_from_markdown_as_it_was(text: str):
    assert to_plain(to_markdown(text)) == text


@given(st.lists(PIECES, max_size=20).map("".join))
def test_into_its_own_markup_a_text_is_as_it_was(text: str):
    for markup in Markup:
        assert translate(text, source=markup, target=markup) == text


def test_emotes_are_called_by_the_names_of_the_target():
    names = {"glimlove": "heart"}
    assert to_markdown("a :glimlove: and :glimchef:", emotes=names) == "a :heart: and :glimchef:"
    assert to_plain("a *:heart:*", emotes={"heart": "glimlove"}) == "a :glimlove:"


@pytest.mark.parametrize(
    "piece",
    [
        *"*`[\\\u2060",
        "* ",
        " *a",
        "_a_ ",
        "[a](",
        "[a]((b)",
        "<a",
        "<a|",
        "||a",
        "# ",
        "```a\n",
        ":a",
    ],
)
def test_a_long_text_of_anything_is_translated_in_one_go(piece: str):
    # A step that takes the square of that would not end within the test's time limit.
    text = piece * (300_000 // len(piece))
    assert to_plain(to_markdown(text)) == text
    assert isinstance(to_plain(text), str)


def test_what_follows_a_url_takes_no_more_time_either():
    assert to_plain("https://" + "." * 300_000 + "x")
    assert to_plain("https://x" + "*." * 150_000)
