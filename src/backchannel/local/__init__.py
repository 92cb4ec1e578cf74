"""Local servers to test chat programs against: real sockets on loopback, no account needed.

`backchannel.local.glimesh` and `backchannel.local.rocketchat` hold one server each; they run on
Starlette and uvicorn, which the extra `local` installs.
"""

from importlib.util import find_spec

# Said here, once for every module below, because all of them import through this package.
for _needed in ("starlette", "uvicorn"):
    if find_spec(_needed) is None:
        raise ModuleNotFoundError(
            f"the local servers need {_needed}: pip install 'backchannel[local]'", name=_needed
        )
del _needed
