"""A message as JSON: what is sent, and what comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.errors import ConnectError
from backchannel.rocketchat import Attachment, AttachmentField, OutgoingMessage
from backchannel.rocketchat.ids import ALPHABET, new_message_id
from backchannel.rocketchat.messages import encode_message
from backchannel.rocketchat.reading import MessageReply
from backchannel.rocketchat.sending import prepare, send_message


def wire(message: OutgoingMessage) -> dict:
    return json.loads(encode_message(message))["message"]


def test_the_documented_example_is_sent_as_documented_plus_our_id(session, page):
    logo = "http://res.guggy.com/logo_128.png"
    message = OutgoingMessage(
        room_id="Xnb2kLD2Pnhdwe3RH",
        text="Sample message",
        alias="Gruggy",
        emoji=":smirk:",
        avatar=logo,
        attachments=(
            Attachment(
                color="#ff0000",
                text="Yay for gruggy!",
                ts=datetime(2016, 12, 9, 16, 53, 6, 761000, UTC),
                thumb_url=logo,
                message_link="https://google.com",
                collapsed=False,
                author_name="Bradley Hilton",
                author_link="https://pimenta.chat/",
                author_icon="https://avatars.githubusercontent.com/u/850391?v=3",
                title="Attachment Example",
                title_link="https://youtube.com",
                title_link_download=True,
                image_url=logo,
                audio_url="http://www.w3schools.com/tags/horse.mp3",
                video_url="http://www.w3schools.com/tags/movie.mp4",
                fields=[
                    AttachmentField("Test", "Testing out something or other", short=True),
                    AttachmentField(
                        "Another Test",
                        "[Link](https://google.com/) something and this and that.",
                        short=True,
                    ),
                ],
            ),
        ),
    )
    expected = page["message object example"]["message"]
    assert json.loads(prepare(session, message).request.body) == {
        "message": {**expected, "_id": "new-id"}
    }


def test_the_documented_call_is_made_as_documented_plus_our_id(session, play, page):
    call = page["example call"]
    message = OutgoingMessage(room_id="Xnb2kLD2Pnhdwe3RH", text="This is a test!")
    played = play(send_message(session, message), *[ConnectError("no connection")] * 3)
    request = played.requests[0]
    assert json.loads(request.body) == {"message": {**call["body"]["message"], "_id": "new-id"}}
    assert (request.method, request.url) == (
        "POST",
        "https://chat.example.org/api/v1/chat.sendMessage",
    )
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-User-Id"] == "me"
    assert request.headers["X-Auth-Token"] == "t0ken"
    assert request.headers["User-Agent"].startswith("backchannel/")


def test_the_documented_result_is_read(page):
    raw = json.dumps(page["example result"])
    message = msgspec.json.decode(raw, type=MessageReply).message
    assert (message.id, message.room_id, message.text) == (
        "LnCSJxxNkCy6K9X8X",
        "GENERAL",
        "123456789",
    )
    assert message.ts == datetime(2018, 3, 1, 18, 2, 26, 825000, UTC)
    assert message.updated_at == datetime(2018, 3, 1, 18, 2, 26, 828000, UTC)
    assert (message.author.id, message.author.username, message.author.name) == (
        "i5FdM4ssFgAcQP62k",
        "pimenta.bot",
        "test",
    )
    again = json.loads(msgspec.json.encode(message))
    assert {name: again[name] for name in ("_id", "rid", "msg", "mentions", "channels", "u")} == {
        name: page["example result"]["message"][name]
        for name in ("_id", "rid", "msg", "mentions", "channels", "u")
    }


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (OutgoingMessage(room_id="r", text="hi"), {"rid": "r", "msg": "hi"}),
        (
            OutgoingMessage(id="i", room_id="r", text="hi", thread_id="t", show_in_channel=True),
            {"_id": "i", "rid": "r", "msg": "hi", "tmid": "t", "tshow": True},
        ),
        (
            OutgoingMessage(room_id="r", attachments=(Attachment(collapsed=False),)),
            {"rid": "r", "attachments": [{"collapsed": False}]},
        ),
        (
            OutgoingMessage(
                room_id="r", attachments=(Attachment(fields=[AttachmentField("a", "b")]),)
            ),
            {"rid": "r", "attachments": [{"fields": [{"title": "a", "value": "b"}]}]},
        ),
    ],
)
def test_what_is_unset_is_not_sent(message: OutgoingMessage, expected: dict):
    assert wire(message) == expected


@pytest.mark.parametrize(
    ("time", "written"),
    [
        (datetime(2016, 12, 9, 16, 53, 6, 761000, UTC), "2016-12-09T16:53:06.761Z"),
        (datetime(2016, 12, 9, 16, 53, 6, 0, UTC), "2016-12-09T16:53:06.000Z"),
        (datetime(2016, 12, 9, 16, 53, 6, 761999, UTC), "2016-12-09T16:53:06.761Z"),
        (
            datetime(2016, 12, 9, 18, 53, 6, 0, timezone(timedelta(hours=2))),
            "2016-12-09T16:53:06.000Z",
        ),
    ],
)
def test_times_are_written_in_utc_with_milliseconds(time: datetime, written: str):
    message = OutgoingMessage(room_id="r", attachments=(Attachment(ts=time),))
    assert wire(message)["attachments"] == [{"ts": written}]


def test_attachments_with_a_list_and_with_a_tuple_of_fields_are_equal():
    field = AttachmentField("a", "b")
    assert Attachment(fields=[field]) == Attachment(fields=(field,))
    assert len({Attachment(fields=[field]), Attachment(fields=(field,))}) == 1


some_text = st.text(min_size=1)
maybe_text = st.none() | some_text
milliseconds = st.datetimes(timezones=st.just(UTC)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)
attachments = st.builds(
    Attachment,
    **dict.fromkeys(
        set(Attachment.__struct_fields__) - {"ts", "fields", "collapsed", "title_link_download"},
        maybe_text,
    ),
    ts=st.none() | milliseconds,
    collapsed=st.none() | st.booleans(),
    title_link_download=st.none() | st.booleans(),
    fields=st.lists(st.builds(AttachmentField, some_text, some_text, st.booleans())),
)


@given(st.lists(attachments))
def test_what_was_sent_and_is_read_back_is_equal(sent: list[Attachment]):
    stored = {
        **wire(OutgoingMessage(id="i", room_id="r", text="hi", attachments=tuple(sent))),
        "ts": "2018-03-01T18:02:26.825Z",
        "u": {"_id": "me"},
    }
    body = json.dumps({"success": True, "message": stored})
    assert list(msgspec.json.decode(body, type=MessageReply).message.attachments) == sent


def test_ids_are_17_letters_and_digits_and_never_the_same():
    ids = {new_message_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(text) == 17 and text.isascii() and text.isalnum() for text in ids)
    assert len(ALPHABET) ** 17 >= 2**100


def test_ids_come_from_the_randomness_given():
    assert new_message_id(lambda choices: choices[-1]) == "9" * 17
