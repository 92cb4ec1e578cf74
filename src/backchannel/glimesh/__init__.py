"""Glimesh: clients, limits, errors, and the dispatcher's backend."""

from backchannel.glimesh.client import AsyncGlimesh, Glimesh
from backchannel.glimesh.errors import (
    AccountTooYoung,
    BannedFromChannel,
    BannedFromSite,
    LinksBlocked,
    MessageRejected,
    NotFollowing,
    ResourceNotFound,
    StreamingDenied,
    TitleRejected,
    Unauthorized,
    UnconfirmedEmail,
)
from backchannel.glimesh.limits import MAX_MESSAGE_LENGTH

__all__ = [
    "MAX_MESSAGE_LENGTH",
    "AccountTooYoung",
    "AsyncGlimesh",
    "BannedFromChannel",
    "BannedFromSite",
    "Glimesh",
    "LinksBlocked",
    "MessageRejected",
    "NotFollowing",
    "ResourceNotFound",
    "StreamingDenied",
    "TitleRejected",
    "Unauthorized",
    "UnconfirmedEmail",
]
