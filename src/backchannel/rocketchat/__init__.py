"""Rocket.Chat over its REST API: typed messages and attachments, rooms, history.

`RocketChat` and `AsyncRocketChat` are the clients. Importing this package opens nothing and
loads no HTTP library; a client loads its own when it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names
from backchannel.rocketchat.async_client import AsyncRocketChat
from backchannel.rocketchat.attachments import Attachment, AttachmentField
from backchannel.rocketchat.backend import RocketChatBackend
from backchannel.rocketchat.client import RocketChat
from backchannel.rocketchat.credentials import Credentials, PersonalToken, Token
from backchannel.rocketchat.errors import (
    EndpointNotFound,
    FileNotFound,
    LoginRefused,
    MessageDropped,
    MessageIdTaken,
    MessageNotFound,
    MessageTooLong,
    Muted,
    NotAuthenticated,
    NotInRoom,
    NotPermitted,
    RoomArchived,
    RoomBlocked,
    RoomNotFound,
    RoomReadOnly,
    TwoFactorExhausted,
    TwoFactorInvalid,
    TwoFactorRequired,
    UserNotFound,
)
from backchannel.rocketchat.listing import ReadReceipt
from backchannel.rocketchat.login import PasswordLogin, ResumeToken
from backchannel.rocketchat.messages import (
    ChannelMention,
    MessageFile,
    MessageLink,
    OutgoingMessage,
    RocketChatMessage,
    RocketChatUser,
    SentMessage,
)
from backchannel.rocketchat.posting import PostReceipt
from backchannel.rocketchat.profile import Profile
from backchannel.rocketchat.realtime.events import (
    ListeningEvent,
    MessageChanged,
    MessageDeleted,
    MessageEdited,
    MessageNew,
    Polling,
    RoomEvent,
)
from backchannel.rocketchat.realtime.timing import ListeningTiming
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind
from backchannel.rocketchat.second_factor import AsyncSecondFactor, Challenge, SecondFactor
from backchannel.rocketchat.uploading import FileReceipt

if TYPE_CHECKING:
    from backchannel.rocketchat.realtime.blocking import BlockingListening
    from backchannel.rocketchat.realtime.listening import Listening

__all__ = [
    "AsyncRocketChat",
    "AsyncSecondFactor",
    "Attachment",
    "AttachmentField",
    "BlockingListening",
    "Challenge",
    "ChannelMention",
    "Credentials",
    "EndpointNotFound",
    "FileNotFound",
    "FileReceipt",
    "Listening",
    "ListeningEvent",
    "ListeningTiming",
    "LoginRefused",
    "MessageChanged",
    "MessageDeleted",
    "MessageDropped",
    "MessageEdited",
    "MessageFile",
    "MessageIdTaken",
    "MessageLink",
    "MessageNew",
    "MessageNotFound",
    "MessageTooLong",
    "Muted",
    "NotAuthenticated",
    "NotInRoom",
    "NotPermitted",
    "OutgoingMessage",
    "PasswordLogin",
    "PersonalToken",
    "Polling",
    "PostReceipt",
    "Profile",
    "ReadReceipt",
    "ResumeToken",
    "RocketChat",
    "RocketChatBackend",
    "RocketChatMessage",
    "RocketChatRoom",
    "RocketChatUser",
    "RoomArchived",
    "RoomBlocked",
    "RoomEvent",
    "RoomKind",
    "RoomNotFound",
    "RoomReadOnly",
    "SecondFactor",
    "SentMessage",
    "Token",
    "TwoFactorExhausted",
    "TwoFactorInvalid",
    "TwoFactorRequired",
    "UserNotFound",
]

# Programs that do not listen do without asyncio.
__getattr__ = lazy_names(
    __name__, {"BlockingListening": "realtime.blocking", "Listening": "realtime.listening"}
)
