"""Accounts from a file, the environment and arguments: what clients and `Chat` are made of.

`docs/configuration.md` has the file and the variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names

if TYPE_CHECKING:
    from backchannel.configuration.accounts import GlimeshAccount, RocketChatAccount
    from backchannel.configuration.chats import open_async_chat, open_chat
    from backchannel.configuration.loading import Configuration, load_configuration
    from backchannel.configuration.settings import GlimeshSettings, RocketChatSettings

__all__ = [
    "Configuration",
    "GlimeshAccount",
    "GlimeshSettings",
    "RocketChatAccount",
    "RocketChatSettings",
    "load_configuration",
    "open_async_chat",
    "open_chat",
]

_HOMES = {
    "Configuration": "loading",
    "GlimeshAccount": "accounts",
    "GlimeshSettings": "settings",
    "RocketChatAccount": "accounts",
    "RocketChatSettings": "settings",
    "load_configuration": "loading",
    "open_async_chat": "chats",
    "open_chat": "chats",
}


__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
