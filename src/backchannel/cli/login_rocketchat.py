"""`backchannel login rocketchat`: password and second factor, asked for without echo."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Final

from backchannel.cli.exit_codes import OK
from backchannel.cli.login_kept import account_of, tell
from backchannel.cli.prompt import ask, ask_secret, read_secret
from backchannel.cli.visible import visible
from backchannel.configuration.logins import KEYRING_SERVICE, write_login
from backchannel.configuration.settings import RocketChatSettings
from backchannel.configuration.sources import SERVER_NAME, SERVER_NAME_RULE
from backchannel.errors import ConfigurationError
from backchannel.keyring import ask_keyring
from backchannel.rocketchat import PasswordLogin, RocketChat
from backchannel.rocketchat.errors import TwoFactorInvalid

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from backchannel.rocketchat.credentials import Token
    from backchannel.rocketchat.profile import Profile
    from backchannel.rocketchat.second_factor import Challenge

TRIES: Final = 3
"""How often a code of the second factor is asked for."""

_QUESTIONS: Final = {
    "totp": "Code of your authenticator: ",
    "email": "Code that was sent to you by e-mail: ",
    "password": "Your password again: ",
}


def log_in(arguments: argparse.Namespace) -> int:
    """Log in, and keep the token.

    Raises:
        BackchannelError: nobody was logged in, or the token cannot be kept.
    """
    name: str = arguments.account
    platform, plus, server = name.partition("+")
    if platform != "rocketchat" or (plus and not SERVER_NAME.fullmatch(server)):
        raise ConfigurationError(
            f"--account: {name!r}: rocketchat or rocketchat+NAME; {SERVER_NAME_RULE}"
        )
    known = account_of(name)
    url = arguments.url or (known and known.text("url")) or ask("Server: ", otherwise="URL")
    if "://" not in url:
        url = f"https://{url}"
    user = arguments.user or (known and known.text("user"))
    user = user or ask("User name or e-mail address: ", otherwise="--user")
    token, profile = _obtain(arguments, url, user)
    secret = token.auth_token.reveal()
    if arguments.keyring:
        ask_keyring(
            lambda keyring: keyring.set_password(KEYRING_SERVICE, name, secret), "--keyring"
        )
    entry = f"{KEYRING_SERVICE}/{name}"
    kept = RocketChatSettings(
        url=url,
        user_id=token.user_id,
        auth_token=None if arguments.keyring else secret,
        auth_token_keyring=entry if arguments.keyring else None,
        allow_plain_http=arguments.allow_plain_http or None,
    )
    file = write_login(name, kept, os.environ)
    where = f"the system's keyring, as {entry}" if arguments.keyring else f"{file}"
    tell(name, who=f"at {url} as {profile.username}", file=file, where=where)
    return OK


def _obtain(arguments: argparse.Namespace, url: str, user: str) -> tuple[Token, Profile]:
    # A terminal would show what is typed.
    from_stdin: bool = arguments.password_stdin and not sys.stdin.isatty()

    @cache
    def password() -> str:
        if from_stdin:
            return read_secret()
        return ask_secret(f"Password of {user}: ", otherwise="--password-stdin")

    factor = _read_code if from_stdin else _ask_code
    for tried in range(1, TRIES + 1):
        try:
            return _try(
                arguments, url, PasswordLogin(user, password, plain=arguments.plain), factor
            )
        except TwoFactorInvalid as error:
            if from_stdin or tried == TRIES:
                raise
            print(visible(f"{error}; once more"), file=sys.stderr)
    raise AssertionError("the last try returns or raises")


def _try(
    arguments: argparse.Namespace,
    url: str,
    credentials: PasswordLogin,
    factor: Callable[[Challenge], str | None],
) -> tuple[Token, Profile]:
    with RocketChat(
        url,
        credentials=credentials,
        second_factor=factor,
        allow_plain_http=arguments.allow_plain_http,
    ) as client:
        profile = client.me()
    token = credentials.held
    assert token is not None, "a call has used it"
    return token, profile


def _ask_code(challenge: Challenge) -> str | None:
    question = _QUESTIONS.get(challenge.method, "Code of your second factor: ")
    return ask_secret(question, otherwise="a second line after --password-stdin")


def _read_code(_: Challenge) -> str | None:
    """The second line, or None: then what the server asks for is the error."""
    return read_secret() or None
