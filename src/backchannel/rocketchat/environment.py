"""The credentials that the process's environment sets."""

from __future__ import annotations

from typing import Final

from backchannel.environment import optional
from backchannel.errors import ConfigurationError
from backchannel.rocketchat.credentials import Credentials, PersonalToken
from backchannel.rocketchat.login import PasswordLogin, ResumeToken

USER_ID: Final = "ROCKETCHAT_USER_ID"
AUTH_TOKEN: Final = "ROCKETCHAT_AUTH_TOKEN"  # noqa: S105  # names of variables
USER: Final = "ROCKETCHAT_USER"
PASSWORD: Final = "ROCKETCHAT_PASSWORD"  # noqa: S105


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
    user_id, auth_token = optional(USER_ID), optional(AUTH_TOKEN)
    user, password = optional(USER), optional(PASSWORD)
    if user is not None or password is not None:
        if user is None or password is None:
            missing = USER if user is None else PASSWORD
            raise ConfigurationError(f"the environment variable {missing} is not set")
        if user_id is not None:
            raise ConfigurationError(f"{USER_ID} and {USER} are set: give one of the two")
        return PasswordLogin(user, password, resume=auth_token)
    if auth_token is None:
        raise ConfigurationError(f"neither {AUTH_TOKEN} nor {USER} is set")
    if user_id is None:
        return ResumeToken(auth_token)
    return PersonalToken(user_id, auth_token)
