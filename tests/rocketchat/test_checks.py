"""What is refused before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.errors import InvalidInput, Outcome
from backchannel.rocketchat import Attachment, AttachmentField, OutgoingMessage
from backchannel.rocketchat.checks import check_message, utf16_units

GOOD = OutgoingMessage(room_id="GENERAL", text="hi")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def with_attachment(**properties: object) -> OutgoingMessage:
    return msgspec.structs.replace(GOOD, attachments=(Attachment(**properties),))


@pytest.mark.parametrize(
    ("changes", "argument", "limit"),
    [
        ({"room_id": " "}, "room_id", "must not be blank"),
        ({"text": " \n"}, "text", "must not be blank without attachments"),
        ({"text": "x" * 5001}, "text", "at most 5000 UTF-16 code units"),
        ({"text": "\U0001f600" * 2501}, "text", "at most 5000 UTF-16 code units"),
        ({"emoji": "smirk"}, "emoji", "must have the form :name:"),
        ({"emoji": ":two words:"}, "emoji", "must have the form :name:"),
        ({"avatar": "javascript:alert(1)/x"}, "avatar", "must be an http(s) URL or a path"),
        ({"avatar": "logo.png"}, "avatar", "must be an http(s) URL or a path"),
        ({"avatar": "//elsewhere/logo.png"}, "avatar", "must be an http(s) URL or a path"),
        ({"show_in_channel": True}, "show_in_channel", "needs thread_id"),
        ({"id": ""}, "message_id", "must be printable ASCII characters, without blanks"),
        ({"id": "a b"}, "message_id", "must be printable ASCII characters, without blanks"),
        ({"id": "é"}, "message_id", "must be printable ASCII characters, without blanks"),
        ({"thread_id": ""}, "thread_id", "must be printable ASCII characters, without blanks"),
    ],
)
def test_a_message_is_refused(changes: dict, argument: str, limit: str):
    with pytest.raises(InvalidInput) as caught:
        check_message(msgspec.structs.replace(GOOD, **changes))
    assert (caught.value.argument, caught.value.limit) == (argument, limit)
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("properties", "place", "limit"),
    [
        ({"message_link": "https://example.org"}, "message_link", "needs ts"),
        ({"title_link_download": True}, "title_link_download", "needs title_link"),
        ({"ts": datetime(2026, 11, 21)}, "ts", "must have a time zone"),  # noqa: DTZ001 - the point
        *(
            ({"ts": NOON, name: bad}, name, "must be an absolute http(s) URL")
            for name in Attachment.__struct_fields__
            if name.endswith(("_url", "_link", "_icon"))
            for bad in ("javascript:alert(1)", "/relative", "example.org", "https://", "http://a b")
        ),
        (
            {"fields": [AttachmentField("ok", "ok"), AttachmentField("", "v")]},
            "fields[1].title",
            "must not be empty",
        ),
        ({"fields": [AttachmentField("t", "")]}, "fields[0].value", "must not be empty"),
        ({"fields": ["t"]}, "fields[0]", "must be an AttachmentField"),
        ({"ts": "2026-11-21T12:00:00Z"}, "ts", "must be a datetime"),
        *(
            ({"ts": time}, "ts", "must be in the years 1 to 9999 in UTC")
            for time in (
                datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
                datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
            )
        ),
    ],
)
def test_an_attachment_is_refused(properties: dict, place: str, limit: str):
    with pytest.raises(InvalidInput) as caught:
        check_message(with_attachment(**properties))
    assert (caught.value.argument, caught.value.limit) == (f"attachments[0].{place}", limit)


TEXTS = {
    **{
        {"id": "message_id"}.get(name, name): lambda value, name=name: msgspec.structs.replace(
            GOOD, **{name: value}
        )
        for name in ("id", "room_id", "text", "alias", "emoji", "avatar", "thread_id")
    },
    **{
        f"attachments[0].{name}": lambda value, name=name: with_attachment(
            **{"ts": NOON, name: value}
        )
        for name in sorted(
            set(Attachment.__struct_fields__) - {"ts", "fields", "collapsed", "title_link_download"}
        )
    },
    "attachments[0].fields[0].title": lambda value: with_attachment(
        fields=[AttachmentField(value, "v")]
    ),
    "attachments[0].fields[0].value": lambda value: with_attachment(
        fields=[AttachmentField("t", value)]
    ),
}


@pytest.mark.parametrize("argument", TEXTS)
@pytest.mark.parametrize(
    ("value", "limit", "given"),
    [
        (b"x", "must be text", "bytes"),
        (5, "must be text", "int"),
        ("half \ud83d", "must not hold a lone surrogate", "U+D83D at character 5"),
    ],
)
def test_every_text_is_text(argument: str, value: object, limit: str, given: str):
    with pytest.raises(InvalidInput) as caught:
        check_message(TEXTS[argument](value))
    error = caught.value
    assert (error.argument, error.limit, error.given) == (argument, limit, given)


@pytest.mark.parametrize("argument", ["room_id", "text"])
def test_what_a_message_cannot_do_without_is_not_none(argument: str):
    with pytest.raises(InvalidInput, match=f"{argument}: must be text; given: NoneType"):
        check_message(TEXTS[argument](None))


@pytest.mark.parametrize(
    ("attachments", "words"),
    [
        (Attachment(text="alone"), "attachments: must be a sequence; given: Attachment"),
        ([{"text": "plain"}], r"attachments\[0\]: must be an Attachment; given: dict"),
    ],
)
def test_attachments_are_several_and_typed(attachments: object, words: str):
    with pytest.raises(InvalidInput, match=words):
        check_message(OutgoingMessage(room_id="GENERAL", attachments=attachments))


def test_a_list_of_attachments_may_change_afterwards():
    attachments = [Attachment(text="first")]
    message = OutgoingMessage(room_id="GENERAL", attachments=attachments)
    attachments.clear()
    assert message.attachments == (Attachment(text="first"),)


@pytest.mark.parametrize(
    "message",
    [
        GOOD,
        msgspec.structs.replace(GOOD, text="x" * 5000),
        msgspec.structs.replace(GOOD, text="\U0001f600" * 2500),
        msgspec.structs.replace(GOOD, text="", attachments=(Attachment(text="only this"),)),
        msgspec.structs.replace(GOOD, avatar="/avatar/bob", emoji=":+1:"),
        msgspec.structs.replace(GOOD, thread_id="t", show_in_channel=True, id="order:17/retry"),
        with_attachment(ts=NOON, message_link="https://example.org"),
        with_attachment(title_link_download=False),
        with_attachment(title_link="https://example.org", title_link_download=True),
        with_attachment(image_url="/file-upload/abc/picture.png"),
        with_attachment(),
    ],
)
def test_a_message_is_accepted(message: OutgoingMessage):
    check_message(message)


def test_the_longest_text_is_the_callers_to_set():
    check_message(msgspec.structs.replace(GOOD, text="x" * 9000), max_units=9000)
    with pytest.raises(InvalidInput, match="at most 3 UTF-16 code units; given: 4 code units"):
        check_message(msgspec.structs.replace(GOOD, text="abcd"), max_units=3)


def test_a_refused_url_is_shown_without_its_secret():
    with pytest.raises(InvalidInput) as caught:
        check_message(with_attachment(image_url="ftp://example.org/x?token=hush"))
    assert "hush" not in str(caught.value)


@given(st.text())
def test_characters_beyond_the_first_plane_count_twice(text: str):
    assert utf16_units(text) == sum(2 if ord(char) > 0xFFFF else 1 for char in text)


def test_half_of_a_pair_is_a_unit_by_itself():
    assert utf16_units("\ud83d") == 1


@given(st.text(), st.text())
def test_units_add_up(one: str, two: str):
    assert utf16_units(one + two) == utf16_units(one) + utf16_units(two)
