"""Files that go to a room: in one step or two, streamed, posted once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from backchannel.errors import (
    ConnectionLost,
    InvalidInput,
    Outcome,
)
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import BOB, STAFF, TEAM
from backchannel.rocketchat import EndpointNotFound, NotPermitted, RoomNotFound

DATA = bytes(range(256)) * 1000  # several chunks


class Pipe(io.RawIOBase):
    """An open file that cannot be wound back."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        return self._data.readinto(buffer)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a naïve 100%.bin"
    path.write_bytes(DATA)
    return path


def posted(server: LocalRocketChat) -> list[object]:
    """The messages with a file."""
    return [one for one in server.world.messages.values() if "file" in one.document]


def kept(server: LocalRocketChat) -> bytes:
    """What is in the one file of the one message."""
    (message,) = posted(server)
    return server.world.uploads[message.document["file"]["_id"]].content


FORMS = {
    "path": (lambda path: path, {}),
    "text": (str, {}),
    "bytes": (lambda path: DATA, {"name": "d.bin"}),
    "bytearray": (lambda path: bytearray(DATA), {"name": "d.bin"}),
    "open file": (lambda path: io.BytesIO(DATA), {"name": "d.bin"}),
    "pipe": (lambda path: Pipe(DATA), {"name": "d.bin", "size": len(DATA)}),
    "pieces": (
        lambda path: (DATA[i : i + 999] for i in range(0, len(DATA), 999)),
        {"name": "d.bin", "size": len(DATA)},
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_arrives_whole_in_whatever_form_it_is(connect, any_server, path, form):
    make, arguments = FORMS[form]
    receipt = connect(any_server.url).files.upload("#team", make(path), **arguments)
    assert receipt.outcome is Outcome.SENT
    assert kept(any_server) == DATA
    message = receipt.require()
    assert (message.room_id, message.file.id, message.file.size) == (TEAM, receipt.file_id, 256_000)
    assert message.file.name == arguments.get("name", path.name)


def test_an_open_file_is_sent_from_where_it_stands(connect, server):
    file = io.BytesIO(b"skipped, sent")
    file.seek(9)
    connect(server.url).files.upload(TEAM, file, name="x.txt")
    assert kept(server) == b"sent"


def test_caption_thread_and_type(connect, any_server):
    client = connect(any_server.url)
    first = client.send_message(TEAM, "look").message
    receipt = client.files.upload(TEAM, b"x", name="a.png", caption="A picture", thread_id=first.id)
    message = receipt.require()
    assert (message.text, message.thread_id, message.file.type) == (
        "A picture",
        first.id,
        "image/png",
    )
    other = client.files.upload(TEAM, b"x", name="a.png", content_type="text/x-odd").require()
    assert other.file.type == "text/x-odd"


def test_a_name_cannot_end_its_header(connect, server):
    receipt = connect(server.url).files.upload(TEAM, b"x", name='a"; filename="b\r\nX: y')
    assert receipt.require().file.name == "a%22; filename=%22b%0D%0AX: y"


def test_an_empty_file(connect, server):
    assert connect(server.url).files.upload(TEAM, b"", name="e.txt").require().file.size == 0


def test_progress_is_of_the_file_alone(connect, any_server):
    told: list[tuple[int, int]] = []
    connect(any_server.url).files.upload(
        TEAM, io.BytesIO(DATA), name="x", on_progress=lambda *far: told.append(far)
    )
    assert told[-1] == (len(DATA), len(DATA))
    assert told == sorted(told)
    assert len(told) > 3


@pytest.mark.parametrize("fault", ["cut_after_apply", "close_mid_body"])
def test_a_file_posted_whose_reply_is_lost_is_found_by_its_id(connect, server, fault):
    getattr(server.faults, fault)("rooms.mediaConfirm")
    receipt = connect(server.url).files.upload(TEAM, DATA, name="x")
    assert (receipt.outcome, receipt.read_back) == (Outcome.SENT, True)
    assert receipt.require().file.id == receipt.file_id
    assert len(posted(server)) == 1


def test_a_file_that_may_have_been_posted_is_never_posted_again(connect, server):
    server.faults.cut_before_apply("rooms.mediaConfirm")
    receipt = connect(server.url).files.upload(TEAM, DATA, name="x")
    assert (receipt.outcome, receipt.message) == (Outcome.UNKNOWN, None)
    with pytest.raises(ConnectionLost):
        receipt.require()
    assert posted(server) == []


def test_nor_is_one_when_reading_back_fails_too(connect, server):
    server.faults.html("rooms.mediaConfirm", status=504, apply=True)
    server.faults.html("channels.history", status=500, times=100)
    receipt = connect(server.url).files.upload(TEAM, DATA, name="x")
    assert receipt.outcome is Outcome.UNKNOWN
    assert "could not be read either" in receipt.error.__notes__[0]
    assert len(posted(server)) == 1


def test_sending_the_file_is_repeated(connect, server):
    server.faults.cut_after_apply("rooms.media/")
    server.faults.html("rooms.media/", status=503)
    receipt = connect(server.url).files.upload(TEAM, DATA, name="x")
    assert receipt.outcome is Outcome.SENT
    assert kept(server) == DATA
    assert server.faults.pending == 0


def test_what_can_be_read_only_once_is_sent_only_once(connect, server):
    server.faults.cut_after_apply("rooms.media/")
    with pytest.raises(ConnectionLost) as caught:
        connect(server.url).files.upload(TEAM, Pipe(DATA), name="x", size=len(DATA))
    assert caught.value.outcome is Outcome.NOT_SENT
    assert posted(server) == []


@pytest.mark.parametrize("age", [3, 7])
def test_in_one_step_a_lost_reply_leaves_it_open(connect, age):
    with LocalRocketChat(age=age) as server:
        server.faults.cut_after_apply("rooms.upload")
        receipt = connect(server.url).files.upload(TEAM, DATA, name="x")
        assert (receipt.outcome, receipt.file_id) == (Outcome.UNKNOWN, None)
        assert len(posted(server)) == 1


def test_the_servers_age_is_asked_for_once(connect, any_server):
    client = connect(any_server.url)
    client.files.upload(TEAM, b"1", name="x")
    any_server.faults.html("/api/info", status=500, times=100)
    client.files.upload(TEAM, b"2", name="x")
    assert len(posted(any_server)) == 2


def test_a_server_that_is_not_as_old_as_it_says(connect, server):
    body = b'{"success": true, "version": "7.2"}'
    server.faults.answer("/api/info", status=200, body=body)
    with pytest.raises(EndpointNotFound) as caught:
        connect(server.url).files.upload(TEAM, DATA, name="x")
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_room_of_others(connect, any_server):
    client = connect(any_server.url, BOB)
    with pytest.raises(NotPermitted):
        client.files.upload(STAFF, DATA, name="x")
    with pytest.raises(RoomNotFound):
        client.files.upload("#nowhere", DATA, name="x")
    assert posted(any_server) == []


@pytest.mark.parametrize(
    ("file", "arguments", "match"),
    [
        (b"x", {}, "name: must be given"),
        (b"x" * 11, {"name": "x", "max_bytes": 10}, "file: at most 10 bytes; given: 11 bytes"),
        ((b"x",), {"name": "x"}, "size: must be given in bytes"),
        (b"x", {"name": "x", "size": 2}, "size: is 1 bytes; given: 2 bytes"),
        ((b"x",), {"name": "x", "size": -1}, "size: must be 0 or more bytes"),
        (7, {"name": "x"}, "file: must be a file; given: int"),
        (b"x", {"name": "x", "caption": "\U0001f600" * 2501}, "caption: at most 5000 UTF-16"),
        (b"x", {"name": "x", "content_type": "text\r\nX: y"}, "content_type: must be a media type"),
        (b"x", {"name": "x", "thread_id": "a b"}, "thread_id: must be printable"),
        (b"x", {"name": " "}, "name: must not be blank"),
    ],
)
def test_what_the_server_would_refuse_is_not_sent(connect, file, arguments, match):
    with pytest.raises(InvalidInput, match=match):
        connect("http://127.0.0.1:9").files.upload(TEAM, file, **arguments)


def test_a_file_that_is_not_there(connect, tmp_path):
    with pytest.raises(FileNotFoundError):
        connect("http://127.0.0.1:9").files.upload(TEAM, tmp_path / "nothing")


@pytest.mark.parametrize(("pieces", "given"), [((b"abc",), "3 bytes"), ((b"abc", b"def"), "more")])
def test_a_file_of_another_length_than_said_is_not_posted(connect, server, pieces, given):
    client = connect(server.url)
    with pytest.raises(InvalidInput, match=f"must be 5 bytes.*given: {given}") as caught:
        client.files.upload(TEAM, iter(pieces), name="x", size=5)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert posted(server) == []


def test_what_reading_the_file_raises_is_raised(connect, any_server):
    def pieces() -> Iterator[bytes]:
        yield b"abc"
        raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"):
        connect(any_server.url).files.upload(TEAM, pieces(), name="x", size=5)
    assert posted(any_server) == []


def test_a_file_larger_than_the_server_takes(connect, any_server):
    any_server.world.settings["FileUpload_MaxFileSize"] = 10
    with pytest.raises(Exception, match="error-file-too-large") as caught:
        connect(any_server.url).files.upload(TEAM, DATA, name="x")
    assert caught.value.outcome is Outcome.NOT_SENT
