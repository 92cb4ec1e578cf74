"""The format of generated packages, which must be the one that this run time understands."""

from __future__ import annotations

from typing import Final

from backchannel.errors import ConfigurationError

FORMAT: Final = 1


def require_format(package: str, generated: int) -> None:
    """Check the stamp of a generated package; every generated `__init__` calls it.

    Args:
        package: the name of the generated package, for the message.
        generated: the format it was written in.

    Raises:
        ConfigurationError: it is not this run time's.
    """
    if generated != FORMAT:
        older = "older" if generated < FORMAT else "newer"
        raise ConfigurationError(
            f"the package {package} was generated in format {generated}, by an {older}"
            f" backchannel than the one installed, which reads format {FORMAT}:"
            " regenerate it with `backchannel generate`"
        )
