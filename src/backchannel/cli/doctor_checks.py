"""Checks that hold for any platform: functions of what was read, without I/O."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from backchannel.cli.doctor_advice import advice
from backchannel.cli.doctor_findings import Finding, Status
from backchannel.cli.exit_codes import USAGE, exit_code
from backchannel.version import VERSION

if TYPE_CHECKING:
    from backchannel.capability import Capabilities
    from backchannel.cli.doctor_probe import Probe
    from backchannel.configuration import Configuration
    from backchannel.configuration.accounts import Account
    from backchannel.errors import BackchannelError
    from backchannel.rocketchat.quota import Quota

__all__ = [
    "check_accounts",
    "check_clock",
    "check_quota",
    "check_reachability",
    "check_room",
    "check_sources",
    "check_version",
    "failure",
]

CLOCK_LIMIT: Final = 30.0
"""Seconds by which clocks may differ: a code of a second factor is good for so long."""

OLDEST, NEWEST = 3, 8
"""Major versions of Rocket.Chat that the tests know."""


def check_accounts(configuration: Configuration) -> Finding:
    """Whether there is anything to look at."""
    read = f"read {configuration.file}" if configuration.file else "there is no file"
    names = ", ".join(account.name for account in configuration.accounts)
    if not names:
        return Finding(
            "",
            "configuration",
            Status.FAILED,
            f"no account is configured: {read}, and the environment sets none",
            "`backchannel login glimesh` or `backchannel login rocketchat`, or write the file:"
            " docs/configuration.md",
            USAGE,
        )
    return Finding("", "configuration", Status.OK, f"{read}; accounts: {names}")


def check_sources(account: Account) -> Finding:
    """Where each value was set. No value is shown."""
    told = "; ".join(f"{name} from {source}" for name, source in sorted(account.sources.items()))
    return Finding(account.name, "configuration", Status.OK, told)


def check_reachability(account: str, probe: Probe) -> Finding:
    """That the server answers."""
    message = f"{probe.url} answers, in {probe.received - probe.sent:.2f} seconds"
    return Finding(account, "reachability", Status.OK, message)


def check_clock(account: str, probe: Probe) -> Finding:
    """The server's clock, by its header Date, against ours."""
    try:
        date = parsedate_to_datetime(probe.response.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return Finding(account, "clock", Status.SKIPPED, "the server does not tell its time")
    # A Date is cut to whole seconds, and was written somewhere between sending and receiving.
    ahead = (probe.sent + probe.received) / 2 - (date + 0.5)
    if abs(ahead) <= CLOCK_LIMIT + (probe.received - probe.sent) / 2:
        return Finding(account, "clock", Status.OK, "this machine's clock agrees with the server's")
    which = "ahead of" if ahead > 0 else "behind"
    return Finding(
        account,
        "clock",
        Status.WARNING,
        f"this machine's clock is {abs(ahead):,.0f} seconds {which} the server's",
        "have the clocks set by the network (NTP); else times of messages and the ends of tokens"
        " are misjudged, and codes of a second factor refused",
    )


def check_quota(account: str, quota: Quota | None) -> Finding:
    """What is left of the rate limit of one kind of call."""
    if quota is None:
        message = "the server did not count the call: it has no limit, or not for this user"
        return Finding(account, "rate_limit", Status.OK, message)
    message = f"{quota.remaining} of {quota.limit} calls of a kind are left in this window"
    if quota.remaining > 0:
        return Finding(account, "rate_limit", Status.OK, message)
    wait = "" if quota.seconds is None else f" for {quota.seconds:.0f} seconds"
    return Finding(
        account,
        "rate_limit",
        Status.WARNING,
        message,
        f"wait{wait}, find what else calls from this address, or have an administrator give the"
        " user the role bot",
    )


def check_version(account: str, version: tuple[int, int] | None) -> Finding:
    """The versions of both sides: major and minor of Rocket.Chat's, or None if it tells none."""
    ours = f"backchannel {VERSION}"
    if version is None:
        message = f"{ours}; the server tells no version"
        return Finding(account, "version", Status.OK, message)
    message = f"{ours}; the server is Rocket.Chat {version[0]}.{version[1]}"
    if version[0] < OLDEST:
        hint = f"it is older than {OLDEST}.0, which nothing here was tried with: upgrade it"
        return Finding(account, "version", Status.WARNING, message, hint)
    if version[0] > NEWEST:
        hint = f"it is newer than {NEWEST}, with which this was tried: look for a newer release"
        return Finding(account, "version", Status.WARNING, message, hint)
    return Finding(account, "version", Status.OK, message)


def check_room(account: str, capabilities: Capabilities) -> Finding:
    """What a room allows, as far as can be told without doing it."""
    allowed = ", ".join(sorted(capability.name.lower() for capability in capabilities.allowed))
    refused = ", ".join(sorted(capability.name.lower() for capability in capabilities.refusals))
    message = f"{capabilities.address} is there; possible: {allowed}; not: {refused}"
    return Finding(account, "room", Status.OK, message)


def failure(account: str, check: str, error: BackchannelError) -> Finding:
    """A check that ended with an error."""
    return Finding(
        account, check, Status.FAILED, str(error), advice(account, error), exit_code(error)
    )
