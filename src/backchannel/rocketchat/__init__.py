"""Rocket.Chat over its REST API: typed messages and attachments, rooms, history.

`RocketChat` and `AsyncRocketChat` are the clients. Importing this package opens nothing and
loads no HTTP library; a client loads its own when it is made.
"""

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
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind
from backchannel.rocketchat.second_factor import AsyncSecondFactor, Challenge, SecondFactor
from backchannel.rocketchat.uploading import FileReceipt

__all__ = [
    "AsyncRocketChat",
    "AsyncSecondFactor",
    "Attachment",
    "AttachmentField",
    "Challenge",
    "ChannelMention",
    "Credentials",
    "EndpointNotFound",
    "FileNotFound",
    "FileReceipt",
    "LoginRefused",
    "MessageDropped",
    "MessageFile",
    "MessageIdTaken",
    "MessageLink",
    "MessageNotFound",
    "MessageTooLong",
    "Muted",
    "NotAuthenticated",
    "NotInRoom",
    "NotPermitted",
    "OutgoingMessage",
    "PasswordLogin",
    "PersonalToken",
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
