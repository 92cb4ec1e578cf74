"""A local Glimesh: the real schema over a world in memory, answering as the real server does.

    with LocalGlimesh() as server:
        glimesh = Glimesh(token="tok-viewer", url=server.url)

It serves GraphQL over HTTP (`graph`), the Phoenix socket for subscriptions (`sockets`, `channel`),
and OAuth (`oauth`, which tells how a test logs a user in). What it knows is a `World`, by default
the small site of `seed`; its rows are in `server.world`.

What a test does to it, from its own thread:

    server.say(1, 3, "hello", "again")                      # messages, pushed to subscribers
    server.faults.cut_after_apply(operation="createChatMessage")   # requests: local/faults
    server.sockets.reset(), .silence(), .swap_pushes()      # sockets: `Sockets`
    server.expire("tok-viewer")                             # tokens

What is not the real server's: ids of subscriptions have digests of another form of their document,
`startStream` and `endStream` announce the channel by what the schema says, and OAuth's page and
introspection are made after the standards, because no exchange with these was recorded.
"""

from backchannel.local.glimesh.schema import schema_text
from backchannel.local.glimesh.seed import seed
from backchannel.local.glimesh.server import LocalGlimesh, application
from backchannel.local.glimesh.site import Site
from backchannel.local.glimesh.socket_faults import Sockets
from backchannel.local.glimesh.world import Table, World

__all__ = [
    "LocalGlimesh",
    "Site",
    "Sockets",
    "Table",
    "World",
    "application",
    "schema_text",
    "seed",
]
