"""The credentials that the process's environment sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backchannel.environment import optional
from backchannel.errors import ConfigurationError
from backchannel.rocketchat.credentials import Credentials, PersonalToken
from backchannel.rocketchat.login import PasswordLogin, ResumeToken

USER_ID: Final = "ROCKETCHAT_USER_ID"
AUTH_TOKEN: Final = "ROCKETCHAT_AUTH_TOKEN"  # noqa: S105  # names of variables
USER: Final = "ROCKETCHAT_USER"
PASSWORD: Final = "ROCKETCHAT_PASSWORD"  # noqa: S105

_VARIABLES: Mapping[str, str] = {
    "user_id": USER_ID,
    "auth_token": AUTH_TOKEN,
    "user": USER,
    "password": PASSWORD,
}


def read_credentials() -> Credentials:
    """The credentials of the environment.

    - ROCKETCHAT_AUTH_TOKEN and ROCKETCHAT_USER_ID: a personal access token. Without the second,
      the server is asked whose it is.
    - ROCKETCHAT_USER and ROCKETCHAT_PASSWORD: a login; with ROCKETCHAT_AUTH_TOKEN, that token is
      tried first.

    Raises:
        ConfigurationError: neither is set, or only half of one; it names the variables, not their
            values.
    """
    values = {name: optional(variable) for name, variable in _VARIABLES.items()}
    return choose_login(values, _VARIABLES)


def choose_login(values: Mapping[str, str | None], shown: Mapping[str, str]) -> Credentials:
    """The credentials that some values make.

    Args:
        values: user_id, auth_token, user, password; what is None or not there is not set.
        shown: what messages call each of the four.

    Raises:
        ConfigurationError: see `read_credentials`.
    """
    user_id, auth_token = values.get("user_id"), values.get("auth_token")
    user, password = values.get("user"), values.get("password")
    if user is not None or password is not None:
        if user is None or password is None:
            missing = shown["user" if user is None else "password"]
            raise ConfigurationError(f"{missing} is not set")
        if user_id is not None:
            raise ConfigurationError(
                f"{shown['user_id']} and {shown['user']} are set: give one of the two"
            )
        return PasswordLogin(user, password, resume=auth_token)
    if auth_token is None:
        raise ConfigurationError(f"neither {shown['auth_token']} nor {shown['user']} is set")
    if user_id is None:
        return ResumeToken(auth_token)
    return PersonalToken(user_id, auth_token)
