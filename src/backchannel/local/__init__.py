"""Local servers to test chat programs against: real sockets on loopback, no account needed.

They run on Starlette and uvicorn, which the extra `local` installs.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from backchannel.lazy import lazy_names

if TYPE_CHECKING:
    from backchannel.local.glimesh import LocalGlimesh
    from backchannel.local.rocketchat import LocalRocketChat

__all__ = ["LocalGlimesh", "LocalRocketChat"]

_HOMES = {"LocalGlimesh": "glimesh", "LocalRocketChat": "rocketchat"}

# Said here, once for every module below, because all of them import through this package.
for _needed in ("starlette", "uvicorn"):
    if find_spec(_needed) is None:
        raise ModuleNotFoundError(
            f"the local servers need {_needed}: pip install 'backchannel[local]'", name=_needed
        )
del _needed


# So that one server can be used without loading the other.
__getattr__ = lazy_names(__name__, _HOMES)
