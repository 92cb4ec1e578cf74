"""The checks of an account on Glimesh, in the order in which they can fail."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from backchannel.cli.doctor_checks import (
    check_clock,
    check_reachability,
    check_room,
    check_sources,
    check_version,
    failure,
)
from backchannel.cli.doctor_findings import Finding, Status
from backchannel.cli.doctor_probe import probe
from backchannel.cli.exit_codes import AUTHENTICATION
from backchannel.errors import BackchannelError, NotFound, PermissionDenied, Unsupported
from glimesh_api.operations import CREATE_CHAT_MESSAGE

if TYPE_CHECKING:
    from backchannel.configuration.accounts import Account
    from backchannel.glimesh import Glimesh
    from backchannel.message import Address

__all__ = ["examine"]

_NOWHERE = "0"
"""The id of no channel: they are counted from 1."""


def examine(account: Account, addresses: Iterable[Address]) -> Iterator[Finding]:
    """Check an account, and the rooms of these addresses, until something fails."""
    from backchannel.glimesh import Glimesh

    name = account.name
    check = "configuration"
    try:
        client = account.client()
        assert isinstance(client, Glimesh), "an account of Glimesh"
        yield check_sources(account)
        with client:
            check = "reachability"
            asked = probe(client.driver.transport, client.endpoint.url, time.time)
            yield check_reachability(name, asked)
            yield check_clock(name, asked)
            yield check_version(name, None)
            check = "credential"
            user = _user_of(client)
            yield _check_credential(name, user)
            check = "scopes"
            yield _check_scopes(name, client, user)
            yield Finding(name, "rate_limit", Status.SKIPPED, "Glimesh tells no limits")
            check = "room"
            for address in addresses:
                found = client.driver.run(client.backend.capabilities(address))
                yield check_room(name, found)
    except BackchannelError as error:
        yield failure(name, check, error)


def _user_of(client: Glimesh) -> str | None:
    """Whose token it is, or None for a Client-ID that the server knows."""
    try:
        return client.driver.run(client.backend.me()).username
    except Unsupported:
        next(client.driver.iterate(client.backend.rooms("glimesh")), None)
        return None


def _check_credential(account: str, user: str | None) -> Finding:
    message = "a Client-ID, which only reads" if user is None else f"a token of {user}"
    return Finding(account, "credential", Status.OK, message)


def _check_scopes(account: str, client: Glimesh, user: str | None) -> Finding:
    """Whether the token may write: the scope is looked at before the channel is."""
    if user is None:
        message = "a Client-ID has none: it only reads"
        advice = "to write, log in: backchannel login glimesh"
        return Finding(account, "scopes", Status.SKIPPED, message, advice)
    variables = {"channelId": _NOWHERE, "message": {"message": "-"}}
    try:
        client.driver.run(client.endpoint.execute(CREATE_CHAT_MESSAGE, variables))
    except NotFound:
        return Finding(account, "scopes", Status.OK, "the token may read and chat")
    except PermissionDenied:
        message = "the token lacks the scope chat: it reads, and cannot write"
        advice = "log in again, with that scope: backchannel login glimesh"
        return Finding(account, "scopes", Status.FAILED, message, advice, AUTHENTICATION)
    return Finding(account, "scopes", Status.WARNING, "the server's answer does not tell")
