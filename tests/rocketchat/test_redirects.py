"""Redirects, each status to each kind of target from each call: nothing of it goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from backchannel.errors import RedirectRefused
from backchannel.local.rocketchat import Account
from backchannel.rocketchat import PasswordLogin, RocketChat, RocketChatRoom, RoomKind
from support import rawserver
from support.rawserver import RawServer, Received, http

USER, TOKEN, PASSWORD, TEXT = "hush-user", "hush-token", "hush-password", "hush-text"
ACCOUNT = Account(USER, "me", "Me", TOKEN, PASSWORD)
ROOM = RocketChatRoom(id="r", kind=RoomKind.CHANNEL)
STATUSES = [301, 302, 303, 307, 308]

CALLS: dict[str, Callable[[object], object]] = {
    "login": lambda client: client.me(),
    "send": lambda client: client.send_message("r", TEXT),
    "history": lambda client: client.history(ROOM),
    "upload": lambda client: client.files.upload(ROOM, TEXT.encode(), name=f"{TEXT}.txt"),
    "download": lambda client: client.files.read("/file-upload/1/x"),
}
TARGETS: dict[str, Callable[[int, int], str]] = {
    "the same host": lambda own, other: f"http://127.0.0.1:{own}/moved",
    "an upper-case host": lambda own, other: f"HTTP://LOCALHOST:{own}/moved",
    "another host": lambda own, other: f"http://localhost:{other}/moved",
    "a host without a scheme": lambda own, other: f"//localhost:{other}/moved",
    "another port": lambda own, other: f"http://127.0.0.1:{other}/moved",
    "plain http": lambda own, other: f"http://127.0.0.1:{other}/moved",
    "a user before the host": lambda own, other: f"http://me@127.0.0.1:{other}/moved",
}
VERSION = http(b'{"success":true,"version":"8.1"}')


@pytest.fixture
def elsewhere() -> Iterator[RawServer]:
    """Another server on this machine, where redirects lead."""
    with RawServer(rawserver.always(http(b'{"success":true}'))) as server:
        yield server


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("call", CALLS)
def test_nothing_leaves_the_server_that_was_meant(connect, monkeypatch, elsewhere, target, call):
    status, location = 0, ""

    def redirect(received: Received) -> bytes:
        if received.target == "/api/info":
            return VERSION
        return http(b"", status=status, headers={"Location": location})

    # aiohttp has read the system's certificates before a test can name one of its own.
    monkeypatch.setenv("SSL_CERT_FILE", str(rawserver.TLS / "certificate.pem"))
    tls = target == "plain http" and connect.kind is RocketChat
    with RawServer(rawserver.answering(redirect), tls=tls) as own:
        location = TARGETS[target](own.port, elsewhere.port)
        for each in STATUSES:
            status = each  # which the server's handler reads
            login = {"credentials": PasswordLogin("me", PASSWORD)} if call == "login" else {}
            client = connect(own.url, ACCOUNT, **login)
            with pytest.raises(RedirectRefused) as caught:
                CALLS[call](client)
            client.close()
            assert "hush" not in f"{caught.value!r} {caught.value.target}"
            assert caught.value.target.endswith("/moved")
    assert elsewhere.connections == 0
    # A send that may have been stored is looked up, on the server that was meant.
    asked = [request.target for request in own.requests if request.target != "/api/info"]
    assert len(asked) == len(STATUSES) + (3 if call == "send" else 0)
    assert "/moved" not in asked
