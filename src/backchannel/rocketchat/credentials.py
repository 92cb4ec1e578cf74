"""Who a client is to the server: a token that it was given, or a login that gets one."""

from __future__ import annotations

from typing import Protocol

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.flow import Flow
from backchannel.rocketchat.site import Site
from backchannel.wire.secrets import Headers, Secret, secret_header

__all__ = ["Credentials", "PersonalToken", "Token", "make_token"]


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A user and a token of theirs, which the server checks together. It cannot be pickled.

    Attributes:
        user_id: the user's id (header `X-User-Id`).
        auth_token: the token (header `X-Auth-Token`); over DDP, what resumes the login.
        headers: both.
    """

    user_id: str
    auth_token: Secret
    headers: Headers


def make_token(user_id: str, auth_token: str) -> Token:
    """The token of a pair that can stand in headers.

    Raises:
        ConfigurationError: one of the two cannot; the token is not in the message.
    """
    shown = secret_header("user_id", user_id).reveal()
    secret = secret_header("auth_token", auth_token)
    headers = Headers({"X-Auth-Token": secret.reveal(), "X-User-Id": shown})
    return Token(user_id=shown, auth_token=secret, headers=headers)


class Credentials(Protocol):
    """What a client shows the server. It is asked before each call.

    A call that is refused with 401 did nothing: it is made once more, if `invalidate` says that
    another token can be had.
    """

    @property
    def held(self) -> Token | None:
        """The token in use, or None before the first login."""
        ...

    def bind(self, url: str) -> None:
        """Say which server they are for. Clients do so.

        Raises:
            ConfigurationError: they are in use with another server.
        """
        ...

    def token(self, site: Site, deadline: float) -> Flow[Token]:
        """The flow that gives the token, and logs in for it where that is needed.

        Args:
            site: where to log in.
            deadline: when a wait must be over, by the monotonic clock.

        Raises:
            BackchannelError: the login failed; the call that needs it was not sent.
        """
        ...

    def invalidate(self, refused: Token) -> bool:
        """Take in that the server refused a token. Returns whether asking again gives another."""
        ...

    def forget(self, ended: Token) -> None:
        """Take in that a token was logged out."""
        ...


class PersonalToken:
    """A token that was made for a program in the user's settings, or kept from a login.

    Args:
        user_id: the user's id.
        auth_token: the token.

    Raises:
        ConfigurationError: one of them cannot stand in a header.
    """

    def __init__(self, user_id: str, auth_token: str) -> None:
        self._token = make_token(user_id, auth_token)

    @property
    def held(self) -> Token:
        """The token."""
        return self._token

    def bind(self, url: str) -> None:
        """Whoever gives the token says by that where it belongs."""

    def token(self, site: Site, deadline: float) -> Flow[Token]:
        """The token. The flow has no steps."""
        yield from ()
        return self._token

    def invalidate(self, refused: Token) -> bool:
        """Nothing helps: there is no other."""
        return False

    def forget(self, ended: Token) -> None:
        """The token is no longer good, and there is no other."""

    def __repr__(self) -> str:
        return f"PersonalToken({self._token.user_id!r}, ***)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("credentials cannot be pickled or copied into clear text")


def choose_credentials(
    user_id: str | None, auth_token: str | None, credentials: Credentials | None
) -> Credentials:
    """The credentials of a client: a pair, or an object.

    Raises:
        ConfigurationError: both, none, or half of a pair.
    """
    if credentials is not None:
        if user_id is not None or auth_token is not None:
            raise ConfigurationError("give user_id and auth_token, or credentials: not both")
        return credentials
    if user_id is None or auth_token is None:
        raise ConfigurationError("give user_id and auth_token, or credentials")
    return PersonalToken(user_id, auth_token)
