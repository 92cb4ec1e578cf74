"""The checks of an account on a Rocket.Chat server, in the order in which they can fail."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from backchannel.cli.doctor_checks import (
    check_clock,
    check_quota,
    check_reachability,
    check_room,
    check_sources,
    check_version,
    failure,
)
from backchannel.cli.doctor_findings import Finding, Status
from backchannel.cli.doctor_probe import Heard, probe
from backchannel.errors import BackchannelError
from backchannel.rocketchat.quota import read_quota
from backchannel.rocketchat.version import NEWEST, server_version

if TYPE_CHECKING:
    from backchannel.configuration.accounts import Account
    from backchannel.message import Address
    from backchannel.rocketchat import RocketChat
    from backchannel.rocketchat.profile import Profile

__all__ = ["examine"]


def examine(account: Account, addresses: Iterable[Address]) -> Iterator[Finding]:
    """Check an account, and the rooms of these addresses, until something fails."""
    from backchannel.rocketchat import RocketChat

    name = account.name
    check = "configuration"
    try:
        client = account.client()
        assert isinstance(client, RocketChat), "an account of Rocket.Chat"
        yield check_sources(account)
        with client:
            check = "reachability"
            asked = probe(client.driver.transport, f"{client.session.url}/api/info", time.time)
            yield check_reachability(name, asked)
            yield check_clock(name, asked)
            check = "version"
            yield check_version(name, _version(client))
            check = "credential"
            heard = client.driver.transport = Heard(client.driver.transport)
            profile = client.me()
            yield _check_credential(name, profile)
            yield check_quota(name, None if heard.last is None else read_quota(heard.last))
            yield _check_permissions(name, profile)
            check = "room"
            for address in addresses:
                found = client.driver.run(client.backend.capabilities(address))
                yield check_room(name, found)
    except BackchannelError as error:
        yield failure(name, check, error)


def _version(client: RocketChat) -> tuple[int, int] | None:
    version = client.driver.run(server_version(client.session))
    return None if version == NEWEST else version


def _check_credential(account: str, profile: Profile) -> Finding:
    return Finding(account, "credential", Status.OK, f"logged in as {profile.username}")


def _check_permissions(account: str, profile: Profile) -> Finding:
    roles = ", ".join(profile.roles) or "none"
    message = f"roles of {profile.username}: {roles}; give the address of a room for its rights"
    return Finding(account, "permissions", Status.OK, message)
