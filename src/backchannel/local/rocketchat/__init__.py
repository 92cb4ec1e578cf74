"""A local Rocket.Chat server that answers as servers of three ages do. Needs the extra `local`.

    with LocalRocketChat() as server:
        requests.get(f"{server.url}/api/info")

The accounts and rooms it begins with are in `backchannel.local.rocketchat.seed`.
"""

from backchannel.local.rocketchat.seed import Account, seed
from backchannel.local.rocketchat.server import LocalRocketChat
from backchannel.local.rocketchat.world import Room, User, World

__all__ = ["Account", "LocalRocketChat", "Room", "User", "World", "seed"]
