"""The version of the distribution, written once."""

from typing import Final

VERSION: Final = "0.1.0"
USER_AGENT: Final = f"backchannel/{VERSION}"
