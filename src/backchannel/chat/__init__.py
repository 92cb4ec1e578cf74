"""The dispatcher: one vocabulary over several platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names

if TYPE_CHECKING:
    from backchannel.chat.asynchronous import AsyncChat
    from backchannel.chat.blocking import Chat
    from backchannel.chat.listening import Listening

__all__ = ["AsyncChat", "Chat", "Listening"]

_HOMES = {"AsyncChat": "asynchronous", "Chat": "blocking", "Listening": "listening"}

__getattr__ = lazy_names(__name__, _HOMES)
