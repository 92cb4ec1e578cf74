"""What can be set for an account: the keys of the file, and the arguments of the same names."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from backchannel.wire.secrets import MASK

__all__ = ["SPELLINGS", "GlimeshSettings", "RocketChatSettings", "Settings"]

SPELLINGS = ("", "_command", "_keyring")
"""What stands behind the name of a secret: itself, a command that prints it, or its keyring entry.
"""


class Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all accounts have. What is None is not set here, and may be set elsewhere.

    Attributes:
        secrets: the names of the secrets.
        excludes: of each name, those that mean another kind of credential.
        url: the server's base URL.
        timeout: seconds for a whole call.
        connect_timeout: seconds for making a connection.
        allow_plain_http: send the credential over plain HTTP to a host that is not this machine.
    """

    secrets: ClassVar[tuple[str, ...]] = ()
    excludes: ClassVar[dict[str, tuple[str, ...]]] = {}

    url: str | None = None
    timeout: float | None = None
    connect_timeout: float | None = None
    allow_plain_http: bool | None = None

    def given(self) -> dict[str, object]:
        """What is set, by name."""
        found = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in found.items() if value is not None}

    def __repr__(self) -> str:
        shown = (
            f"{name}={MASK if name in self.secrets else repr(value)}"
            for name, value in self.given().items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return []

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("settings may hold secrets and cannot be pickled")


_APPLICATION = (
    "client_id",
    "client_secret",
    "refresh_token",
    "token_file",
    "login_keyring",
    "scopes",
)


class GlimeshSettings(Settings, frozen=True, kw_only=True, omit_defaults=True):
    """An account on Glimesh. A command's words are run as they are, without a shell.

    Attributes:
        token: an access token; it stands alone.
        token_command: the command that prints it.
        token_keyring: its entry in the system's keyring, as `service/name`.
        client_id: the id of an application; alone it only reads.
        client_secret: the application's secret: client credentials.
        client_secret_command: see `token_command`.
        client_secret_keyring: see `token_keyring`.
        refresh_token: what a login begins with.
        refresh_token_command: see `token_command`.
        refresh_token_keyring: see `token_keyring`.
        token_file: the file that keeps a login.
        login_keyring: instead, the entry of the system's keyring that does, as `service/name`.
        scopes: what client credentials may do.
    """

    secrets: ClassVar[tuple[str, ...]] = ("token", "client_secret", "refresh_token")
    excludes: ClassVar[dict[str, tuple[str, ...]]] = {
        "token": _APPLICATION,
        **dict.fromkeys(_APPLICATION, ("token",)),
    }

    token: str | None = None
    token_command: tuple[str, ...] | None = None
    token_keyring: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    client_secret_command: tuple[str, ...] | None = None
    client_secret_keyring: str | None = None
    refresh_token: str | None = None
    refresh_token_command: tuple[str, ...] | None = None
    refresh_token_keyring: str | None = None
    token_file: str | None = None
    login_keyring: str | None = None
    scopes: tuple[str, ...] | None = None


class RocketChatSettings(Settings, frozen=True, kw_only=True, omit_defaults=True):
    """An account on a Rocket.Chat server. A command's words are run as they are, without a shell.

    Attributes:
        user_id: the user's id; goes with `auth_token`.
        auth_token: a personal access token, or the token of a login.
        auth_token_command: the command that prints it.
        auth_token_keyring: its entry in the system's keyring, as `service/name`.
        user: the user's name or e-mail address; goes with `password`.
        password: the user's password.
        password_command: see `auth_token_command`.
        password_keyring: see `auth_token_keyring`.
    """

    secrets: ClassVar[tuple[str, ...]] = ("auth_token", "password")
    excludes: ClassVar[dict[str, tuple[str, ...]]] = {
        "user_id": ("user", "password"),
        "user": ("user_id",),
        "password": ("user_id",),
    }

    user_id: str | None = None
    auth_token: str | None = None
    auth_token_command: tuple[str, ...] | None = None
    auth_token_keyring: str | None = None
    user: str | None = None
    password: str | None = None
    password_command: tuple[str, ...] | None = None
    password_keyring: str | None = None
