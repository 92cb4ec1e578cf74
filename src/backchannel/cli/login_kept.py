"""A login that was kept: what is said of it, and whether it is in use."""

from __future__ import annotations

from pathlib import Path

from backchannel.cli.visible import visible
from backchannel.configuration import load_configuration
from backchannel.configuration.accounts import Account

__all__ = ["account_of", "tell"]


def account_of(name: str) -> Account | None:
    """The account of this name as it is configured by now, or None."""
    accounts = load_configuration().accounts
    return next((account for account in accounts if account.name == name), None)


def tell(name: str, *, who: str, file: Path, where: str) -> None:
    """Say that somebody is logged in, and what stands in the way of the login, if anything does.

    Args:
        name: the account's.
        who: who is logged in, and at which server.
        file: the file that was written for configuration.
        where: where the secrets are.
    """
    print(visible(f"Logged in {who}."))
    print(visible(f"The token is kept in {where}; addresses {name}:… use it."))
    account = account_of(name)
    sources = {} if account is None else account.sources
    if not any(source.startswith(f"{file}:") for source in sources.values()):
        stronger = ", ".join(sorted(set(sources.values())))
        print(visible(f"But it is not in use, because of what else is set: {stronger}."))
