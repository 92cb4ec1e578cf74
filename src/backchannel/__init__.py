"""Typed chat for Python over Glimesh and Rocket.Chat, behind one interface.

Names are loaded on first use, so that `import backchannel` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names
from backchannel.version import VERSION

if TYPE_CHECKING:
    from backchannel.chat import AsyncChat, Chat
    from backchannel.errors import BackchannelError, Outcome
    from backchannel.glimesh import AsyncGlimesh, Glimesh
    from backchannel.message import Address, Author, Draft, Message, Receipt, Room
    from backchannel.rocketchat import AsyncRocketChat, Attachment, AttachmentField, RocketChat
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

__all__ = [
    "Address",
    "AsyncChat",
    "AsyncGlimesh",
    "AsyncRocketChat",
    "Attachment",
    "AttachmentField",
    "Author",
    "BackchannelError",
    "Chat",
    "Draft",
    "Glimesh",
    "Limits",
    "Message",
    "Outcome",
    "Receipt",
    "RetryPolicy",
    "RocketChat",
    "Room",
    "__version__",
]

__version__ = VERSION

_HOMES = {
    "Address": "message",
    "AsyncChat": "chat",
    "AsyncGlimesh": "glimesh",
    "AsyncRocketChat": "rocketchat",
    "Attachment": "rocketchat",
    "AttachmentField": "rocketchat",
    "Author": "message",
    "BackchannelError": "errors",
    "Chat": "chat",
    "Draft": "message",
    "Glimesh": "glimesh",
    "Limits": "wire.rules",
    "Message": "message",
    "Outcome": "errors",
    "Receipt": "message",
    "RetryPolicy": "wire.retry",
    "RocketChat": "rocketchat",
    "Room": "message",
}


__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
