"""The credential that the process's environment sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from backchannel.environment import optional
from backchannel.errors import ConfigurationError

if TYPE_CHECKING:
    from backchannel.glimesh.renewal import OAuthCredentials

TOKEN: Final = "GLIMESH_TOKEN"  # noqa: S105  # names of variables
CLIENT_ID: Final = "GLIMESH_CLIENT_ID"
CLIENT_SECRET: Final = "GLIMESH_CLIENT_SECRET"  # noqa: S105
REFRESH_TOKEN: Final = "GLIMESH_REFRESH_TOKEN"  # noqa: S105
TOKEN_FILE: Final = "GLIMESH_TOKEN_FILE"  # noqa: S105

_OF_AN_APPLICATION = (CLIENT_SECRET, REFRESH_TOKEN, TOKEN_FILE)


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
    found = {name: optional(name) for name in (TOKEN, CLIENT_ID, *_OF_AN_APPLICATION)}
    present = [name for name, value in found.items() if value is not None]
    token, client_id, secret, refresh_token, path = found.values()
    if token is not None:
        if len(present) > 1:
            raise ConfigurationError(f"{' and '.join(present)} are set: {TOKEN} stands alone")
        return Settings(token=token)
    if client_id is None:
        if present:
            raise ConfigurationError(f"{' and '.join(present)}: {CLIENT_ID} must be set as well")
        raise ConfigurationError(f"neither {TOKEN} nor {CLIENT_ID} is set")
    if path is not None:
        from backchannel.glimesh.grants import RefreshToken
        from backchannel.glimesh.tokenfile import FileStore

        return Settings(
            credentials=RefreshToken(
                client_id, refresh_token, client_secret=secret, store=FileStore(path)
            )
        )
    if refresh_token is not None:
        raise ConfigurationError(
            f"{REFRESH_TOKEN} is spent at its first use: set {TOKEN_FILE} to where those that"
            " follow it are kept"
        )
    if secret is not None:
        from backchannel.glimesh.grants import ClientCredentials

        return Settings(credentials=ClientCredentials(client_id, secret))
    return Settings(client_id=client_id)
