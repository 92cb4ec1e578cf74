"""What a check of `backchannel doctor` comes to."""

from __future__ import annotations

import enum

import msgspec

from backchannel.cli.exit_codes import FAILED

__all__ = ["Finding", "Status"]


class Status(enum.Enum):
    """How a check ended; its value is what is shown."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Finding(msgspec.Struct, frozen=True):
    """The result of one check.

    Attributes:
        account: what was looked at, or "" for all.
        check: the check's name.
        status: how it ended.
        message: what was found, in plain words.
        advice: what to do, or "" where nothing is.
        code: the exit code, if it failed.
    """

    account: str
    check: str
    status: Status
    message: str
    advice: str = ""
    code: int = FAILED
