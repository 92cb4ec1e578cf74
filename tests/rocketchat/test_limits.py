"""The longest text, as the server has set it."""

from __future__ import annotations

import json

import pytest

from backchannel.errors import InvalidInput, MalformedReply
from backchannel.local.rocketchat.seed import GENERAL
from backchannel.rocketchat import MessageTooLong

SETTING = "Message_MaxAllowedSize"


def test_the_servers_setting_holds_once_it_was_asked_for(connect, any_server):
    any_server.world.settings[SETTING] = 3
    client = connect(any_server.url)
    with pytest.raises(MessageTooLong):
        client.send_message(GENERAL, "four")
    assert client.load_limits() == 3
    with pytest.raises(InvalidInput, match="at most 3 UTF-16 code units"):
        client.send_message(GENERAL, "four")


def test_whoever_shares_the_session_knows_it_too(connect, server):
    server.world.settings[SETTING] = 6000
    client = connect(server.url)
    session = client.client.session
    client.load_limits()
    assert session.max_message_units == 6000
    assert client.send_message(GENERAL, "x" * 6000).message.text == "x" * 6000


@pytest.mark.parametrize("value", [0, -1, "5000", None, True, 1.5])
def test_what_is_no_length_is_malformed(connect, server, value):
    server.world.settings[SETTING] = value
    with pytest.raises(MalformedReply, match=f"the setting {SETTING} is {value!r}"):
        connect(server.url).load_limits()


def test_servers_that_give_all_settings_are_read_page_by_page(connect, server):
    def page(*names: str) -> bytes:
        settings = [{"_id": name, "value": 7} for name in names]
        return json.dumps({"success": True, "settings": settings}).encode()

    for names in (["A", "B"], ["C", SETTING]):
        server.faults.answer("settings.public", status=200, body=page(*names))
    assert connect(server.url).load_limits() == 7
    server.faults.answer("settings.public", status=200, body=page())
    with pytest.raises(MalformedReply, match="is None"):
        connect(server.url).load_limits()
