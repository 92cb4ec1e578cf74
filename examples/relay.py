"""Tells one room what is said in another, and back: `relay.py glimesh:streamer rocketchat:general`.

Run it with accounts that nobody else writes by: their own messages are not passed on.
"""

from __future__ import annotations

import sys

from backchannel import Chat
from backchannel.configuration import open_chat
from backchannel.event import Missed, Posted
from backchannel.message import Address


def relay(chat: Chat, one: str, other: str) -> None:
    """Pass messages on, translated and cut as the other platform needs it."""
    markup = {room: chat.capabilities(room).markup for room in (one, other)}
    with chat.listen(one, other) as events:
        print("listening to", one, other, flush=True)
        for event in events:
            here = str(event.room.address)
            there = other if here == one else one
            if isinstance(event, Posted) and not event.own:
                said = f"{event.message.author.display_name}: {event.message.text}"
                for receipt in chat.send_long(there, said, markup=markup[here]):
                    receipt.require()
            elif isinstance(event, Missed):
                chat.send(there, f"(something in {here} may be missing here)")


if __name__ == "__main__":
    rooms = sys.argv[1:3]
    with open_chat(only={Address.parse(room).backend for room in rooms}) as dispatcher:
        relay(dispatcher, *rooms)
