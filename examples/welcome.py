"""Greets everybody at their first message: `python examples/welcome.py rocketchat:general`."""

from __future__ import annotations

import sys

from backchannel import Chat
from backchannel.configuration import open_chat
from backchannel.event import Posted
from backchannel.message import Address


def welcome(chat: Chat, address: str) -> None:
    """Greet who has written nothing in the newest thousand messages."""
    with chat.listen(address) as events:
        known = {message.author.id for message in chat.history(address, limit=1000)}
        print("listening to", address, flush=True)
        for event in events:
            if isinstance(event, Posted) and not event.own:
                author = event.message.author
                if author.id not in known:
                    known.add(author.id)
                    chat.send(address, f"Welcome, @{author.username}!").require()


if __name__ == "__main__":
    room = sys.argv[1]
    with open_chat(only=[Address.parse(room).backend]) as dispatcher:
        welcome(dispatcher, room)
