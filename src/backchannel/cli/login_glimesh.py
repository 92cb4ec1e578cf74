"""`backchannel login glimesh`: a browser, and a redirect to this machine."""

from __future__ import annotations

import os
import time
import webbrowser
from typing import TYPE_CHECKING

from backchannel.cli.exit_codes import OK
from backchannel.cli.login_kept import account_of, tell
from backchannel.cli.prompt import ask
from backchannel.configuration.logins import KEYRING_SERVICE, login_file, write_login
from backchannel.configuration.settings import GlimeshSettings
from backchannel.errors import ConfigurationError
from backchannel.glimesh import Glimesh
from backchannel.glimesh.client import DEFAULT_URL
from backchannel.glimesh.grants import LOCK_LIMIT
from backchannel.glimesh.login import DEFAULT_REDIRECT, Login
from backchannel.glimesh.stores import KeyringStore, TokenStore
from backchannel.glimesh.tokenfile import FileStore

if TYPE_CHECKING:
    import argparse

    from backchannel.glimesh.oauth import Tokens

NAME = "glimesh"
_LOCK_PAUSE = 0.05


def log_in(arguments: argparse.Namespace) -> int:
    """Log in, and keep the tokens.

    Raises:
        BackchannelError: nobody was logged in, or the tokens cannot be kept.
    """
    known = account_of(NAME)
    url = arguments.url or (known and known.text("url")) or DEFAULT_URL
    client_id = arguments.client_id or (known and known.text("client_id"))
    client_id = client_id or ask("Id of your application: ", otherwise="--client-id")
    tokens = _obtain(arguments, url, client_id)
    user = _user_of(tokens, url, allow_plain_http=arguments.allow_plain_http)
    path = login_file(NAME, os.environ).with_suffix(".tokens")
    entry = f"{KEYRING_SERVICE}/{NAME}"
    if arguments.keyring:
        _save(KeyringStore(NAME, service=KEYRING_SERVICE), tokens)
    else:
        _save(FileStore(path), tokens)
    kept = GlimeshSettings(
        url=url,
        client_id=client_id,
        token_file=None if arguments.keyring else path.name,
        login_keyring=entry if arguments.keyring else None,
        allow_plain_http=arguments.allow_plain_http or None,
    )
    file = write_login(NAME, kept, os.environ)
    where = f"the system's keyring, as {entry}" if arguments.keyring else f"{path}"
    scopes = " ".join(tokens.scopes) or "none"
    who = f"at {url} as {user}, with the scopes: {scopes}"
    tell(NAME, who=who, file=file, where=where)
    return OK


def _obtain(arguments: argparse.Namespace, url: str, client_id: str) -> Tokens:
    with Login(
        client_id,
        redirect_uri=arguments.redirect_uri or DEFAULT_REDIRECT,
        scopes=arguments.scope or ("public", "chat"),
        url=url,
        allow_plain_http=arguments.allow_plain_http,
    ) as login:
        show = _print_page if arguments.no_browser else _open_page
        return login.log_in(open_browser=show, patience=arguments.patience)


def _open_page(page: str) -> None:
    if not webbrowser.open(page):
        _print_page(page)


def _print_page(page: str) -> None:
    print("Open this page in a browser of this machine:", page, sep="\n", flush=True)


def _user_of(tokens: Tokens, url: str, *, allow_plain_http: bool) -> str:
    """Whose tokens they are, if they may tell."""
    if "public" not in tokens.scopes:
        return "somebody"
    with Glimesh(
        token=tokens.access_token.reveal(), url=url, allow_plain_http=allow_plain_http
    ) as client:
        return client.driver.run(client.backend.me()).username or "somebody"


def _save(store: TokenStore, tokens: Tokens) -> None:
    """Save the tokens when no process is renewing those of the former login."""
    deadline = time.monotonic() + LOCK_LIMIT
    while not store.acquire():
        if time.monotonic() > deadline:
            raise ConfigurationError(f"{store!r} has been locked for {LOCK_LIMIT:g} seconds")
        time.sleep(_LOCK_PAUSE)
    try:
        store.save(tokens)
    finally:
        store.release()
