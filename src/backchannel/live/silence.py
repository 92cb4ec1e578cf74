"""Noticing that the other end of a socket is silent."""

from __future__ import annotations

import asyncio
from typing import Final

_LOOKS: Final = 4  # that often the watch looks before it takes the server for dead


class Watch:
    """Counts what is heard.

    Attributes:
        reading: whether somebody waits for the next frame; silence counts only meanwhile.
        heard: how many frames came.
    """

    def __init__(self) -> None:
        self.reading = False
        self.heard = 0

    async def silent(self, seconds: float) -> None:
        """Wait until nothing was heard for that long.

        It counts looks instead of reading a clock: while our own program holds up the loop, no
        look happens, and while nobody reads, none counts.
        """
        quiet = 0
        while quiet < _LOOKS:
            before = self.heard
            await asyncio.sleep(seconds / _LOOKS)
            quiet = quiet + 1 if self.reading and self.heard == before else 0
