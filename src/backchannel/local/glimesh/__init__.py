"""A local Glimesh: the real schema over a world in memory, answering as the real server does.

    with LocalGlimesh() as server:
        glimesh = Glimesh(token="tok-viewer", url=server.url)

What it knows is a `World`, by default the small site of `seed`; its rows are in `world`.
"""

from backchannel.local.glimesh.schema import schema_text
from backchannel.local.glimesh.seed import seed
from backchannel.local.glimesh.server import LocalGlimesh, application
from backchannel.local.glimesh.world import Table, World

__all__ = ["LocalGlimesh", "Table", "World", "application", "schema_text", "seed"]
