"""The server's settings: the longest text is read, and kept to from then on."""

from __future__ import annotations

import pytest

from backchannel.errors import InvalidInput, MalformedReply
from backchannel.local.rocketchat.seed import TEAM


def test_the_longest_text_is_what_the_server_says(connect, any_server):
    any_server.world.settings["Message_MaxAllowedSize"] = 7
    client = connect(any_server.url)
    assert client.load_limits() == 7
    assert client.send_message(TEAM, "x" * 7).message.text == "x" * 7
    with pytest.raises(InvalidInput, match="at most 7 UTF-16 code units"):
        client.send_message(TEAM, "x" * 8)


@pytest.mark.parametrize("value", [None, "many", 0, True, {"text": 5}])
def test_a_setting_that_is_no_number_above_0_is_refused(connect, server, value):
    server.world.settings["Message_MaxAllowedSize"] = value
    with pytest.raises(MalformedReply, match="Message_MaxAllowedSize"):
        connect(server.url).load_limits()
