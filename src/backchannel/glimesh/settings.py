"""The credential that the process's environment sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from backchannel.environment import optional
from backchannel.errors import ConfigurationError

if TYPE_CHECKING:
    from backchannel.glimesh.renewal import OAuthCredentials
    from backchannel.glimesh.stores import TokenStore

TOKEN: Final = "GLIMESH_TOKEN"  # noqa: S105  # names of variables
CLIENT_ID: Final = "GLIMESH_CLIENT_ID"
CLIENT_SECRET: Final = "GLIMESH_CLIENT_SECRET"  # noqa: S105
REFRESH_TOKEN: Final = "GLIMESH_REFRESH_TOKEN"  # noqa: S105
TOKEN_FILE: Final = "GLIMESH_TOKEN_FILE"  # noqa: S105

_VARIABLES: Mapping[str, str] = {
    "token": TOKEN,
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "refresh_token": REFRESH_TOKEN,
    "token_file": TOKEN_FILE,
}
NAMES: Final = (*_VARIABLES, "login_keyring")
"""What a credential is made of; the last is for configurations, not for the environment."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One of three, the others None: an access token, a Client-ID, or what gets access tokens."""

    token: str | None = None
    client_id: str | None = None
    credentials: OAuthCredentials | None = None

    def __repr__(self) -> str:
        return "Settings(***)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return []


def read_settings() -> Settings:
    """The credential of the environment.

    - GLIMESH_TOKEN: an access token.
    - GLIMESH_CLIENT_ID alone: reading only. With GLIMESH_CLIENT_SECRET: client credentials.
    - With GLIMESH_TOKEN_FILE: the login that the file keeps. GLIMESH_REFRESH_TOKEN is then what to
      begin with, and GLIMESH_CLIENT_SECRET goes along if it is set.

    Raises:
        ConfigurationError: none is set, some contradict each other, or need another; it names the
            variables, not their values.
    """
    values = {name: optional(variable) for name, variable in _VARIABLES.items()}
    return choose_settings(values, _VARIABLES)


def choose_settings(
    values: Mapping[str, str | None],
    shown: Mapping[str, str],
    *,
    scopes: Iterable[str] | None = None,
) -> Settings:
    """The credential that some values make.

    Args:
        values: token, client_id, client_secret, refresh_token, token_file, login_keyring; what is
            None or not there is not set.
        shown: what messages call each of them.
        scopes: what client credentials may do; None for what they may if nothing is said.

    Raises:
        ConfigurationError: see `read_settings`.
    """
    found = {name: value for name in NAMES if (value := values.get(name)) is not None}
    present = [shown[name] for name in found]
    token, client_id, secret = map(found.get, ("token", "client_id", "client_secret"))
    refresh_token = found.get("refresh_token")
    if token is not None:
        if len(present) > 1:
            raise ConfigurationError(
                f"{' and '.join(present)} are set: {shown['token']} stands alone"
            )
        return Settings(token=token)
    if client_id is None:
        if present:
            raise ConfigurationError(
                f"{' and '.join(present)}: {shown['client_id']} must be set as well"
            )
        raise ConfigurationError(f"neither {shown['token']} nor {shown['client_id']} is set")
    store = _choose_store(found, shown)
    if store is not None:
        from backchannel.glimesh.grants import RefreshToken

        return Settings(
            credentials=RefreshToken(client_id, refresh_token, client_secret=secret, store=store)
        )
    if refresh_token is not None:
        raise ConfigurationError(
            f"{shown['refresh_token']} is spent at its first use: set {shown['token_file']} to"
            " where those that follow it are kept"
        )
    if secret is not None:
        from backchannel.glimesh.grants import SCOPES, ClientCredentials

        return Settings(
            credentials=ClientCredentials(
                client_id, secret, scopes=SCOPES if scopes is None else scopes
            )
        )
    return Settings(client_id=client_id)


def _choose_store(found: Mapping[str, str], shown: Mapping[str, str]) -> TokenStore | None:
    """Where a login is kept, if there is one."""
    path, entry = found.get("token_file"), found.get("login_keyring")
    if path is not None and entry is not None:
        both = f"{shown['token_file']} and {shown['login_keyring']}"
        raise ConfigurationError(f"{both} are set: give one of the two")
    if path is not None:
        from backchannel.glimesh.tokenfile import FileStore

        return FileStore(path)
    if entry is None:
        return None
    from backchannel.glimesh.stores import KeyringStore

    service, _, name = entry.partition("/")
    if not service or not name:
        raise ConfigurationError(
            f"{shown['login_keyring']}: an entry of the keyring is written service/name"
        )
    return KeyringStore(name, service=service)
