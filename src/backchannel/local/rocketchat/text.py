"""What the server reads in a message's text: links, mentioned users and channels, markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backchannel.local.rocketchat.errors import Age
from backchannel.local.rocketchat.world import JSONObject, World
from backchannel.wire.json import JSON

_LINK = re.compile(r"https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]")
_USER = re.compile(r"(?:^|(?<=\s))@([\w.-]*\w)")
_CHANNEL = re.compile(r"(?:^|(?<=\s))#([\w.-]*\w)")
_EVERYBODY = ("all", "here")


def length(text: str) -> int:
    """The length as JavaScript counts: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def annotate(world: World, message: JSONObject, age: Age, previews: Sequence[str] | None) -> None:
    """Write `urls`, `mentions`, `channels` and, since 7, `md` into a message.

    `previews` are the links to be previewed, None for all of them.
    """
    text = str(message["msg"])
    message["mentions"] = _mentions(world, text)
    message["channels"] = _channels(world, text)
    if message.get("parseUrls") is not False:
        message["urls"] = _urls(text, age, previews)
    if age > 3 and text:
        message["md"] = [{"type": "PARAGRAPH", "value": [{"type": "PLAIN_TEXT", "value": text}]}]


def _urls(text: str, age: Age, previews: Sequence[str] | None) -> list[JSON]:
    found: list[JSON] = []
    for link in dict.fromkeys(_LINK.findall(text)):
        url: JSONObject = {"url": link}
        if age > 3:
            url["meta"] = {}
            if previews is not None and link not in previews:
                url["ignoreParse"] = True
        found.append(url)
    return found


def _mentions(world: World, text: str) -> list[JSON]:
    found: list[JSON] = []
    for name in dict.fromkeys(_USER.findall(text)):
        user = world.user_named(name)
        if name in _EVERYBODY:
            found.append({"_id": name, "username": name})
        elif user is not None:
            found.append({**user.reference(), "type": "user"})
    return found


def _channels(world: World, text: str) -> list[JSON]:
    found: list[JSON] = []
    for name in dict.fromkeys(_CHANNEL.findall(text)):
        room = world.room_named(name)
        if room is not None:
            found.append({"_id": room.id, "name": name})
    return found
