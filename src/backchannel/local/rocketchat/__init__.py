"""A local Rocket.Chat server that answers as servers of three ages do. Needs the extra `local`.

    with LocalRocketChat() as server:
        requests.get(f"{server.url}/api/info")

REST is at `/api/v1`, the realtime interface (DDP) at `/websocket`, files at `/file-upload`. The
accounts and rooms it begins with are in `backchannel.local.rocketchat.seed`.

Left out, because no chat program needs it or a test is better off without: administration, teams
and discussions, omnichannel rooms (`l`), encryption, apps, bad-word filters and slash commands,
integrations and webhooks, OAuth, LDAP and SAML, presence (everybody is online), SockJS, sorting
and the `fields` and `query` of lists. Links are not fetched: `World.preview` says what was found.
Messages of DDP's `users` collection are not sent, and `rooms-changed` tells who joins or leaves,
not of each message. Routes check bodies with the validators only where clients meet them.
"""

from backchannel.local.rocketchat.seed import Account, seed
from backchannel.local.rocketchat.server import LocalRocketChat
from backchannel.local.rocketchat.users import User
from backchannel.local.rocketchat.world import Room, World

__all__ = ["Account", "LocalRocketChat", "Room", "User", "World", "seed"]
