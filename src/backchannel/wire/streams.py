"""Bodies that are not held in memory: read while they are sent, written while they come.

Whatever these raise is the caller's own (a file that cannot be read, a full disk). The libraries
below a transport would take it for a failure of the network, so it is kept here, and the transport
raises it as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator


class BodyStream:
    """A body of known length, for one request at a time.

    Args:
        length: bytes in all.
        chunks: begins to read the body; called at each try.
        progress: is told the bytes sent so far and `length` after each chunk, or None.
    """

    def __init__(
        self,
        length: int,
        chunks: Callable[[], Iterator[bytes]],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._length = length
        self._chunks = chunks
        self._progress = progress
        self.failure: BaseException | None = None

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        """Read the body from its begin; `progress` hears of a chunk when the next is asked for."""
        self.failure = None
        sent = 0
        try:
            for chunk in self._chunks():
                yield chunk
                sent += len(chunk)
                if self._progress is not None:
                    self._progress(sent, self._length)
        except Exception as error:
            self.failure = error
            raise


class Sink:
    """Takes the body of a reply.

    Args:
        begin: is called before the first byte, at each try: what came before is void.
        write: takes bytes.
        max_bytes: the most it takes.
    """

    def __init__(
        self,
        begin: Callable[[], object],
        write: Callable[[bytes], object],
        max_bytes: int,
    ) -> None:
        self.max_bytes = max_bytes
        self._begin = begin
        self._write = write
        self.failure: BaseException | None = None

    def begin(self) -> None:
        """A reply begins."""
        self.failure = None
        self._keep(self._begin)

    def write(self, chunk: bytes) -> None:
        """Some of its body has come."""
        self._keep(lambda: self._write(chunk))

    def _keep(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:
            self.failure = error
            raise
