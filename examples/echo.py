"""Says again what is asked for: `echo.py rocketchat:general`, then somebody says `!echo hello`."""

from __future__ import annotations

import sys

from backchannel import Chat
from backchannel.configuration import open_chat
from backchannel.event import Posted
from backchannel.message import Address

COMMAND = "!echo "


def echo(chat: Chat, address: str) -> None:
    """Answer in the room, until the program is ended."""
    with chat.listen(address) as events:
        print("listening to", address, flush=True)
        for event in events:
            if isinstance(event, Posted) and not event.own:
                text = event.message.text
                if text.startswith(COMMAND):
                    chat.send(address, text.removeprefix(COMMAND)).require()


if __name__ == "__main__":
    room = sys.argv[1]
    with open_chat(only=[Address.parse(room).backend]) as dispatcher:
        echo(dispatcher, room)
