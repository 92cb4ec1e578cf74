"""A process at a terminal of its own: what it shows is read, what it asks is answered."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from typing import Self

PATIENCE = 30.0


class Terminal:
    """Runs a command at a terminal. A context manager, which ends the command.

    `shown` is all that the terminal has shown so far, what was typed included if it was echoed.
    """

    def __init__(self, command: Sequence[str | os.PathLike[str]], env: Mapping[str, str]) -> None:
        self.shown = ""
        self._answered = 0
        self._master, slave = pty.openpty()

        def own_terminal() -> None:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self._process = subprocess.Popen(
            command,
            env=env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=own_terminal,  # noqa: PLW1509  # one system call, and no lock
        )
        os.close(slave)

    def await_text(self, text: str, *, after: int = 0) -> None:
        """Read until a text is shown behind so many characters."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown[after:]:
            assert self._read(deadline), f"{text!r} is not in {self.shown!r}"

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._master, f"{text}\n".encode())

    def answer(self, question: str, text: str) -> None:
        """Wait for a question behind all that was answered, and type the answer."""
        self.await_text(question, after=self._answered)
        self._answered = len(self.shown)
        self.type(text)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(timeout=PATIENCE)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._master, 4096)
        except OSError:  # the other end is closed
            return False
        self.shown += data.decode().replace("\r\n", "\n")
        return bool(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)
