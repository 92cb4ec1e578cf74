"""Rocket.Chat over its REST API: typed messages and attachments, rooms, history.

`RocketChat` and `AsyncRocketChat` are the clients. Importing this package opens nothing and
loads no HTTP library; a client loads its own when it is made.
"""

from backchannel.rocketchat.async_client import AsyncRocketChat
from backchannel.rocketchat.attachments import Attachment, AttachmentField
from backchannel.rocketchat.backend import RocketChatBackend
from backchannel.rocketchat.client import RocketChat
from backchannel.rocketchat.errors import (
    EndpointNotFound,
    MessageDropped,
    MessageIdTaken,
    MessageNotFound,
    NotAuthenticated,
    NotPermitted,
    RoomNotFound,
    TwoFactorRequired,
    UserNotFound,
)
from backchannel.rocketchat.messages import (
    ChannelMention,
    MessageLink,
    OutgoingMessage,
    RocketChatMessage,
    RocketChatUser,
    SentMessage,
)
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind

__all__ = [
    "AsyncRocketChat",
    "Attachment",
    "AttachmentField",
    "ChannelMention",
    "EndpointNotFound",
    "MessageDropped",
    "MessageIdTaken",
    "MessageLink",
    "MessageNotFound",
    "NotAuthenticated",
    "NotPermitted",
    "OutgoingMessage",
    "RocketChat",
    "RocketChatBackend",
    "RocketChatMessage",
    "RocketChatRoom",
    "RocketChatUser",
    "RoomKind",
    "RoomNotFound",
    "SentMessage",
    "TwoFactorRequired",
    "UserNotFound",
]
