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
from backchannel.rocketchat.login import PasswordLogin, ResumeToken
from backchannel.rocketchat.messages import (
    ChannelMention,
    MessageLink,
    OutgoingMessage,
    RocketChatMessage,
    RocketChatUser,
    SentMessage,
)
from backchannel.rocketchat.profile import Profile
from backchannel.rocketchat.rooms import RocketChatRoom, RoomKind
from backchannel.rocketchat.second_factor import AsyncSecondFactor, Challenge, SecondFactor

__all__ = [
    "AsyncRocketChat",
    "AsyncSecondFactor",
    "Attachment",
    "AttachmentField",
    "Challenge",
    "ChannelMention",
    "Credentials",
    "EndpointNotFound",
    "LoginRefused",
    "MessageDropped",
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
    "Profile",
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
