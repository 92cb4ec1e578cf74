"""`backchannel doctor`: what is wrong with configuration, servers and rights, and what to do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from backchannel.cli.doctor_findings import Finding, Status
from backchannel.cli.exit_codes import OK
from backchannel.cli.options import add_common
from backchannel.errors import ConfigurationError

if TYPE_CHECKING:
    from backchannel.configuration import Configuration
    from backchannel.configuration.accounts import Account
    from backchannel.message import Address

_EPILOG: Final = """\
For each account: where its settings are from, whether the server answers, its clock against ours,
the credential, scopes and rights, the rate limit, versions. For each address also what its room
allows (the direct room of rocketchat:@user is opened for that, if there is none). Nothing is
written: to learn whether a token of Glimesh has the scope chat, the server is asked to write into
channel 0, which does not exist. An account is looked at until something fails.

With --json, an object a line: account, check, status (ok, warning, failed, skipped), message,
advice.

Exit codes: 0 nothing failed; else that of the first failure: 2 configuration, 3 credential or
rights, 4 not found, 5 try again later, 1 anything else."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the accounts and `--json`."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="ACCOUNT_OR_ADDRESS",
        help="accounts (glimesh, rocketchat+work) or rooms; all accounts if none is named",
    )
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check everything, and say what to do.

    Raises:
        AddressError, ConfigurationError: a target is no address, or of no account.
    """
    code = OK
    show = _print_json if arguments.json else _print_text
    for finding in _examine(arguments):
        show(finding)
        if finding.status is Status.FAILED and code == OK:
            code = finding.code
    return code


def _examine(arguments: argparse.Namespace) -> Iterator[Finding]:
    from backchannel.cli.doctor_checks import check_accounts, failure
    from backchannel.configuration import load_configuration

    try:
        configuration = load_configuration(arguments.config)
    except ConfigurationError as error:
        yield failure("", "configuration", error)
        return
    yield check_accounts(configuration)
    for account, addresses in _chosen(configuration, arguments.targets):
        yield from _examine_account(account, addresses)


def _examine_account(account: Account, addresses: Iterable[Address]) -> Iterator[Finding]:
    from backchannel.configuration import GlimeshAccount

    if isinstance(account, GlimeshAccount):
        from backchannel.cli.doctor_glimesh import examine

        yield from examine(account, addresses)
    else:
        from backchannel.cli.doctor_rocketchat import examine as examine_rocketchat

        yield from examine_rocketchat(account, addresses)


def _chosen(
    configuration: Configuration, targets: Iterable[str]
) -> list[tuple[Account, list[Address]]]:
    """The accounts to look at, each with its rooms."""
    from backchannel.message import Address

    accounts = {account.name: account for account in configuration.accounts}
    found: dict[str, list[Address]] = {}
    for target in targets:
        address = Address.parse(target) if ":" in target else None
        name = target if address is None else address.backend
        if name not in accounts:
            known = ", ".join(accounts) or "none"
            raise ConfigurationError(f"no account {name} is configured; there is {known}")
        found.setdefault(name, []).extend(() if address is None else (address,))
    return [(accounts[name], found.get(name, [])) for name in found or accounts]


def _print_json(finding: Finding) -> None:
    from backchannel.cli.output import write_json

    write_json(
        {
            "account": finding.account,
            "check": finding.check,
            "status": finding.status.value,
            "message": finding.message,
            "advice": finding.advice,
        },
        sys.stdout,
    )


def _print_text(finding: Finding) -> None:
    from backchannel.cli.visible import visible, visible_lines

    shown = finding.status.value
    shown = shown.upper() if finding.status is Status.FAILED else shown
    subject = f"{finding.account} {finding.check}".lstrip()
    first, *rest = visible_lines(f"{shown:8}{subject}: {finding.message}")
    print(first, *(f"        {line}" for line in rest), sep="\n", flush=True)
    if finding.advice:
        print(visible(f"        -> {finding.advice}"), flush=True)
