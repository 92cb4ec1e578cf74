"""Glimesh: clients, credentials, limits, errors, and the dispatcher's backend.

What only applications with OAuth need is loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from backchannel.lazy import lazy_names

if TYPE_CHECKING:
    from backchannel.glimesh.grants import ClientCredentials, RefreshToken
    from backchannel.glimesh.login import AsyncLogin, Login
    from backchannel.glimesh.oauth import (
        AccessDenied,
        InvalidClient,
        InvalidGrant,
        InvalidRequest,
        InvalidScope,
        OAuthError,
        Tokens,
        UnsupportedGrantType,
    )
    from backchannel.glimesh.stores import KeyringStore, TokenStore
    from backchannel.glimesh.tokenfile import FileStore

__all__ = [
    "MAX_MESSAGE_LENGTH",
    "AccessDenied",
    "AccountTooYoung",
    "AsyncGlimesh",
    "AsyncLogin",
    "BannedFromChannel",
    "BannedFromSite",
    "ClientCredentials",
    "FileStore",
    "Glimesh",
    "InvalidClient",
    "InvalidGrant",
    "InvalidRequest",
    "InvalidScope",
    "KeyringStore",
    "LinksBlocked",
    "Login",
    "MessageRejected",
    "NotFollowing",
    "OAuthError",
    "RefreshToken",
    "ResourceNotFound",
    "StreamingDenied",
    "TitleRejected",
    "TokenStore",
    "Tokens",
    "Unauthorized",
    "UnconfirmedEmail",
    "UnsupportedGrantType",
]

_HOMES = {
    "AccessDenied": "oauth",
    "AsyncLogin": "login",
    "ClientCredentials": "grants",
    "FileStore": "tokenfile",
    "InvalidClient": "oauth",
    "InvalidGrant": "oauth",
    "InvalidRequest": "oauth",
    "InvalidScope": "oauth",
    "KeyringStore": "stores",
    "Login": "login",
    "OAuthError": "oauth",
    "RefreshToken": "grants",
    "TokenStore": "stores",
    "Tokens": "oauth",
    "UnsupportedGrantType": "oauth",
}


__getattr__ = lazy_names(__name__, _HOMES)
