"""Keeps a word out of a room: `python examples/moderate.py glimesh:streamer spoiler`."""

from __future__ import annotations

import sys

from backchannel import Chat
from backchannel.action import Ban, TimeOut
from backchannel.capability import Capability
from backchannel.configuration import open_chat
from backchannel.event import Edited, Posted
from backchannel.message import Address


def moderate(chat: Chat, address: str, word: str) -> None:
    """Delete messages with the word, and keep their authors from writing."""
    punish = TimeOut if Capability.TIME_OUT in chat.capabilities(address) else Ban
    with chat.listen(address) as events:
        print("listening to", address, flush=True)
        for event in events:
            if isinstance(event, Posted | Edited) and not event.own and word in event.message.text:
                chat.delete(address, event.message)
                chat.moderate(address, punish(event.message.author))


if __name__ == "__main__":
    room, unwanted = sys.argv[1:]
    with open_chat(only=[Address.parse(room).backend]) as dispatcher:
        moderate(dispatcher, room, unwanted)
