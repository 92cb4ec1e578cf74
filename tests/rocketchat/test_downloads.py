"""Files that come from a room: from the server alone, in pieces, whole or not at all."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from backchannel.errors import ConnectionLost, InvalidInput, RedirectRefused, ReplyTooLarge
from backchannel.local.rocketchat.seed import ALICE, BOB, STAFF, TEAM
from backchannel.rocketchat import AsyncRocketChat, Attachment, FileNotFound, NotPermitted
from backchannel.rocketchat.downloading import file_url
from backchannel.rocketchat.messages import RocketChatMessage
from support.rawserver import Peer, RawServer, http

DATA = bytes(range(256)) * 1000
PLACE = "/file-upload/"


def upload(client, room: str = TEAM, name: str = "d & é 100%.bin") -> RocketChatMessage:
    return client.files.upload(room, DATA, name=name).require()


def test_a_file_comes_as_it_went(connect, any_server, tmp_path):
    client = connect(any_server.url)
    message = upload(client)
    (attachment,) = message.attachments
    to = tmp_path / "copy"
    for file in (
        message,
        attachment,
        attachment.title_link,
        any_server.url + attachment.title_link,
    ):
        assert client.files.read(file) == DATA
        assert client.files.download(file, to) == len(DATA)
        assert to.read_bytes() == DATA
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_an_open_file_is_written_from_where_it_stands(connect, server):
    client, opened = connect(server.url), io.BytesIO()
    opened.write(b"before ")
    assert client.files.download(upload(client), opened) == len(DATA)
    assert opened.getvalue() == b"before " + DATA


@pytest.mark.parametrize("max_bytes", [0, len(DATA) - 1])
def test_a_file_that_is_too_large_leaves_nothing(connect, server, tmp_path, max_bytes):
    client, opened = connect(server.url), io.BytesIO(b"")
    message, to = upload(client), tmp_path / "copy"
    to.write_bytes(b"old")
    for call in (
        lambda: client.files.download(message, to, max_bytes=max_bytes),
        lambda: client.files.download(message, opened, max_bytes=max_bytes),
        lambda: client.files.read(message, max_bytes=max_bytes),
    ):
        with pytest.raises(ReplyTooLarge, match=f"over {max_bytes} bytes"):
            call()
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    assert (to.read_bytes(), opened.getvalue()) == (b"old", b"")


def test_a_broken_download_is_begun_again(connect, server, tmp_path):
    client = connect(server.url)
    message, opened = upload(client), io.BytesIO()
    for to in (tmp_path / "copy", opened):
        server.faults.close_mid_body(PLACE)
        assert client.files.download(message, to) == len(DATA)
    server.faults.html(PLACE, status=503)
    assert client.files.read(message) == DATA
    assert (tmp_path / "copy").read_bytes() == opened.getvalue() == DATA


def test_a_download_that_never_comes_whole_leaves_nothing(connect, server, tmp_path):
    client, opened = connect(server.url), io.BytesIO()
    message = upload(client)
    server.faults.close_mid_body(PLACE, times=100)
    for to in (tmp_path / "copy", opened):
        with pytest.raises(ConnectionLost):
            client.files.download(message, to)
    assert (list(tmp_path.iterdir()), opened.getvalue()) == ([], b"")


def test_a_download_that_is_given_up_leaves_nothing(tmp_path):
    async def give_up() -> list[Path]:
        async with AsyncRocketChat(half.url, user_id="u", auth_token="t") as client:
            download = client.files.download("/file-upload/1/x", tmp_path / "copy")
            task = asyncio.create_task(download)
            while not any(path.stat().st_size for path in tmp_path.iterdir()):  # noqa: ASYNC110 - a file system tells nobody
                await asyncio.sleep(0.001)
            before = list(tmp_path.iterdir())
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return before

    def send_half(peer: Peer) -> None:
        peer.read()
        peer.write(http(DATA, length=2 * len(DATA)))
        peer.idle()

    with RawServer(send_half) as half:
        (partial,) = asyncio.run(give_up())
    assert partial.name.startswith(".copy.")
    assert list(tmp_path.iterdir()) == []


class Drain(io.RawIOBase):
    """An open file that cannot be wound back."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def test_what_cannot_be_wound_back_is_written_once(connect, server):
    client, drain = connect(server.url), Drain()
    message = upload(client)
    server.faults.close_mid_body(PLACE)
    with pytest.raises(ConnectionLost):
        client.files.download(message, drain)
    assert DATA.startswith(drain.data)
    whole = Drain()
    assert client.files.download(message, whole) == len(DATA)
    assert whole.data == DATA


def test_what_writing_raises_is_raised(connect, server, tmp_path):
    client = connect(server.url)
    message = upload(client)

    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        client.files.download(message, Full())
    with pytest.raises(FileNotFoundError):
        client.files.download(message, tmp_path / "nowhere" / "copy")


def test_files_of_others_and_none(connect, any_server):
    message = upload(connect(any_server.url, ALICE), STAFF)
    with pytest.raises(NotPermitted):
        connect(any_server.url, BOB).files.read(message)
    with pytest.raises(FileNotFound):
        connect(any_server.url, BOB).files.read("/file-upload/none/x.txt")


def test_files_that_are_kept_elsewhere(connect, server, tmp_path):
    client = connect(server.url)
    message = upload(client)
    location = "https://bucket.s3.example.org/key?X-Amz-Signature=hush"
    server.faults.answer(PLACE, status=302, headers={"Location": location})
    with pytest.raises(RedirectRefused) as caught:
        client.files.download(message, tmp_path / "copy")
    assert caught.value.target == "https://bucket.s3.example.org/key"
    assert "hush" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("https://elsewhere.example.org/file-upload/1/x", "must be on the server"),
        ("//elsewhere.example.org/file-upload/1/x", "must be on the server"),
        ("http://chat.example.org/file-upload/1/x", "must be on the server"),
        ("https://chat.example.org:444/file-upload/1/x", "must be on the server"),
        ("https://me:pw@chat.example.org/file-upload/1/x", "must be on the server"),
        ("javascript:alert(1)", "must be on the server"),
        ("https://[x/file-upload/1/x", "must be a link"),
        ("/api/v1/logout", "must be a link to an uploaded file"),
        ("/file-upload/../api/v1/me", "must be a link to an uploaded file"),
        ("/file-upload/%2e%2e/api/v1/me", "must be a link to an uploaded file"),
        ("/file-upload/%252e%252e/api/v1/me", "must be a link to an uploaded file"),
        ("/file-upload/..%5c..%5capi", "must be a link to an uploaded file"),
        ("/file-upload/1/a%0d%0aX: y", "must be a link to an uploaded file"),
        ("", "must not be blank"),
        (None, "must be text"),
    ],
)
def test_credentials_go_to_no_other_place(session, link, why):
    with pytest.raises(InvalidInput, match=why) as caught:
        file_url(session, link)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "url"),
    [
        ("/file-upload/1/a%20b.txt", "/file-upload/1/a%20b.txt"),
        ("/file-upload/1/é 100%25.txt?download", "/file-upload/1/%C3%A9%20100%25.txt"),
        ("HTTPS://CHAT.example.org:443/ufs/Old:Store/1/x", "/ufs/Old%3AStore/1/x"),
        (Attachment(image_url="/file-upload/1/x.png"), "/file-upload/1/x.png"),
        (Attachment(audio_url="/file-upload/1/x.ogg"), "/file-upload/1/x.ogg"),
        (Attachment(video_url="/file-upload/1/x.mp4"), "/file-upload/1/x.mp4"),
    ],
)
def test_links_to_files_of_the_server(session, file, url):
    assert file_url(session, file) == f"https://chat.example.org{url}"


def test_an_attachment_without_a_file(session):
    with pytest.raises(InvalidInput, match="must show a file"):
        file_url(session, Attachment(text="x"))


def test_a_cap_is_not_negative(connect):
    client = connect("http://127.0.0.1:9")
    with pytest.raises(InvalidInput, match="max_bytes"):
        client.files.read("/file-upload/1/x", max_bytes=-1)
    with pytest.raises(InvalidInput, match="max_bytes"):
        client.files.download("/file-upload/1/x", Path("x"), max_bytes=-1)
