"""A dispatcher with a client for each account, closed together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Generator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from backchannel.chat import AsyncChat, Chat
from backchannel.configuration.file import CONFIG_VARIABLE
from backchannel.configuration.loading import Configuration, load_configuration
from backchannel.errors import ConfigurationError

if TYPE_CHECKING:
    from backchannel.backend import AsyncPlatform, Platform
    from backchannel.configuration.accounts import Account

__all__ = ["open_async_chat", "open_chat"]


@contextmanager
def open_chat(
    configuration: Configuration | None = None, *, only: Collection[str] | None = None
) -> Generator[Chat]:
    """A `Chat` with a client for each account, which are closed at the end.

    Args:
        configuration: the accounts; None for what `load_configuration()` finds.
        only: names of the accounts that are needed (`rocketchat+work`); the secrets of others are
            not fetched.

    Raises:
        ConfigurationError: there is no such account, or it cannot work; it names the source.
    """
    with ExitStack() as stack:
        clients: dict[str, Platform] = {}
        for account in _chosen(configuration or load_configuration(), only):
            client = account.client()
            stack.enter_context(client)
            clients[account.name] = client
        yield Chat(backends=clients)


@asynccontextmanager
async def open_async_chat(
    configuration: Configuration | None = None, *, only: Collection[str] | None = None
) -> AsyncGenerator[AsyncChat]:
    """The async twin of `open_chat`. Commands and the keyring are asked in a worker thread."""
    async with AsyncExitStack() as stack:
        clients: dict[str, AsyncPlatform] = {}
        for account in _chosen(configuration or load_configuration(), only):
            client = await account.async_client()
            await stack.enter_async_context(client)
            clients[account.name] = client
        yield AsyncChat(backends=clients)


def _chosen(configuration: Configuration, only: Collection[str] | None) -> list[Account]:
    accounts = {account.name: account for account in configuration.accounts}
    known = ", ".join(accounts)
    if not accounts:
        read = f"{configuration.file} sets none" if configuration.file else "there is no file"
        raise ConfigurationError(
            f"no account is configured: {read}, and the environment sets none"
            f" (GLIMESH_TOKEN, ROCKETCHAT_URL, {CONFIG_VARIABLE}); `backchannel login` adds one"
        )
    for name in only or ():
        if name not in accounts:
            raise ConfigurationError(f"no account {name} is configured; there is {known}")
    return [account for name, account in accounts.items() if only is None or name in only]
