"""Tokens in a file that nobody else can read, and that several processes share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from backchannel.errors import ConfigurationError
from backchannel.glimesh.oauth import Tokens
from backchannel.glimesh.stores import TokenStore, decode_tokens, encode_tokens
from backchannel.private_file import replace_file


class FileStore(TokenStore):
    """Keeps tokens in a file, mode 0600, replaced as a whole.

    Processes with the same file renew one after the other, and each takes what the one before has
    saved: they lock another file, of the same name with `.lock` at its end, which stays there.

    Args:
        path: the file; its folder must be there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._lock: int | None = None

    def load(self) -> Tokens | None:
        """The tokens in the file, or None if there is no such file.

        Raises:
            ConfigurationError: others may read or write it, it cannot be read, or holds something
                else.
        """
        try:
            with self._path.open("rb") as file:
                # Windows has no such modes; its folders of users are closed to others.
                mode = os.fstat(file.fileno()).st_mode & 0o777
                if os.name == "posix" and mode & 0o077:
                    raise ConfigurationError(
                        f"{self!r}: others may use it (mode {mode:04o}): chmod 600, and log in anew"
                        " if they may have read it"
                    )
                data = file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._fail("read", error)
        return decode_tokens(data, repr(self))

    def save(self, tokens: Tokens) -> None:
        """Write the tokens beside the file, to the disk, and put them in its place.

        Raises:
            ConfigurationError: they cannot be written; the file is as it was.
        """
        try:
            replace_file(self._path, encode_tokens(tokens))
        except OSError as error:
            self._fail("written", error)

    def acquire(self) -> bool:
        """Lock the file `.lock` beside it. The system unlocks it when a process dies.

        Raises:
            ConfigurationError: it cannot be made, or its file system knows no locks.
        """
        try:
            descriptor = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                locked = _try_lock(descriptor)
            except OSError:
                os.close(descriptor)
                raise
        except OSError as error:
            self._fail("locked", error)
        if locked:
            self._lock = descriptor
        else:
            os.close(descriptor)
        return locked

    def release(self) -> None:
        """Unlock it."""
        descriptor, self._lock = self._lock, None
        if descriptor is not None:
            os.close(descriptor)

    def _fail(self, done: str, error: OSError) -> NoReturn:
        raise ConfigurationError(f"{self!r} cannot be {done}: {error.strerror}") from error

    def __repr__(self) -> str:
        return f"FileStore({str(self._path)!r})"


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
