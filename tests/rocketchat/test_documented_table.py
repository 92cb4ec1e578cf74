"""The documentation page of chat.sendMessage: a test for each row of its tables, over HTTP.

Each property is sent with the example of its row; what the server got must be it, under the name of
the row, and what comes back must say the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from backchannel.errors import InvalidInput
from backchannel.local.rocketchat.seed import TEAM
from backchannel.rocketchat import Attachment, AttachmentField

ID = "ByehQjC44FwMeiLbX"
TIME = datetime(2016, 12, 9, 16, 53, 6, 761000, UTC)

# Row: how it is said in Python, and what is on the wire.
PAYLOAD = {
    "_id": ({"message_id": ID}, ID),
    "rid": ({}, TEAM),
    "msg": ({}, "Sample message"),
    "alias": ({"alias": "Some Name"}, "Some Name"),
    "emoji": ({"emoji": ":smirk:"}, ":smirk:"),
    "avatar": ({"avatar": "http://site.com/logo.png"}, "http://site.com/logo.png"),
    "attachments": ({"attachments": [Attachment()]}, [{}]),
}
# Row: its example, what else it needs, and what is on the wire if that is not the example.
ATTACHMENT = {
    "color": ("#ff0000", {}),
    "text": ("Sample attachment text", {}),
    "ts": (TIME, {}),
    "thumb_url": ("https://site.com/img.png", {}),
    "message_link": ("https://pimenta.chat", {"ts": TIME}),
    "collapsed": (False, {}),
    "author_name": ("Bradley Hilton", {}),
    "author_link": ("https://bit.ly/", {}),
    "author_icon": ("https://site.com/img.png", {}),
    "title": ("Attachment Title", {}),
    "title_link": ("https://youtube.com", {}),
    "title_link_download": (True, {"title_link": "https://youtube.com"}),
    "image_url": ("https://site.com/img.png", {}),
    "audio_url": ("https://site.com/aud.mp3", {}),
    "video_url": ("https://site.com/vid.mp4", {}),
    "fields": ((AttachmentField("Status", "online"),), {}),
}
WRITTEN = {"ts": "2016-12-09T16:53:06.761Z", "fields": [{"title": "Status", "value": "online"}]}
FIELD = {"short": True, "title": "Status", "value": "online"}


@pytest.mark.parametrize("row", PAYLOAD)
def test_a_row_of_the_payload(connect, server, row):
    arguments, written = PAYLOAD[row]
    sent = connect(server.url).send_message(TEAM, "Sample message", **arguments).message
    assert server.world.messages[sent.id].document[row] == written
    told = {"_id": "id", "rid": "room_id", "msg": "text"}.get(row, row)
    expected = (Attachment(),) if row == "attachments" else written
    assert getattr(sent, told) == expected


def test_the_id_and_the_room_are_required_and_the_text_is_not(connect, server):
    client = connect(server.url)
    sent = client.send_message(TEAM, attachments=[Attachment(text="x")]).message
    assert re.fullmatch(r"[0-9A-Za-z]{17}", sent.id)
    assert sent.text == ""
    with pytest.raises(InvalidInput, match="room_id: must not be blank"):
        client.send_message("", "hi")
    with pytest.raises(InvalidInput, match="text: must not be blank without attachments"):
        client.send_message(TEAM)


@pytest.mark.parametrize("row", ATTACHMENT)
def test_a_row_of_the_attachments(connect, server, row):
    example, needed = ATTACHMENT[row]
    card = Attachment(**{**needed, row: example})
    sent = connect(server.url).send_message(TEAM, attachments=[card]).message
    (stored,) = server.world.messages[sent.id].document["attachments"]
    assert stored[row] == WRITTEN.get(row, example)
    assert stored.keys() == {row, *needed}
    assert sent.attachments == (card,)


@pytest.mark.parametrize("row", FIELD)
def test_a_row_of_the_fields(connect, server, row):
    client = connect(server.url)
    card = Attachment(fields=[AttachmentField(**FIELD)])
    sent = client.send_message(TEAM, attachments=[card]).message
    ((field,),) = (one["fields"] for one in server.world.messages[sent.id].document["attachments"])
    assert field[row] == FIELD[row]
    assert getattr(sent.attachments[0].fields[0], row) == FIELD[row]


def test_short_is_false_unless_it_is_given_and_the_others_are_required():
    assert AttachmentField("Status", "online").short is False
    with pytest.raises(TypeError):
        AttachmentField("Status")


def test_no_row_is_missing(page):
    (example,) = page["message object example"]["message"]["attachments"]
    assert ATTACHMENT.keys() == example.keys() == set(Attachment.__struct_fields__)
    assert FIELD.keys() == example["fields"][0].keys() == set(AttachmentField.__struct_fields__)


def test_the_whole_example_over_http(connect, any_server, page):
    example = page["message object example"]["message"]
    cards = [
        Attachment(
            **{
                **card,
                "ts": datetime.fromisoformat(card["ts"]),
                "fields": [AttachmentField(**field) for field in card["fields"]],
            }
        )
        for card in example["attachments"]
    ]
    looks = {name: example[name] for name in ("alias", "emoji", "avatar")}
    sent = connect(any_server.url).send_message(
        example["rid"], example["msg"], attachments=cards, **looks
    )
    stored = any_server.world.messages[sent.message.id].document
    assert {name: stored[name] for name in example} == example
    assert sent.message.attachments == tuple(cards)
