"""Faults of a network and of a proxy, made to order on a real socket.

`Faults` is a list of orders, each used up by the next requests that it is meant for. `FaultyApp`
wraps any ASGI application and carries the orders out; it knows HTTP, not what is spoken over it.
"""

from backchannel.local.faults.app import FaultyApp
from backchannel.local.faults.orders import Faults

__all__ = ["Faults", "FaultyApp"]
