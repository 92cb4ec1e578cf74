"""What all requests and sockets of one server share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backchannel.local.glimesh.subscriptions import Subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from backchannel.local.glimesh.world import World


@dataclass(frozen=True, slots=True)
class Site:
    """A world, its time, and who is to be told of its changes.

    `token_requests` counts what the token endpoint was asked, by grant type.
    """

    world: World
    clock: Callable[[], datetime]
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    token_requests: Counter[str] = field(default_factory=Counter[str])
